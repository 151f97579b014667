import type { DomainLimits } from "./limits.ts";
import type { Rejection } from "./outcome.ts";
import { refuse } from "./refuse.ts";

/** Whether Postgres can keep a text: well-formed Unicode without U+0000. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Unicode code points of a well-formed text. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) pairs++;
  return text.length - pairs;
}

/** Bytes that a well-formed text takes in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts for two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return bytes;
}

/** What is wrong with a message's text (MSG1), or null. */
export function refuseText(text: string, limits: DomainLimits): Rejection | null {
  const field = "body.text";
  if (!isStorable(text)) return refuse("TextMalformed", { field });
  if (text.length > limits.textCodePoints && codePoints(text) > limits.textCodePoints) {
    return refuse("TextTooLong", { field, detail: { limit: limits.textCodePoints, unit: "codePoints" } });
  }
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 > limits.textBytes && utf8Bytes(text) > limits.textBytes) {
    return refuse("TextTooLong", { field, detail: { limit: limits.textBytes, unit: "bytes" } });
  }
  return null;
}

/** What is wrong with the name of a group, discussion or user, or null. */
export function refuseName(name: string, limits: DomainLimits): Rejection | null {
  const fine = isStorable(name) && name.trim() !== "" && codePoints(name) <= limits.nameCodePoints;
  return fine ? null : refuse("NameInvalid", { field: "body.name", detail: { limit: limits.nameCodePoints } });
}

/** What is wrong with a moderator's reason, or null. */
export function refuseReason(reason: string | undefined, limits: DomainLimits): Rejection | null {
  if (reason === undefined) return null;
  const field = "body.reason";
  if (!isStorable(reason)) return refuse("TextMalformed", { field });
  if (codePoints(reason) <= limits.reasonCodePoints) return null;
  return refuse("ReasonTooLong", { field, detail: { limit: limits.reasonCodePoints } });
}

/** What is wrong with a description, or with what a user says about themselves, or null. */
export function refuseDescription(
  description: string | undefined,
  limits: DomainLimits,
  field = "body.description",
): Rejection | null {
  if (description === undefined) return null;
  if (!isStorable(description)) return refuse("TextMalformed", { field });
  const limit = limits.descriptionCodePoints;
  return codePoints(description) <= limit
    ? null
    : refuse("TextTooLong", { field, detail: { limit, unit: "codePoints" } });
}
