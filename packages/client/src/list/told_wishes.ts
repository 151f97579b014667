/** What the user has just marked: what the server has yet to be told, and for a moment also what it was told. @module */
import type { DiscussionId } from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Timing } from "../timing.ts";
import type { MarkWish } from "./contract.ts";

export interface ToldWishesOptions {
  readonly wishes: Observable<ReadonlyMap<DiscussionId, MarkWish>>;
  /** These look different now. */
  readonly onChange: (discussions: readonly DiscussionId[]) => void;
  readonly timing: Pick<Timing, "wait">;
}

/** By then what the server was told of has come back, and what it was asked about it. */
const TOLD_MS = 3_000;

export class ToldWishes {
  readonly #options: ToldWishesOptions;
  #wishes: ReadonlyMap<DiscussionId, MarkWish>;
  readonly #told = new Map<DiscussionId, MarkWish>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(options: ToldWishesOptions) {
    this.#options = options;
    this.#wishes = options.wishes.snapshot();
    this.#unsubscribe = options.wishes.subscribe(() => this.#changed());
  }

  of(discussion: DiscussionId): MarkWish | undefined {
    return this.#wishes.get(discussion) ?? this.#told.get(discussion);
  }

  /** What the server was told is forgotten. */
  forget(): void {
    this.#told.clear();
  }

  close(): void {
    this.#closing.abort();
    this.#unsubscribe();
  }

  #changed(): void {
    const [before, now] = [this.#wishes, this.#options.wishes.snapshot()];
    this.#wishes = now;
    const changed = new Set([...before.keys(), ...now.keys()]);
    for (const discussion of changed) {
      const [was, is] = [before.get(discussion), now.get(discussion)];
      if (was === is) changed.delete(discussion);
      else if (was !== undefined && is === undefined) void this.#goOnShowing(discussion, was);
    }
    this.#options.onChange([...changed]);
  }

  /** What was told comes by the feed a moment later: until then what stood before is not shown again. */
  async #goOnShowing(discussion: DiscussionId, wish: MarkWish): Promise<void> {
    this.#told.set(discussion, wish);
    await this.#options.timing.wait(TOLD_MS, this.#closing.signal);
    if (this.#told.get(discussion) !== wish) return;
    this.#told.delete(discussion);
    this.#options.onChange([discussion]);
  }
}
