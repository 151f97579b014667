import { createHash } from "node:crypto";

/** Letters and digits that no look-alike rule (USR2) touches, so that different endings stay different. */
const STABLE = "23456789abcdefghjkpqstuxyz";
const ENDING = 6;
const HANDLE = 20;

/**
 * A valid handle (3–20 of `a-z 0-9 _`) for any nick: what can be kept of it, and six characters of a hash that keep apart
 * nicks which differ by case, by punctuation or to the eye only. Another seed has other people: whom those of this one
 * block in the end could not be brought into a group of theirs again.
 */
export function handleOf(nick: string, seed: string): string {
  const kept = nick.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_").replaceAll(/_+/g, "_").replaceAll(/^_|_$/g, "");
  const start = kept.slice(0, HANDLE - ENDING - 1).replace(/_$/, "");
  const end = ending(`${seed} ${nick}`);
  return start === "" ? end : `${start}_${end}`;
}

function ending(text: string): string {
  const hash = createHash("sha256").update(text).digest();
  return Array.from({ length: ENDING }, (_, i) => STABLE[hash.readUInt32BE(4 * i) % STABLE.length]).join("");
}
