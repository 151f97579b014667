/**
 * Words that stand nowhere else: planted in every text that somebody writes, and looked for in everything that anybody is answered. The hash
 * of an invite's token is as good as one.
 * @module
 */

// No id has an l or a u (ID1). Nought for a hash stands for one that is hidden (VIS2).
const WORD = /lull[0-9a-z]{6}lull|\b(?!0{64})[0-9a-f]{64}\b/g;

/** Makes words, each once. */
export class Words {
  #made = 0;

  next(): string {
    return `lull${(this.#made++).toString(36).padStart(6, "0")}lull`;
  }
}

export function wordsIn(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}
