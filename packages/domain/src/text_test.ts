import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LIMITS } from "./limits.ts";
import { codePoints, isStorable, refuseText, utf8Bytes } from "./text.ts";

Deno.test("[MSG1] code points and bytes are counted as Unicode counts them", () => {
  const scalar = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }));
  fc.assert(fc.property(fc.array(scalar), (points) => {
    const text = String.fromCodePoint(...points);
    strictEqual(codePoints(text), [...text].length);
    strictEqual(utf8Bytes(text), new TextEncoder().encode(text).length);
  }));
});

Deno.test("[MSG1] a text is long by code points or by bytes, whichever is met first", () => {
  const tooLong = (text: string) => refuseText(text, DEFAULT_LIMITS)?.detail;
  strictEqual(tooLong("a".repeat(10_000)), undefined);
  strictEqual(tooLong("a".repeat(10_001))?.unit, "codePoints");
  strictEqual(tooLong("😀".repeat(8_192)), undefined); // 32 KiB in 8,192 code points
  strictEqual(tooLong("😀".repeat(8_193))?.unit, "bytes");
  strictEqual(tooLong("漢".repeat(10_000)), undefined); // 30,000 bytes
  strictEqual(tooLong("😀".repeat(10_001))?.limit, 10_000);
});

Deno.test("[MSG1] U+0000 and lone surrogates can't be stored", () => {
  for (const text of ["\0", "a\0b", "\ud800", "\udc00a", "a\ud83d"]) strictEqual(isStorable(text), false);
  for (const text of ["", "a", "😀", "\u0001", "\ufeff", "e\u0301", "שלום"]) strictEqual(isStorable(text), true);
});
