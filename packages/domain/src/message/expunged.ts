import type { EventOf, Expunge } from "../events.ts";
import type { UserId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import { seq as seqOf } from "../scalars.ts";
import type { DiscussionState, ExpungeMark, MessageState, Tombstone } from "../state.ts";

/** What marks a viewer sees: by author, oldest first. */
export type ExpungeMarks = DiscussionState["expunged"];

/**
 * A message as it stands under its discussion's marks (MOD1): the first that covers it left a tombstone. An earlier deletion stays what it
 * was. The log and the message's own fold are not touched.
 */
export function underMarks(message: MessageState, marks: ExpungeMarks): MessageState {
  if (message.kind === "deleted") return message;
  const mark = markOver(message, marks);
  return mark === undefined ? message : tombstoneOf(message, mark);
}

/** With the mark that an event makes; one that reaches no further than those before it adds nothing. */
export function withMark(marks: ExpungeMarks, { seq, actor: by, at, body }: EventOf<Expunge>): ExpungeMarks {
  const { author, why, reason } = body;
  const upToSeq = seqOf(Math.min(body.upToSeq, seq));
  const earlier = marks?.[author] ?? [];
  if ((earlier.at(-1)?.upToSeq ?? 0) >= upToSeq) return marks;
  const mark: ExpungeMark = { seq, upToSeq, by, at, why, ...(reason !== undefined && { reason }) };
  return { ...marks, [author]: [...earlier, mark] };
}

/** The marks that a viewer sees: those whose event lies where they see (VIS4). */
export function marksWithin(marks: ExpungeMarks, sees: (at: Seq) => boolean): ExpungeMarks {
  if (marks === undefined) return undefined;
  // The keys of marks are user ids.
  const within = (Object.entries(marks) as [UserId, readonly ExpungeMark[]][])
    .map(([author, all]) => [author, all.filter(({ seq }) => sees(seq))] as const)
    .filter(([, seen]) => seen.length > 0);
  return within.length === 0 ? undefined : Object.fromEntries(within);
}

/** The mark that a message of an author at a seq falls under, if any. */
function markOver(
  { author, seq }: { readonly author: UserId; readonly seq: number },
  marks: ExpungeMarks,
): ExpungeMark | undefined {
  return marks?.[author]?.find(({ upToSeq }) => seq <= upToSeq);
}

function tombstoneOf(message: Extract<MessageState, { kind: "live" }>, mark: ExpungeMark): Tombstone {
  const { id, discussion, seq, author, at, replyTo, replyToSeq, revision } = message;
  return {
    kind: "deleted",
    ...{ id, discussion, seq, author, at },
    ...(replyTo !== undefined && { replyTo }),
    ...(replyToSeq !== undefined && { replyToSeq }),
    revision,
    changedSeq: mark.seq,
    ...{ by: mark.by, deletedAt: mark.at, why: mark.why },
    ...(mark.reason !== undefined && { reason: mark.reason }),
  };
}
