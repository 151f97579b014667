import assert from "node:assert/strict";
import { foldText } from "./fold_text.ts";

Deno.test("texts are compared without case, accents and width", () => {
  for (
    const [text, folded] of [
      ["Crème BRÛLÉE", "creme brulee"],
      ["Straße", "strasse"],
      ["ＧＡＴＺ　２", "gatz 2"],
      ["ΟΔΟΣ", "οδοσ"],
      ["İstanbul ılık", "istanbul ilik"],
      ["Ёлка", "елка"],
      ["שָׁלוֹם", "שלום"],
      ["ｶﾞﾂ", "カツ"],
    ] as const
  ) assert.equal(foldText(text), folded.normalize("NFKD"));
});

Deno.test("vowel signs are no accents: without them another word would be found", () => {
  assert.notEqual(foldText("कि"), foldText("कु"));
  assert.notEqual(foldText("ดี"), foldText("ดู"));
});
