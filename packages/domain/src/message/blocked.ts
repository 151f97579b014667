import type { DiscussionId, MessageId, UserId } from "../ids.ts";
import type { Seq, UnixMs } from "../scalars.ts";

/** What is shown of a message by somebody whom the viewer blocks: that it is there, and by whom (BLK1). */
export interface BlockedMessage {
  readonly kind: "blocked";
  readonly id: MessageId;
  readonly discussion: DiscussionId;
  readonly seq: Seq;
  readonly author: UserId;
  readonly at: UnixMs;
}

/** The message as it is shown to somebody who blocks these people; what was deleted says nothing any more. */
export function unlessBlocked<M extends Omit<BlockedMessage, "kind"> & { readonly kind: "live" | "deleted" }>(
  message: M,
  blocks: ReadonlySet<UserId>,
): M | BlockedMessage {
  if (message.kind === "deleted" || !blocks.has(message.author)) return message;
  const { id, discussion, seq, author, at } = message;
  return { kind: "blocked", id, discussion, seq, author, at };
}
