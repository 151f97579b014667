/** Looks at the fences of one server's shards, for those who follow them: together, so that many shards cost one query. @module */
import type { ShardNumber } from "@gatz/domain";
import type { Fence } from "./fences.ts";

/** A shard that somebody follows. */
export interface Watched {
  readonly shard: ShardNumber;
  /** Whether its writer is in this process, so that news comes by itself. */
  readonly isWrittenHere: () => boolean;
  learn(fence: Fence): void;
  /** Looks at this shard alone. Never rejects. */
  look(): Promise<void>;
}

export interface FenceWatchOptions {
  /** Reads the fences of many shards at once; throws if any of them can't be read. */
  readonly readTogether: (shards: readonly ShardNumber[]) => Promise<ReadonlyMap<ShardNumber, Fence>>;
  /** Milliseconds between two looks that nobody asked for, at shards that others write. Default 50. */
  readonly foreignMs?: number;
}

// Somebody else's appends are found by looking; our own are known, except after a lost answer to a COMMIT. Personal records of a shard that
// is written here may be changed by any node.
const LOOK_MS = { foreign: 50, own: 250 } as const;
/** After a look so long passes before the next one, however many say that there is news. */
const HINT_MS = 10;
/** How long each shard is looked at alone after looking at them together failed: one that is stuck must not hide the others (SHARD2). */
const APART_MS = { first: 5_000, longest: 80_000 } as const;

export class FenceWatch {
  readonly #options: FenceWatchOptions;
  readonly #watched = new Set<Watched>();
  /** Those that are being looked at alone. */
  readonly #looking = new Set<Watched>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isClosed = false;
  #ownDueAt = 0;
  #lookedAt = -Infinity;
  #isHinted = false;
  #apartMs: number = APART_MS.first;
  #apartUntil = 0;

  constructor(options: FenceWatchOptions) {
    this.#options = options;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.kick();
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size === 0) clearTimeout(this.#timer);
  }

  /** Looks at once, at all of them. */
  kick(): void {
    this.#ownDueAt = 0;
    if (this.#isRunning || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), 0);
  }

  /** Somebody says that there is news, who may be wrong, late or silent: what counts is what is read, now and then anyway. */
  hint(): void {
    if (this.#isHinted || this.#isClosed || this.#watched.size === 0) return;
    this.#isHinted = true;
    if (this.#isRunning) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), this.#untilHinted());
  }

  #untilHinted(): number {
    return Math.max(0, this.#lookedAt + HINT_MS - performance.now());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    this.#isRunning = true;
    this.#isHinted = false;
    this.#lookedAt = performance.now();
    await this.#look(this.#due(performance.now()));
    this.#isRunning = false;
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#watched.size === 0) return;
    const isAnyForeign = [...this.#watched].some(({ isWrittenHere }) => !isWrittenHere());
    const usual = isAnyForeign
      ? this.#options.foreignMs ?? LOOK_MS.foreign
      : Math.max(0, this.#ownDueAt - performance.now());
    const ms = this.#isHinted ? this.#untilHinted() : usual;
    this.#timer = setTimeout(() => void this.#round(), ms);
  }

  #due(now: number): readonly Watched[] {
    const isOwnDue = now >= this.#ownDueAt;
    if (isOwnDue) this.#ownDueAt = now + LOOK_MS.own;
    return [...this.#watched].filter(({ isWrittenHere }) => isOwnDue || !isWrittenHere());
  }

  async #look(due: readonly Watched[]): Promise<void> {
    if (due.length === 0) return;
    if (performance.now() < this.#apartUntil) return this.#lookApart(due);
    try {
      const fences = await this.#options.readTogether(due.map(({ shard }) => shard));
      this.#apartMs = APART_MS.first;
      for (const watched of due) {
        const fence = fences.get(watched.shard);
        if (fence !== undefined) watched.learn(fence);
      }
    } catch {
      // Whatever it was, looking at each alone shows whose it is, and reports it.
      this.#apartUntil = performance.now() + this.#apartMs;
      this.#apartMs = Math.min(2 * this.#apartMs, APART_MS.longest);
      this.#lookApart(due);
    }
  }

  /** Waits for none of them. */
  #lookApart(due: readonly Watched[]): void {
    for (const watched of due) {
      if (this.#looking.has(watched)) continue;
      this.#looking.add(watched);
      void watched.look().finally(() => this.#looking.delete(watched));
    }
  }
}
