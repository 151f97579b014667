/** What of a group or a discussion a caller may see: the one gate in front of every read (VIS1–4). @module */
import {
  type DiscussionId,
  type DiscussionState,
  type GroupId,
  type GroupState,
  type Interval,
  intervalsOf,
  type Seq,
  seq,
  shardOf,
  type StreamId,
  type UserId,
  visibleRanges,
} from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";
import { malformed, notFound } from "../errors.ts";

/** A stream and the part of it that one viewer may see. */
export interface Seen<S extends GroupState | DiscussionState> {
  /** At {@link Seen.head}: to who has left the stream is as it was then. */
  readonly state: S;
  /** The viewer's stays, oldest first; never empty. */
  readonly stays: readonly Interval[];
  /** The seqs that they let see, up to the head. */
  readonly ranges: readonly SeqRange[];
  /** The newest seq that the viewer may see: the head, or for an ex-member where they left (VIS4). */
  readonly head: Seq;
}

/** What the gate is asked with. */
export type SeenFrom = Pick<Storage, "shards" | "state" | "streamAt">;

/** Refuses an id whose shard this installation does not have (ID1). */
export function requireShard(
  storage: Pick<Storage, "shards">,
  { field, id }: { field: string; id: StreamId | `msg_${string}` },
): void {
  if (!shardExists(storage, id)) throw malformed(field, "names a shard that does not exist");
}

export function shardExists(storage: Pick<Storage, "shards">, id: StreamId | `msg_${string}`): boolean {
  // Shards are numbered from 0 without gaps (SHARD1). The id was checked before it got here.
  return shardOf(id as StreamId) < storage.shards.length;
}

/** @throws {ApiError} NotFound for what does not exist and for what the viewer never was a member of, alike */
export async function seenDiscussion(
  storage: SeenFrom,
  { viewer, discussion, field = "discussion" }: { viewer: UserId; discussion: DiscussionId; field?: string },
): Promise<Seen<DiscussionState>> {
  requireShard(storage, { field, id: discussion });
  const state = await storage.state(discussion);
  return await seenBy(viewer, state?.kind === "discussion" ? state : null, (at) => storage.streamAt(discussion, at));
}

/** As {@link seenDiscussion}. */
export async function seenGroup(
  storage: SeenFrom,
  { viewer, group, field = "group" }: { viewer: UserId; group: GroupId; field?: string },
): Promise<Seen<GroupState>> {
  requireShard(storage, { field, id: group });
  const state = await storage.state(group);
  return await seenBy(viewer, state?.kind === "group" ? state : null, (at) => storage.streamAt(group, at));
}

async function seenBy<S extends GroupState | DiscussionState>(
  viewer: UserId,
  present: S | null,
  stateAt: (at: Seq) => Promise<S | null>,
): Promise<Seen<S>> {
  if (present === null) throw notFound();
  const stays = intervalsOf(present, viewer);
  const ranges = visibleRanges(stays, present.seq);
  const head = ranges.at(-1)?.to;
  if (head === undefined) throw notFound();
  const state = head === present.seq ? present : await stateAt(head);
  if (state === null) throw new Error(`an event that was there is gone: ${present.id} ${head}`);
  return { state, stays, ranges, head };
}

/**
 * As {@link seenDiscussion}, at an earlier seq (TIME1): the ranges end there.
 * @throws {ApiError} NotFound also for a seq that the viewer may not see, or that there is not
 */
export async function seenAt(
  storage: SeenFrom,
  { at, ...ask }: { viewer: UserId; discussion: DiscussionId; at: Seq },
): Promise<Pick<Seen<DiscussionState>, "ranges">> {
  const { ranges } = await seenDiscussion(storage, ask);
  const reaching = ranges.filter(({ from }) => from <= at);
  const last = reaching.at(-1);
  if (last === undefined || last.to < at) throw notFound();
  return { ranges: [...reaching.slice(0, -1), { from: last.from, to: at }] };
}

/**
 * Reads a part of a discussion as one viewer sees it. The read may be newer than the state that said what the viewer may see; if their
 * stays have changed meanwhile, it is done again, so that nobody sees a moment longer than they are a member.
 */
export async function readSeen<R extends { asOf: Seq }>(
  storage: Storage,
  ask: { viewer: UserId; discussion: DiscussionId; field?: string },
  read: (ranges: readonly SeqRange[]) => Promise<R>,
): Promise<{ seen: Seen<DiscussionState>; result: R; asOf: Seq }> {
  let seen = await seenDiscussion(storage, ask);
  for (;;) {
    const result = await read(openEnded(seen));
    if (result.asOf <= seen.state.seq) return { seen, result, asOf: asSeen(seen, result.asOf) };
    const now = await seenDiscussion(storage, ask);
    if (sameStays(now.stays, seen.stays)) return { seen: now, result, asOf: asSeen(now, result.asOf) };
    seen = now;
  }
}

/** The ranges of a member reach to whatever the head is when they are read. */
function openEnded(seen: Seen<DiscussionState>): readonly SeqRange[] {
  const last = seen.ranges.at(-1);
  const open = seen.stays.at(-1)?.left === undefined;
  if (last === undefined || !open) return seen.ranges;
  return [...seen.ranges.slice(0, -1), { from: last.from, to: seq(Number.MAX_SAFE_INTEGER) }];
}

function asSeen(seen: Seen<DiscussionState>, asOf: Seq): Seq {
  const open = seen.stays.at(-1)?.left === undefined;
  return open ? asOf : seq(Math.min(asOf, seen.head));
}

function sameStays(a: readonly Interval[], b: readonly Interval[]): boolean {
  // Stays are only ever added, or ended.
  return a === b || (a.length === b.length && a.at(-1)?.left === b.at(-1)?.left);
}
