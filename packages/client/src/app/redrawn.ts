/** A picture that is drawn from several things that change: once for all that changed in the same turn, when it is looked at. @module */
import { Cell, type Observable } from "../observable.ts";

export class Redrawn<T> implements Observable<T> {
  readonly #draw: () => T;
  readonly #ends: (() => void)[] = [];
  #drawn: { readonly value: T } | null = null;
  /** Tells those who listen, at the end of the turn. */
  #told: Cell<T> | null = null;
  #isTelling = false;
  #isClosed = false;

  constructor(draw: () => T) {
    this.#draw = draw;
  }

  /** Draws anew whenever this changes, from now on. */
  follow({ subscribe }: Pick<Observable<unknown>, "subscribe">): void {
    this.#ends.push(subscribe(() => this.changed()));
  }

  /** What it is drawn from has changed. */
  changed(): void {
    if (this.#isClosed) return;
    this.#drawn = null;
    if (this.#told === null || this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (!this.#isClosed) this.#told?.set(this.snapshot());
    });
  }

  /** Also of what was done a moment ago, and nobody was told of yet. */
  readonly snapshot = (): T => (this.#drawn ??= { value: this.#draw() }).value;

  readonly subscribe = (listener: () => void): () => void => this.#listening.subscribe(listener);

  [Symbol.asyncIterator](): AsyncIterator<T, void, void> {
    return this.#listening[Symbol.asyncIterator]();
  }

  /** It changes no more. */
  close(): void {
    const last = this.snapshot();
    this.#isClosed = true;
    for (const end of this.#ends.splice(0)) end();
    this.#listening.set(last);
    this.#listening.close();
  }

  get #listening(): Cell<T> {
    return this.#told ??= new Cell(this.snapshot());
  }
}
