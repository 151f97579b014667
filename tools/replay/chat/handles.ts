import { createHash } from "node:crypto";

/** Letters and digits that no look-alike rule (USR2) touches, so that different endings stay different. */
const STABLE = "23456789abcdefghjkpqstuxyz";
const ENDING = 6;
const HANDLE = 20;

/**
 * A valid handle (3–20 of `a-z 0-9 _`) for any nick, from the nick alone: what can be kept of it, and six characters of
 * its hash that keep apart nicks which differ by case, by punctuation or to the eye only.
 */
export function handleOf(nick: string): string {
  const kept = nick.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_").replaceAll(/_+/g, "_").replaceAll(/^_|_$/g, "");
  const start = kept.slice(0, HANDLE - ENDING - 1).replace(/_$/, "");
  return start === "" ? ending(nick) : `${start}_${ending(nick)}`;
}

function ending(nick: string): string {
  const hash = createHash("sha256").update(nick).digest();
  return Array.from({ length: ENDING }, (_, i) => STABLE[hash.readUInt32BE(4 * i) % STABLE.length]).join("");
}
