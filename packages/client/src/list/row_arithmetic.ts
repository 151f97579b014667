/**
 * What a row of the list becomes by an event, a mark or a setting, where that is certain: then it is exactly what the server would say.
 * Everything else is null, and for the server to say.
 * @module
 */
import {
  assert,
  compareMarks,
  type DiscussionEvent,
  type EventOf,
  evolveMessage,
  type NewMessage,
  type NotifyLevel,
  type ReadMark,
  type Seq,
  shownTo,
  unlessBlocked,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { ListedDiscussion } from "../server/contract.ts";
import type { BlocksChanged } from "./blocks.ts";
import type { Count } from "./contract.ts";

/** Who looks, and whom they block. */
export interface Seeing {
  readonly viewer: UserId;
  readonly blocks: ReadonlySet<UserId>;
}

type Row = ListedDiscussion;

/** READ2: the server counts to here, within so many of the newest messages after the mark. */
const COUNTED = 99;
const WITHIN = 1_000;
const NONE: Count = Object.freeze({ count: 0, more: false });

/** The row after the event that follows its head; null: only the server can say. */
export function rowAfter(row: Row, event: DiscussionEvent, seeing: Seeing): Row | null {
  switch (event.type) {
    case "new-message":
      return withMessage(row, event, seeing);
    case "react-to-message":
      return isShown(row, event.body.target) ? null : moved(row, event);
    case "edit-message":
      return isShown(row, event.body.target) || mayChangeMentions(row, event, seeing) ? null : moved(row, event);
    case "delete-message":
      return isPreview(row, event.body.target) || mayBeUnread(row, event) ? null : moved(row, event);
    case "rename":
      return { ...moved(row, event), name: event.body.name };
    case "close":
      return { ...moved(row, event), closed: true };
    case "reopen":
      return { ...moved(row, event), closed: false };
    case "lock":
      return { ...moved(row, event), locked: true };
    case "unlock": {
      const { locked: _, ...rest } = moved(row, event);
      return rest;
    }
    case "mute-member":
    case "unmute-member":
      return event.body.user === seeing.viewer ? null : moved(row, event);
    case "describe":
    case "pin-message":
    case "unpin-message":
    case "set-slow-mode":
    case "unban-member":
    case "flag-message":
    case "resolve-flag":
    case "continued":
      return moved(row, event);
    case "create":
    case "add-members":
    case "join":
    case "leave":
    case "remove-member":
    case "ban-member":
    case "set-role":
    case "expunge":
      return null;
    default:
      return unreachable(event);
  }
}

/** The row under a mark that now stands; the row itself if it had that, or a newer one; null: only the server can count. */
export function rowMarked(row: Row, { epoch, seq }: ReadMark): Row | null {
  if (row.mark === null) return null;
  if (compareMarks({ epoch, seq }, row.mark) <= 0) return row;
  if (seq >= row.head) return { ...row, mark: { epoch, seq }, unread: NONE, mentions: NONE };
  const goesOn = epoch === row.mark.epoch && row.unread?.count === 0 && !row.unread.more;
  return goesOn ? { ...row, mark: { epoch, seq } } : null;
}

export function rowNotified(row: Row, notify: NotifyLevel): Row {
  return row.notify === notify ? row : { ...row, notify };
}

/** Whether a row may look different once its viewer blocks these people, or does not any more (BLK1). */
export function isTouchedBy(row: Row, { blocked, unblocked }: BlocksChanged): boolean {
  const author = row.preview?.author;
  if (author !== undefined && (blocked.has(author) || unblocked.has(author))) return true;
  if (row.mark === null || row.unread === null) return true;
  const hasUnread = row.unread.count > 0 || row.unread.more;
  return (blocked.size > 0 && hasUnread) || (unblocked.size > 0 && row.mark.seq < row.head);
}

/** With nothing else changed than that there was an event. */
function moved(row: Row, { seq: head, at: lastAt }: DiscussionEvent): Row {
  return { ...row, head, lastAt };
}

function isPreview({ preview }: Row, message: string): boolean {
  // Of somebody who is blocked a tombstone is shown all the same.
  return preview?.id === message && preview.kind !== "deleted";
}

/** Whether what the message says is shown. */
function isShown(row: Row, message: string): boolean {
  return isPreview(row, message) && row.preview?.kind === "live";
}

/** Whether the event's target lies after the mark. */
function isAfterMark({ mark }: Row, { decided: { targetSeq } }: DiscussionEvent): boolean {
  return mark === null || targetSeq === undefined || targetSeq > mark.seq;
}

function mayChangeMentions(
  row: Row,
  event: EventOf<Extract<DiscussionEvent, { type: "edit-message" }>>,
  { viewer }: Seeing,
) {
  if (!isAfterMark(row, event)) return false;
  return event.body.mentions.includes(viewer) || row.mentions === null || row.mentions.count > 0;
}

function mayBeUnread(row: Row, event: DiscussionEvent): boolean {
  return isAfterMark(row, event) && (row.unread === null || row.unread.count > 0 || row.unread.more);
}

function withMessage(row: Row, event: EventOf<NewMessage>, seeing: Seeing): Row | null {
  const counts = countsAfter(row, event, seeing);
  if (counts === null) return null;
  const message = evolveMessage(null, event);
  assert(message !== null, "a new-message makes a message");
  const preview = unlessBlocked(shownTo(seeing.viewer, message), seeing.blocks);
  return { ...moved(row, event), ...counts, preview };
}

type Counts = Pick<Row, "unread" | "mentions">;

/** What is unread after another message; null: it takes the server to count. */
function countsAfter(row: Row, { seq, actor, body }: EventOf<NewMessage>, { viewer, blocks }: Seeing): Counts | null {
  const { mark, unread, mentions } = row;
  if (mark === null || unread === null || mentions === null) return null;
  // What another device has read by now is not unread, whenever it arrives here.
  if (seq <= mark.seq) return { unread, mentions };
  const isCounted = actor !== viewer && !blocks.has(actor as UserId);
  // Who blocks the viewer does not mention them, and that is for the server alone to know (BLK1).
  if (isCounted && body.mentions.includes(viewer)) return null;
  const next = isCounted ? oneMore(unread) : unread;
  // Where not all of what is unread is counted, an older message may drop out of what is.
  const isAll = !next.more || (isCounted && mentions.count === 0);
  const isWithin = seq - lowest(row, mark) <= WITHIN;
  if (!isAll || (!isWithin && !(isCounted && next.count === COUNTED && next.more))) return null;
  return { unread: next, mentions: { count: mentions.count, more: next.more } };
}

function oneMore({ count, more }: Count): Count {
  if (more) return { count, more };
  return count < COUNTED ? { count: count + 1, more } : { count, more: true };
}

/** The newest seq below all that may be unread: messages are at most as many as seqs. */
function lowest({ mine }: Row, { seq }: ReadMark): Seq | number {
  return Math.max(seq, Math.min(...mine.map(({ historyFrom }) => historyFrom)) - 1);
}
