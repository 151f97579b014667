/**
 * What a row of the list becomes by an event, a mark or a setting, where that is certain: then it is exactly what the server would say.
 * Everything else is null, and for the server to say.
 * @module
 */
import {
  type AddToDiscussion,
  type AddToGroup,
  assert,
  compareMarks,
  type DeleteMessage,
  type DiscussionEvent,
  type EditMessage,
  type EventOf,
  evolveMessage,
  type MessageId,
  type NewMessage,
  type NotifyLevel,
  type ReactToMessage,
  type ReadMark,
  type Seq,
  type ShownLiveMessage,
  shownTo,
  unlessBlocked,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { ListedDiscussion } from "../server/contract.ts";
import type { BlocksChanged } from "./blocks.ts";
import type { Count } from "./contract.ts";
import { previewDeleted, previewEdited, previewReacted } from "./preview_arithmetic.ts";

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
      return reacted(row, event, seeing);
    case "edit-message":
      return edited(row, event, seeing);
    case "delete-message":
      return deleted(row, event, seeing);
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
    case "join":
      return event.actor === seeing.viewer ? null : withPeople(row, event, 1);
    case "add-members":
      return added(row, event, seeing);
    case "remove-member": {
      // A person removes those below their own role: never the owner, whose heir the viewer might be.
      const isOther = event.actor !== "system" && event.body.user !== seeing.viewer;
      return isOther ? withPeople(row, event, -1) : null;
    }
    case "create":
    case "leave":
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

function withPeople(row: Row, event: DiscussionEvent, more: number): Row {
  return { ...moved(row, event), memberCount: row.memberCount + more };
}

function added(row: Row, event: EventOf<AddToDiscussion>, { viewer }: Seeing): Row | null {
  const users = addedBy(event);
  return users.has(viewer) ? null : withPeople(row, event, users.size);
}

/** Whom an event really added: who was there already is among those that were skipped. */
export function addedBy({ body, decided }: EventOf<AddToDiscussion | AddToGroup>): ReadonlySet<UserId> {
  const users = new Set(body.users);
  for (const { user } of decided.skipped ?? []) users.delete(user);
  return users;
}

/** What the row shows, if it is this message. */
function shownOf({ preview }: Row, message: MessageId): Row["preview"] {
  return preview?.id === message ? preview : null;
}

function reacted(row: Row, event: EventOf<ReactToMessage>, { viewer }: Seeing): Row | null {
  const shown = shownOf(row, event.body.target);
  if (shown?.kind !== "live") return moved(row, event);
  // Who was away may not have seen all of the message's reactions.
  const preview = row.mine.length === 1 ? previewReacted(shown, event, viewer) : null;
  return preview && { ...moved(row, event), preview };
}

function edited(row: Row, event: EventOf<EditMessage>, seeing: Seeing): Row | null {
  if (mayChangeMentions(row, event, seeing)) return null;
  const shown = shownOf(row, event.body.target);
  if (shown?.kind !== "live") return moved(row, event);
  const preview = previewEdited(shown, event);
  return preview && { ...moved(row, event), preview };
}

function deleted(row: Row, event: EventOf<DeleteMessage>, seeing: Seeing): Row | null {
  const shown = shownOf(row, event.body.target);
  // Of somebody who is blocked a tombstone is shown all the same.
  if (shown?.kind === "blocked") return null;
  if (shown?.kind !== "live") return mayBeUnread(row, event) ? null : moved(row, event);
  const counts = countsWithout(row, shown, seeing);
  const preview = previewDeleted(shown, event);
  return counts && preview && { ...moved(row, event), ...counts, preview };
}

/** Whether the event's target lies after the mark. */
function isAfterMark({ mark }: Row, { decided: { targetSeq } }: DiscussionEvent): boolean {
  return mark === null || targetSeq === undefined || targetSeq > mark.seq;
}

function mayChangeMentions(row: Row, event: EventOf<EditMessage>, { viewer }: Seeing): boolean {
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

/** What is unread without the newest message, which is still there; null: it takes the server to count. */
function countsWithout(
  row: Row,
  { seq, author, mentions: named }: ShownLiveMessage,
  { viewer, blocks }: Seeing,
): Counts | null {
  const { mark, unread, mentions } = row;
  if (mark === null || unread === null || mentions === null) return null;
  if (seq <= mark.seq || author === viewer || blocks.has(author)) return { unread, mentions };
  if (unread.more || named.includes(viewer)) return null;
  return { unread: { count: unread.count - 1, more: false }, mentions };
}

function oneMore({ count, more }: Count): Count {
  if (more) return { count, more };
  return count < COUNTED ? { count: count + 1, more } : { count, more: true };
}

/** The newest seq below all that may be unread: messages are at most as many as seqs. */
function lowest({ mine }: Row, { seq }: ReadMark): Seq | number {
  return Math.max(seq, Math.min(...mine.map(({ historyFrom }) => historyFrom)) - 1);
}
