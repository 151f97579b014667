/** What the checker finds. @module */

/** A broken promise: which rule of docs/protocol.md, and how it was seen. */
export interface Violation {
  readonly rule: string;
  /** In a few words, the same for all of a kind. */
  readonly kind: string;
  readonly what: string;
}

/** Keeps the first of each kind, and counts the rest. */
export class Violations {
  readonly #found: Violation[] = [];
  readonly #counts = new Map<string, number>();

  add(rule: string, kind: string, what: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= SHOWN_OF_A_KIND) this.#found.push({ rule, kind, what });
  }

  get shown(): readonly Violation[] {
    return this.#found;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}

const SHOWN_OF_A_KIND = 5;
