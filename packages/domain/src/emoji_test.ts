import { strictEqual } from "node:assert/strict";
import { isEmoji } from "./emoji.ts";

const ZWJ = "\u200d";

Deno.test("[MSG4] emoji of every make are emoji", () => {
  const family = ["👩", "👩", "👧", "👦"].join(ZWJ);
  for (const emoji of ["👍", "👍🏽", "❤️", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", family, "👩🏽‍🚀", "🏳️‍🌈"]) {
    strictEqual(isEmoji(emoji), true, emoji);
  }
});

Deno.test("[MSG4] what is not exactly one emoji is none", () => {
  const others = [
    "",
    "a",
    "1",
    "#",
    " ",
    "👍👍",
    "👍 ",
    " 👍",
    "ok",
    "é",
    "e\u0301",
    "漢",
    "🇩",
    "\u200d",
    "\ufe0f",
    "❤",
  ];
  for (const text of [...others, "👍\0", "👍a", `👍${ZWJ}`, "👍".repeat(50), "\ud83d"]) {
    strictEqual(isEmoji(text), false, text);
  }
});

Deno.test("[MSG4] every emoji of one code point, a skin tone, a flag or a keycap is one grapheme cluster in NFC", () => {
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  const flags = Array.from(
    { length: 26 * 26 },
    (_, i) => String.fromCodePoint(0x1f1e6 + (i % 26), 0x1f1e6 + Math.floor(i / 26)),
  );
  const keycaps = [..."0123456789#*"].map((key) => `${key}\ufe0f\u20e3`);
  const single = Array.from({ length: 0x20000 }, (_, point) => point).filter((point) => (point & 0x1f800) !== 0xd800)
    .map((point) => String.fromCodePoint(point));
  const made = single.filter((text) => /\p{Emoji}/u.test(text)).flatMap((text) => [text, `${text}\ufe0f`, `${text}🏽`]);
  const emoji = [...made, ...flags, ...keycaps].filter(isEmoji);
  strictEqual(emoji.length > 1_500, true, `only ${emoji.length} emoji were looked at`);
  for (const one of emoji) {
    strictEqual([...graphemes.segment(one)].length, 1, one);
    strictEqual(one.normalize("NFC"), one, one);
  }
});
