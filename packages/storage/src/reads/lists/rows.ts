/** The rows of a list of discussions that are on one shard. @module */
import {
  type DiscussionId,
  memberCount,
  NOTHING_READ,
  type NotifyLevel,
  type PersonalChange,
  type ReadMark,
  type ShardNumber,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { DiscussionRow } from "../../contract.ts";
import type { Queryable } from "../../postgres/queryable.ts";
import type { ReadPools } from "../read_pools.ts";
import { messageSeen } from "../seen_messages.ts";
import { selectStatesAt } from "../stream_at.ts";
import { type SeenDiscussion, selectSeenDiscussions } from "./seen_discussions.ts";
import { type Unread, unreadFrom } from "./unread.ts";

/** What is kept with the user. */
export interface Kept {
  /** Whom the user blocks. */
  readonly blocks: readonly UserId[];
  readonly marks: ReadonlyMap<DiscussionId, ReadMark>;
  readonly notify: ReadonlyMap<DiscussionId, NotifyLevel>;
}

export function keptOf(records: readonly PersonalChange[], blocks: readonly UserId[]): Kept {
  const marks = records.flatMap((record) => record.type === "read" ? [[record.discussion, record] as const] : []);
  const notify = records.flatMap((record) =>
    record.type === "setting" ? [[record.discussion, record.notify] as const] : []
  );
  return { blocks, marks: new Map(marks), notify: new Map(notify) };
}

export interface RowsAsked {
  readonly user: UserId;
  /** By UUID, all of one shard. */
  readonly streams: readonly string[];
  /** Those that come as rows; of the others only what is unread is wanted. */
  readonly shown: ReadonlySet<string>;
  /** Null: the user's own shard does not answer, so nobody knows what is unread. */
  readonly kept: Kept | null;
}

export interface RowsHere {
  readonly rows: readonly DiscussionRow[];
  /** Of every discussion that was asked for. */
  readonly unread: ReadonlyMap<DiscussionId, Unread>;
}

/** Throws {@link ShardUnavailable}. */
export async function readRows(
  pools: ReadPools,
  shard: ShardNumber,
  { user, streams, shown, kept }: RowsAsked,
): Promise<RowsHere> {
  return await pools.read(shard, async (q) => {
    const asked = streams.map((stream) => {
      const mark = kept?.marks.get(uuidToId("disc", stream)) ?? NOTHING_READ;
      return { stream, read: mark.seq, isShown: shown.has(stream) };
    });
    const seen = await selectSeenDiscussions(q, { user, blocks: kept?.blocks ?? [], asked });
    const asRows = await asTheyStood(q, seen.filter(({ isShown }) => isShown));
    return {
      rows: asRows.map((one) => rowOf(one, { user, kept })),
      unread: new Map(seen.map(({ id, unread }) => [id, unreadFrom(unread)])),
    };
  });
}

/** Who has left sees a discussion as it stood then; that does not change any more, so it may be read after the rest. */
async function asTheyStood(q: Queryable, seen: readonly SeenDiscussion[]): Promise<SeenDiscussion[]> {
  const past = seen.filter(({ isPast }) => isPast);
  // A row says nothing of how many messages there were.
  const states = await selectStatesAt(q, past.map(({ id, head }) => ({ stream: id, at: head })), { isCounted: false });
  return seen.map((one) => {
    const state = states.get(one.id);
    return state?.kind === "discussion" ? { ...one, own: state, memberCount: memberCount(state) } : one;
  });
}

function rowOf(
  { id, own, stays, marks, head, lastAt, memberCount, preview, unread }: SeenDiscussion,
  { user, kept }: { user: UserId; kept: Kept | null },
): DiscussionRow {
  const last = stays.at(-1)!; // a discussion that is seen has one
  const muted = own.mutes?.[user];
  const counted = unreadFrom(unread);
  const notify = kept?.notify.get(id);
  const { epoch, seq } = kept?.marks.get(id) ?? NOTHING_READ;
  return {
    ...{ discussion: id, group: own.group, name: own.name, closed: own.closed, memberCount },
    role: last.left === undefined ? last.role : null,
    ...(own.locked !== undefined && { locked: own.locked }),
    ...(muted !== undefined && { muted }),
    ...{ intervals: stays, head, lastAt },
    preview: preview === null ? null : messageSeen(preview, user, marks),
    mark: kept === null ? null : { epoch, seq },
    unread: kept === null ? null : counted.unread,
    mentionedBy: kept === null ? [] : counted.mentionedBy,
    ...(notify !== undefined && { notify }),
  };
}
