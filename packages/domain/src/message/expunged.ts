import type { UserId } from "../ids.ts";
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

/** The mark that a message of an author at a seq falls under, if any. */
export function markOver(
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
