/** A caller's lists of discussions, as the API shows them (USR3). @module */
import {
  type BlockedMessage,
  type DiscussionId,
  type GroupId,
  type Interval,
  type NotifyLevel,
  type ReadMark,
  type Role,
  type Sanction,
  type Seq,
  type ShownMessage,
  type UnixMs,
  unlessBlocked,
  type UserId,
} from "@gatz/domain";
import type { Count, DiscussionList, DiscussionRow, Storage } from "@gatz/storage/contract";

/** One discussion of a list: for who has left it, as it stood then (VIS4). */
export interface ListedDiscussion {
  readonly kind: "discussion";
  readonly id: DiscussionId;
  readonly group: GroupId;
  readonly name: string;
  readonly closed: boolean;
  readonly locked?: true;
  /** The caller's own; null for who has left. */
  readonly role: Role | null;
  /** How long the caller may not speak, if they are muted. */
  readonly muted?: Pick<Sanction, "until">;
  readonly memberCount: number;
  readonly mine: readonly Interval[];
  /** The newest seq that the caller may see, and the time of it. */
  readonly head: Seq;
  readonly lastAt: UnixMs;
  /** How far the caller has read (READ1). Null, as the next two: their own shard does not answer. */
  readonly mark: ReadMark | null;
  /** READ2: exact to 99 within the newest 1,000 messages after the mark; with `more` it is at least that. */
  readonly unread: Count | null;
  /** Of the counted unread those that mention the caller. */
  readonly mentions: Count | null;
  /** The caller's setting, if they made one. */
  readonly notify?: NotifyLevel;
  /** The newest message that the caller may see, as they see it. */
  readonly preview: ShownMessage | BlockedMessage | null;
}

/** A discussion that the caller is in, on a shard that does not answer. */
export interface UnavailableDiscussion {
  readonly kind: "unavailable";
  readonly id: DiscussionId;
  readonly group: GroupId;
}

export type DiscussionRowView = ListedDiscussion | UnavailableDiscussion;

/** Null where the caller's own shard does not answer. */
export interface ListTotals {
  /** That the caller is in: counted to 999. */
  readonly discussions: Count | null;
  /** Of the newest fifty those with something unread; `more`: there are others beyond these. */
  readonly unread: Count | null;
  /** Unread messages in the newest fifty that mention the caller, as counted in their rows. */
  readonly mentions: Count | null;
}

/** What is shown of a list, and to whom. */
export interface ListShown {
  readonly list: DiscussionList;
  readonly viewer: UserId;
  /** Whom the viewer blocks (BLK1). */
  readonly blocks: ReadonlySet<UserId>;
  /** Who blocks the viewer, of those who mention them: nobody is told, and nothing is counted. */
  readonly blockers: ReadonlySet<UserId>;
}

/** Latest activity first; what does not answer last, by id. */
export function rowViews({ list, blocks, blockers }: Omit<ListShown, "viewer">): DiscussionRowView[] {
  const missing = list.missing.map(({ discussion: id, group }) => ({ kind: "unavailable", id, group }) as const);
  return [...list.rows.map((row) => rowView(row, { blocks, blockers })), ...missing];
}

// A list shows no quotes, so what a preview answers is not read for it.
export function rowView(
  { discussion, intervals, muted, mentionedBy, preview, ...row }: DiscussionRow,
  { blocks, blockers }: Pick<ListShown, "blocks" | "blockers">,
): ListedDiscussion {
  return {
    kind: "discussion",
    id: discussion,
    ...row,
    mine: intervals,
    ...(muted !== undefined && { muted: muted.until === undefined ? {} : { until: muted.until } }),
    mentions: row.unread && { count: countOf(mentionedBy, blockers), more: row.unread.more },
    preview: preview && unlessBlocked(preview, blocks),
  };
}

/** Null for pages after the first. */
export function totalsOf({ list: { discussions, sum }, blockers }: Pick<ListShown, "list" | "blockers">): ListTotals {
  const mentions = sum && { count: countOf(sum.mentionedBy, blockers), more: sum.unread.more || sum.moreMentions };
  return { discussions, unread: sum?.unread ?? null, mentions };
}

function countOf(mentionedBy: readonly UserId[], blockers: ReadonlySet<UserId>): number {
  return mentionedBy.filter((author) => !blockers.has(author)).length;
}

/** Those of the authors of unread mentions who block the viewer. Of one whose shard does not answer nobody knows: theirs count. */
export async function blockersAmong(
  storage: Pick<Storage, "accounts">,
  { list, viewer }: { list: Pick<DiscussionList, "rows"> & Partial<Pick<DiscussionList, "sum">>; viewer: UserId },
): Promise<ReadonlySet<UserId>> {
  const authors = new Set([...list.rows.flatMap((row) => row.mentionedBy), ...list.sum?.mentionedBy ?? []]);
  if (authors.size === 0) return authors;
  const accounts = await storage.accounts([...authors]);
  return new Set(
    [...accounts].flatMap(([author, fact]) =>
      fact.kind === "known" && fact.value.blocks?.includes(viewer) ? [author] : []
    ),
  );
}
