/** How deep JSON nests, counted before it is parsed (SEC3). @module */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// [ and ] differ from { and } by this bit alone.
const BRACE_BIT = 0x20;
const OPENING = 0x5b;
const CLOSING = 0x5d;

/** Whether arrays and objects nest deeper than `most`. Linear, without recursion; the text need not be JSON. */
export function nestsDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if ((code & ~BRACE_BIT) === OPENING && ++depth > most) return true;
    else if ((code & ~BRACE_BIT) === CLOSING) depth--;
  }
  return false;
}

/** Where the string that begins at `start` ends, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    if (!isEscaped(text, end)) return end;
  }
  return text.length;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
