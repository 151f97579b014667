import type { Attachment, MessageContent } from "../events.ts";
import type { Facts } from "../decision.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import { isStorable, refuseText } from "../text.ts";

/** What is wrong with the content of a new or edited message (MSG1, BLOB1), or null. */
export function refuseContent(content: MessageContent, facts: Facts): Rejection | null {
  const { text, mentions, attachments } = content;
  const { limits } = facts;
  if (attachments.length > limits.attachments) {
    return refuse("TooManyAttachments", { field: "body.attachments", detail: { limit: limits.attachments } });
  }
  if (mentions.length > limits.mentions) {
    return refuse("TooManyMentions", { field: "body.mentions", detail: { limit: limits.mentions } });
  }
  if (text === "" && attachments.length === 0) return refuse("EmptyMessage", { field: "body.text" });
  return refuseText(text, limits) ?? refuseAttachments(attachments, facts);
}

function refuseAttachments(attachments: readonly Attachment[], facts: Facts): Rejection | null {
  for (const [i, attachment] of attachments.entries()) {
    const field = `body.attachments.${i}`;
    if (!isStorable(attachment.name)) return refuse("TextMalformed", { field: `${field}.name` });
    if (!facts.blobs.has(attachment.sha256)) return refuse("UnknownBlob", { field: `${field}.sha256` });
  }
  return null;
}
