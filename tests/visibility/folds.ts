/** What a message is to somebody: the plainest fold of the rows that they see (VIS4, MSG1–4, MOD1). @module */
import type { Row } from "./log_rows.ts";
import type { Stays } from "./stays.ts";

export interface NaiveMessage {
  readonly id: string;
  readonly author: string;
  readonly seq: number;
  /** Null: deleted. */
  text: string | null;
  revision: number;
  mentions: readonly string[];
  readonly replyTo: string | undefined;
  /** `emoji user`. */
  readonly reactions: Set<string>;
}

/** By id, up to the last seq that the viewer sees. */
export function messagesSeen(
  rows: readonly Row[],
  { viewer, stays }: { viewer: string; stays: Stays },
): Map<string, NaiveMessage> {
  const messages = new Map<string, NaiveMessage>();
  for (const row of rows) if (stays.seesRow(viewer, row)) apply(messages, row);
  return messages;
}

function apply(messages: Map<string, NaiveMessage>, { id, seq, type, actor, body }: Row): void {
  if (type === "new-message") {
    const { text, mentions = [], replyTo } = body;
    messages.set(id, { id, author: actor!, seq, text, mentions, replyTo, revision: 0, reactions: new Set() });
  }
  if (type === "expunge") {
    for (const message of messages.values()) {
      if (message.author === body.author && message.seq <= body.upToSeq) bury(message);
    }
  }
  const target = messages.get(body.target);
  if (target === undefined || target.text === null) return;
  if (type === "delete-message") bury(target);
  if (type === "edit-message") {
    Object.assign(target, { text: body.text, mentions: body.mentions ?? [], revision: target.revision + 1 });
  }
  if (type === "react-to-message" && body.on) target.reactions.add(`${body.emoji} ${actor}`);
  if (type === "react-to-message" && !body.on) target.reactions.delete(`${body.emoji} ${actor}`);
}

function bury(message: NaiveMessage): void {
  message.text = null;
  message.reactions.clear();
}
