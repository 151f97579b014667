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
    const [wish, told] = [this.#wishes.get(discussion), this.#told.get(discussion)];
    return wish !== undefined && told !== undefined ? { ...told, ...wish } : wish ?? told;
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
      else if (was !== undefined && isTold(was, is)) void this.#goOnShowing(discussion, was);
    }
    this.#options.onChange([...changed]);
  }

  /** What was told comes by the feed a moment later: until then what stood before is not shown again. */
  async #goOnShowing(discussion: DiscussionId, wish: MarkWish): Promise<void> {
    const told = { ...this.#told.get(discussion), ...wish };
    this.#told.set(discussion, told);
    await this.#options.timing.wait(TOLD_MS, this.#closing.signal);
    if (this.#told.get(discussion) !== told) return;
    this.#told.delete(discussion);
    this.#options.onChange([discussion]);
  }
}

/** Whether the server was told of it, or of a part: mark and setting are told by themselves. */
function isTold(was: MarkWish, is: MarkWish | undefined): boolean {
  return (was.mark !== undefined && is?.mark === undefined) || (was.notify !== undefined && is?.notify === undefined);
}
