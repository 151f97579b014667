/** A user's lists, counted from the plain logs each time: no table and no index is kept beside them. */
import {
  type DiscussionId,
  type DiscussionState,
  type GroupId,
  intervalsOf,
  isDiscussionStream,
  isGroupStream,
  type LogEvent,
  memberCount,
  NOTHING_READ,
  type Position,
  position,
  type ReadMark,
  type Rev,
  type ShardNumber,
  shardOf,
  type SharedState,
  shownTo,
  type UnixMs,
  type UserId,
  viewersHead,
  viewOf,
} from "@gatz/domain";
import type { DiscussionList, DiscussionRow, DiscussionRows, GroupList } from "@gatz/storage/contract";
import type { Backend } from "../../../packages/storage/src/backend.ts";
import { nullIfUnavailable } from "../../../packages/storage/src/reads/states.ts";
import type { ReadShard } from "./sim_reads.ts";
import type { SimShard } from "./sim_shard.ts";

type Lists = Pick<Backend["reads"], "discussionsOf" | "discussionRows" | "groupList" | "timesOf">;

export function simLists(read: ReadShard, shards: readonly ShardNumber[]): Lists {
  return {
    discussionsOf: (user, page) => discussionsOf({ read, shards, user }, page),
    discussionRows: (user, discussions) => discussionRows({ read, shards, user }, discussions),
    groupList: (user, page) => groupList({ read, shards, user }, page),
    timesOf: async (events) => {
      const parts = events.map(async ({ stream, seq }) => {
        const log = await read(shardOf(stream), (tables) => tables.eventsOf(stream)).catch(nullIfUnavailable) ?? [];
        return log.slice(seq - 1, seq).map(({ at }) => [stream, at] as const);
      });
      return new Map((await Promise.all(parts)).flat());
    },
  };
}

interface Asked {
  readonly read: ReadShard;
  readonly shards: readonly ShardNumber[];
  readonly user: UserId;
}

async function discussionsOf(
  asked: Asked,
  { limit, before }: Parameters<Lists["discussionsOf"]>[1],
): Promise<DiscussionList> {
  const own = await readOwn(asked);
  const parts = await onEach(asked, (tables) => rowsOn(tables, asked.user, own));
  const place = ({ lastAt, discussion }: DiscussionRow) => [lastAt, discussion] as const;
  const { page, isLast } = pageOf(parts.flatMap(foundOn), {
    place,
    limit,
    before: before && [before.lastAt, before.discussion],
  });
  const last = page.at(-1);
  const named = own?.named.flatMap(({ stream, group }) =>
    isDiscussionStream(stream) ? [{ discussion: stream, group }] : []
  );
  return {
    rows: page,
    missing: (named ?? []).filter(({ discussion }) => isSilent(parts, discussion)).slice(0, limit),
    unavailable: silent(parts, asked, own),
    asOf: positions(parts),
    rev: own?.rev ?? null,
    blocks: own?.blocks ?? null,
    discussions: named === undefined ? null : { count: named.length, more: false },
    sum: null,
    next: last === undefined || isLast ? null : { lastAt: last.lastAt, discussion: last.discussion },
  };
}

async function discussionRows(asked: Asked, discussions: readonly DiscussionId[]): Promise<DiscussionRows> {
  const own = await readOwn(asked);
  const wanted = new Set(discussions);
  const shards = asked.shards.filter((shard) => discussions.some((id) => shardOf(id) === shard));
  const parts = await onEach(
    { ...asked, shards },
    (tables) => rowsOn(tables, asked.user, own).filter(({ discussion }) => wanted.has(discussion)),
  );
  return {
    rows: parts.flatMap(foundOn),
    unavailable: parts.flatMap(({ shard, here }) => here === null ? [shard] : []),
    rev: own?.rev ?? null,
    blocks: own?.blocks ?? null,
  };
}

async function groupList(asked: Asked, { limit, before }: Parameters<Lists["groupList"]>[1]): Promise<GroupList> {
  const own = await readOwn(asked);
  const parts = await onEach(
    asked,
    (tables) =>
      seenOn(tables, asked.user).flatMap(({ id, lastAt }) => isGroupStream(id) ? [{ group: id, lastAt }] : []),
  );
  const place = ({ lastAt, group }: { lastAt: UnixMs; group: GroupId }) => [lastAt, group] as const;
  const { page, isLast } = pageOf(parts.flatMap(foundOn), {
    place,
    limit,
    before: before && [before.lastAt, before.group],
  });
  const named = own?.named.flatMap(({ stream }) => isGroupStream(stream) ? [stream] : []) ?? [];
  return {
    groups: page,
    missing: named.filter((group) => isSilent(parts, group)).slice(0, limit),
    unavailable: silent(parts, asked, own),
    asOf: positions(parts),
    rev: own?.rev ?? null,
    next: isLast ? null : page.at(-1) ?? null,
  };
}

interface Part<T> {
  readonly shard: ShardNumber;
  /** Null: it does not answer. */
  readonly here: { readonly position: Position; readonly found: readonly T[] } | null;
}

async function onEach<T>({ read, shards }: Asked, find: (tables: SimShard) => readonly T[]): Promise<Part<T>[]> {
  return await Promise.all(shards.map(async (shard): Promise<Part<T>> => {
    const here = read(shard, (tables) => ({ position: position(tables.position), found: find(tables) }));
    return { shard, here: await here.catch(nullIfUnavailable) };
  }));
}

function foundOn<T>({ here }: Part<T>): readonly T[] {
  return here?.found ?? [];
}

function positions(parts: readonly Part<unknown>[]): ReadonlyMap<ShardNumber, Position> {
  return new Map(parts.flatMap(({ shard, here }) => here === null ? [] : [[shard, here.position] as const]));
}

function isSilent(parts: readonly Part<unknown>[], id: DiscussionId | GroupId): boolean {
  return parts.some(({ shard, here }) => here === null && shard === shardOf(id));
}

function silent(parts: readonly Part<unknown>[], { user }: Asked, own: Own | null): ShardNumber[] {
  const shards = parts.flatMap(({ shard, here }) => here === null ? [shard] : []);
  return [...new Set([...shards, ...(own === null ? [shardOf(user)] : [])])].sort((a, b) => a - b);
}

type Place = readonly [lastAt: UnixMs, id: string];

/** Latest activity first; behind a place, if one is given. */
function pageOf<T>(
  all: readonly T[],
  { place, limit, before }: { place: (one: T) => Place; limit: number; before: Place | undefined },
): { page: readonly T[]; isLast: boolean } {
  const compare = ([a, one]: Place, [b, other]: Place) => b - a || (one < other ? 1 : one > other ? -1 : 0);
  const sorted = all.toSorted((a, b) => compare(place(a), place(b)));
  const behind = before === undefined ? sorted : sorted.filter((one) => compare(before, place(one)) < 0);
  return { page: behind.slice(0, limit), isLast: behind.length <= limit };
}

/** What the user's own shard knows at one moment. */
interface Own {
  readonly rev: Rev;
  readonly blocks: readonly UserId[];
  readonly marks: ReadonlyMap<DiscussionId, ReadMark>;
  /** What they are in. */
  readonly named: readonly { readonly stream: DiscussionId | GroupId; readonly group: GroupId }[];
}

/** Null: their shard does not answer. */
async function readOwn({ read, user }: Asked): Promise<Own | null> {
  const own = read(shardOf(user), (tables): Own => {
    const state = tables.state(user);
    const { rev, records } = tables.personal;
    const marks = [...records.values()].flatMap(({ user: whose, change }) =>
      whose === user && change.type === "read" ? [[change.discussion, change] as const] : []
    );
    if (state?.kind !== "user") return { rev, blocks: [], marks: new Map(marks), named: [] };
    const named = Object.entries(state.inbox).flatMap(([group, { streams }]) =>
      // The keys of an inbox are group ids, and those of its entries are the streams'.
      Object.entries(streams).flatMap(([stream, { ended }]) =>
        ended === undefined ? [{ stream: stream as DiscussionId | GroupId, group: group as GroupId }] : []
      )
    );
    return { rev, blocks: state.blocks ?? [], marks: new Map(marks), named };
  });
  return await own.catch(nullIfUnavailable);
}

interface SeenStream {
  readonly id: DiscussionId | GroupId;
  readonly state: SharedState;
  readonly log: readonly LogEvent[];
  readonly head: LogEvent["seq"];
  readonly lastAt: UnixMs;
}

/** The groups and discussions of a shard that somebody is or was in. */
function seenOn(tables: SimShard, user: UserId): SeenStream[] {
  return tables.streams.flatMap((id): SeenStream[] => {
    const state = tables.state(id);
    if (state === null || state.kind === "user") return [];
    const head = viewersHead(state, user);
    if (head === undefined) return [];
    const log = tables.eventsOf(id);
    return [{ id: state.id, state, log, head, lastAt: log[head - 1]!.at }]; // it is a seq of the log
  });
}

function rowsOn(tables: SimShard, user: UserId, own: Own | null): DiscussionRow[] {
  return seenOn(tables, user).flatMap((seen) => seen.state.kind === "discussion" ? [rowOf(seen, user, own)] : []);
}

const COUNTED = 99;

function rowOf({ state: present, log, head, lastAt }: SeenStream, user: UserId, own: Own | null): DiscussionRow {
  const { state, messages } = viewOf(log, user);
  const then = state as DiscussionState; // of a discussion's log
  const all = [...messages.values()].sort((a, b) => a.seq - b.seq);
  const newest = all.at(-1);
  const last = intervalsOf(present, user).at(-1)!; // or it would not be seen
  const { epoch, seq } = own?.marks.get(then.id) ?? NOTHING_READ;
  const unread = all.filter((message) =>
    message.kind === "live" && message.seq > seq && message.author !== user && !own?.blocks.includes(message.author)
  );
  const mentioning = unread.filter((message) => message.kind === "live" && message.mentions.includes(user));
  const muted = then.mutes?.[user];
  return {
    ...{ discussion: then.id, group: then.group, name: then.name, closed: then.closed },
    ...(then.locked !== undefined && { locked: then.locked }),
    ...(muted !== undefined && { muted }),
    role: last.left === undefined ? last.role : null,
    memberCount: memberCount(then),
    ...{ intervals: intervalsOf(present, user), head, lastAt },
    preview: newest === undefined ? null : shownTo(user, newest),
    mark: own && { epoch, seq },
    unread: own && { count: Math.min(unread.length, COUNTED), more: unread.length > COUNTED },
    mentionedBy: own === null ? [] : mentioning.map(({ author }) => author),
  };
}
