/** Whose token a connection has: asked on each, since the app may have given another user's (LIVE6). @module */
import { isTrouble, type Me } from "../server/contract.ts";
import type { Trouble } from "../trouble.ts";

export interface TokenCheckOptions {
  /** Null: nobody wants to know any more. */
  readonly ask: () => Promise<Me | Trouble | null>;
  readonly onMe: (me: Me) => Promise<void>;
  /** Asking again does not mend it. */
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onBug: (bug: unknown) => void;
}

/** One question at a time; the answer that counts is to what was asked on the newest connection. */
export class TokenCheck {
  readonly #options: TokenCheckOptions;
  #isAsking = false;
  #isToBeAsked = false;

  constructor(options: TokenCheckOptions) {
    this.#options = options;
  }

  /** There is another connection than the one that was asked on last. */
  get isToBeAsked(): boolean {
    return this.#isToBeAsked;
  }

  /** For another connection. */
  begin(): void {
    this.#isToBeAsked = true;
    if (!this.#isAsking) this.#askAll().catch(this.#options.onBug);
  }

  async #askAll(): Promise<void> {
    const { ask, onMe, onTrouble } = this.#options;
    this.#isAsking = true;
    try {
      while (this.#isToBeAsked) {
        this.#isToBeAsked = false;
        const me = await ask();
        if (me === null || this.#isToBeAsked) continue;
        if (isTrouble(me)) onTrouble(me);
        else await onMe(me);
      }
    } finally {
      this.#isAsking = false;
    }
  }
}
