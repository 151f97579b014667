/** A list that the server gives in pages: it is read once, and its beginning at each connection if the feed does not tell of all of it. @module */
import type { Incarnation, ShardNumber } from "@gatz/domain";
import { isTrouble } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { ListRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

export interface Page {
  readonly incarnation: Incarnation;
  /** A feed's cursor. */
  readonly asOf: string;
  readonly unavailable: readonly ShardNumber[];
  readonly next: string | null;
}

export interface PagesOptions<P extends Page> {
  /** In the store's `meta`. */
  readonly key: "discussions" | "groups";
  readonly ask: (page: { readonly limit: number; readonly before?: string }) => Promise<P | Trouble>;
  /** Called before a page is asked for; what it returns takes the answer, once the rest here is up to date. */
  readonly asking: () => (page: P) => void;
  /** Whether all that happens to what was read comes by the feed. */
  readonly isFollowed: boolean;
  readonly timing: Timing;
}

/** As many rows as the server gives at once. */
export const PAGE_ROWS = 100;
/** Of shards that go on being silent the feed tells; one that was slow only then is asked again so much later. */
const AGAIN_MS = 60_000;

export class Pages<P extends Page> {
  readonly #options: PagesOptions<P>;
  #isWhole = false;
  #isUnwritten = false;
  #unavailable: readonly ShardNumber[] = [];
  /** How far the list has been read; undefined: not at all. */
  #next: string | undefined;
  /** A shard was silent while it was read so far: also if it answers by now, what is on it may be missing. */
  #isLess = false;
  /** The first page has just been read, before there was a feed. */
  #hasBegun = false;
  #reading: AbortController | undefined;

  constructor(options: PagesOptions<P>) {
    this.#options = options;
  }

  async load(store: Pick<Store, "get">): Promise<void> {
    // The key says which record it is.
    const record = await store.get("meta", this.#options.key) as ListRecord | undefined;
    this.#isWhole ||= record?.isWhole ?? false;
  }

  /** Whether it was read to its end once. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Shards that were silent when the list was last read. */
  get unavailable(): readonly ShardNumber[] {
    return this.#unavailable;
  }

  /** One of them is there again. */
  answers(shard: ShardNumber): void {
    if (this.#unavailable.includes(shard)) this.#unavailable = this.#unavailable.filter((one) => one !== shard);
  }

  /** The first page, for a feed that has no cursor yet; {@link read} then goes on behind it. */
  async begin(): Promise<P | Trouble> {
    const page = await this.#ask(undefined, undefined);
    this.#hasBegun = !isTrouble(page);
    return page;
  }

  /** What is here may be older than where the feed goes on from: the list is read to its end once more. */
  doubt(): void {
    this.#isUnwritten ||= this.#isWhole;
    this.#isWhole = false;
    this.#next = undefined;
  }

  /** Reads the first page if it may have changed, and as long as the list is not whole, on from where it was read to. */
  read(): void {
    this.stop();
    const { signal } = this.#reading = new AbortController();
    void this.#readAll(signal);
  }

  stop(): void {
    this.#reading?.abort();
  }

  forget(): void {
    this.stop();
    this.#isWhole =
      this.#isUnwritten =
      this.#hasBegun =
      this.#isLess =
        false;
    this.#unavailable = [];
    this.#next = undefined;
  }

  drain(): Change[] {
    if (!this.#isUnwritten) return [];
    this.#isUnwritten = false;
    return [{ type: "put", table: "meta", key: this.#options.key, value: { isWhole: this.#isWhole } }];
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const isKept = this.#hasBegun || (this.#options.isFollowed && this.#isWhole);
    if (!isKept) await this.#askUntilAnswered(undefined, signal);
    if (signal.aborted) return;
    this.#hasBegun = false;
    const { timing } = this.#options;
    for (let rounds = 0; (!this.#isWhole || this.#unavailable.length > 0) && !signal.aborted;) {
      const before = this.#isWhole ? undefined : this.#next;
      const leastMs = this.#isWhole ? AGAIN_MS : 0;
      if (before === undefined) await timing.wait(leastMs + timing.retryDelayMs(rounds++), signal);
      await this.#askUntilAnswered(before, signal);
    }
  }

  async #askUntilAnswered(before: string | undefined, signal: AbortSignal): Promise<void> {
    const { timing } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      const page = await this.#ask(before, signal);
      if (!isTrouble(page)) return;
      await timing.wait(Math.max(page.retryAfterMs, timing.retryDelayMs(failures)), signal);
    }
  }

  async #ask(before: string | undefined, signal: AbortSignal | undefined): Promise<P | Trouble> {
    const { ask, asking } = this.#options;
    const take = asking();
    const page = await ask({ limit: PAGE_ROWS, ...(before !== undefined && { before }) });
    if (isTrouble(page) || signal?.aborted) return page;
    this.#unavailable = before === undefined ? page.unavailable : union(this.#unavailable, page.unavailable);
    const isSilent = page.unavailable.length > 0;
    // A first page that is read again says nothing new of how far the list was read.
    if (before === this.#next) {
      this.#isLess = isSilent || (before !== undefined && this.#isLess);
      this.#next = page.next ?? undefined;
    }
    // What is on a shard that was silent is in no page: the list is read once more (USR3).
    const isEnd = page.next === null && !isSilent && !this.#isLess;
    if (isEnd && !this.#isWhole) this.#isWhole = this.#isUnwritten = true;
    take(page);
    return page;
  }
}

function union(some: readonly ShardNumber[], others: readonly ShardNumber[]): readonly ShardNumber[] {
  const more = others.filter((one) => !some.includes(one));
  return more.length === 0 ? some : [...some, ...more];
}
