/** Words that stand nowhere else: planted in every text that somebody writes, and looked for in everything that anybody is answered. @module */

// No id has an l or a u (ID1).
const WORD = /lull[0-9a-z]{6}lull/g;

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
