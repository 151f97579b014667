/** Tries to offer a draft of which nobody knows whether they have come to an end (LOG4). @module */
import type { DraftId } from "../store/records.ts";

/** A server answers a draft within ten seconds, or has dropped it; until one that got no answer has come there may take a moment more. */
const ON_THE_WAY_MS = 12_000;

interface Tried {
  /** Whose answers have yet to come. */
  readonly open: number;
  /** When the last of those that got no answer was given up; -Infinity: each had one. */
  readonly lostAt: number;
}
const NEVER: Tried = { open: 0, lostAt: -Infinity };

/**
 * While an earlier try may be on its way, a rejection is not the last word: what it stood on may be there when that one arrives, and the
 * draft is then accepted.
 */
export class Tries {
  readonly #tried = new Map<DraftId, Tried>();

  begin(ids: readonly DraftId[]): void {
    for (const id of ids) this.#change(id, ({ open, lostAt }) => ({ open: open + 1, lostAt }));
  }

  /** `lost`: those that got no answer. */
  end(ids: readonly DraftId[], { lost, now }: { readonly lost: ReadonlySet<DraftId>; readonly now: number }): void {
    for (const id of ids) {
      this.#change(id, ({ open, lostAt }) => ({ open: open - 1, lostAt: lost.has(id) ? now : lostAt }));
    }
  }

  /** Somebody else may have offered them, and went without an answer. */
  mayBeLost(ids: readonly DraftId[], now: number): void {
    for (const id of ids) this.#change(id, ({ open }) => ({ open, lostAt: now }));
  }

  isAnyOnTheWay(now: number): boolean {
    return [...this.#tried.keys()].some((id) => this.onTheWayMs(id, now) > 0);
  }

  /** How long an earlier try may still be on its way; in milliseconds. */
  onTheWayMs(id: DraftId, now: number): number {
    const { open, lostAt } = this.#tried.get(id) ?? NEVER;
    return open > 0 ? ON_THE_WAY_MS : Math.max(0, lostAt + ON_THE_WAY_MS - now);
  }

  #change(id: DraftId, change: (tried: Tried) => Tried): void {
    const next = change(this.#tried.get(id) ?? NEVER);
    if (next.open === 0 && next.lostAt === -Infinity) this.#tried.delete(id);
    else this.#tried.set(id, next);
  }

  /** It has its outcome. */
  forget(id: DraftId): void {
    this.#tried.delete(id);
  }
}
