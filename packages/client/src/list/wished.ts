/** What is shown of a row and of the list as a whole, under what the user has just marked. @module */
import { compareMarks, type ReadMark } from "@gatz/domain";
import type { ListedDiscussion } from "../server/contract.ts";
import type { Count, DiscussionList, ListRow, MarkWish } from "./contract.ts";
import { rowMarked, rowNotified } from "./row_arithmetic.ts";

/** A row as it will be once the server has been told. What only the server can count is shown as at most, or at least, so many. */
export function wished(row: ListRow, { mark, notify }: MarkWish): ListRow {
  if (row.kind === "unavailable") return row;
  const notified = notify === undefined ? row : rowNotified(row, notify);
  if (mark === undefined || notified.mark === null || compareMarks(mark, notified.mark) <= 0) return notified;
  const { epoch, seq } = mark;
  return rowMarked(notified, mark) ?? { ...notified, mark: { epoch, seq }, ...countsUnder(notified, mark) };
}

type Counts = Pick<ListedDiscussion, "unread" | "mentions">;

function countsUnder({ head, ...row }: ListedDiscussion, mark: ReadMark): Counts {
  const { unread, mentions } = row;
  if (unread === null || mentions === null || row.mark === null) return { unread, mentions };
  // Marked unread, which was there to be read: how much, the server knows.
  if (mark.epoch > row.mark.epoch) return { unread: { count: Math.max(unread.count, 1), more: true }, mentions };
  // Marked read, but not to the end: messages are at most as many as seqs.
  const left = atMost(unread, head - mark.seq);
  return { unread: left, mentions: atMost(mentions, left.count) };
}

function atMost({ count, more }: Count, most: number): Count {
  return count <= most ? { count, more: more && count < most } : { count: most, more: false };
}

export function totalsOf(
  rows: readonly ListRow[],
  { isWhole }: { readonly isWhole: boolean },
): DiscussionList["totals"] {
  let [discussions, unread, mentions] = [0, 0, 0];
  let [moreUnread, moreMentions] = [!isWhole, !isWhole];
  for (const row of rows) {
    if (row.kind === "unavailable" || row.role !== null) discussions++;
    if (row.kind === "unavailable" || row.unread === null || row.mentions === null) moreUnread = moreMentions = true;
    else {
      if (row.unread.count > 0 || row.unread.more) unread++;
      mentions += row.mentions.count;
      moreMentions ||= row.mentions.more;
    }
  }
  return {
    discussions: { count: discussions, more: !isWhole },
    unread: { count: unread, more: moreUnread },
    mentions: { count: mentions, more: moreMentions },
  };
}
