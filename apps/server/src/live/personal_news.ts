/**
 * A user's own changes on their way to one reader: the newest of each record waits, and past a bound none does. What does not wait is in the
 * tables, and is read from there once the reader has room.
 * @module
 */
import { type PersonalChange, type Rev, rev, shardOf, type StreamId, type UserId } from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import { itemText } from "./delivery.ts";
import type { Hub } from "./hub.ts";
import { pause, within } from "./pause.ts";
import type { QueueLimits } from "./queue.ts";
import type { LogSource } from "./source.ts";

export interface PersonalNewsOptions {
  readonly user: UserId;
  readonly hub: Pick<Hub, "rev" | "revKnown">;
  readonly source: Pick<LogSource, "personalSince">;
  /** The feed is limited to this stream. */
  readonly only: StreamId | undefined;
  /** 0–1, so that feeds do not all ask again at the same moment. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly limits: Pick<QueueLimits, "feedQueueEvents">;
  /** There is something to take. */
  readonly wake: () => void;
  readonly failed: (error: unknown) => void;
}

/** How many are read at once at most; and so many wait. */
const PAGE = 500;
/** How long the hub's own look at the user's shard is waited for. */
const PLACED_MS = 500;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2_000;

export class PersonalNews {
  readonly #options: PersonalNewsOptions;
  /** By record, in the order of their revs. */
  readonly #waiting = new Map<string, PersonalChange>();
  #isOpen = false;
  /** The reader has been sent everything up to here. */
  #sent: Rev = rev(0);
  /** The tables hold what neither waits nor was sent; so it is until the feed has begun. */
  #isBehind = true;
  /** The newest change that was left to the tables. */
  #left: Rev = rev(0);
  #reading: Promise<void> | undefined;
  #told: Rev | undefined;
  readonly #most: number;

  constructor(options: PersonalNewsOptions) {
    this.#options = options;
    this.#most = Math.min(options.limits.feedQueueEvents, PAGE);
  }

  /** From the hub's present on; if that can't be known in time, everything is sent. */
  async beginNow(): Promise<void> {
    await this.#hubHasPlace();
    this.#sent = this.#handed ?? rev(0);
    if (this.#handed === undefined || this.#left > this.#sent) this.#readOn();
    else this.#isBehind = false;
  }

  /** From where a cursor stands. Resolves once that was read, or could not be; never rejects. */
  async resume(from: Rev): Promise<void> {
    this.#sent = from;
    const now = this.#handed;
    if (now !== undefined && now <= from) this.#isBehind = false;
    else this.#readOn();
    await this.#reading;
  }

  receive(change: PersonalChange): void {
    const { only, wake } = this.#options;
    if (only !== undefined && change.discussion !== only) return;
    if (this.#isBehind || this.#waiting.size >= this.#most) {
      this.#leave(change.rev);
      return;
    }
    if (change.rev <= this.#sent) return;
    this.#put(change);
    wake();
  }

  /**
   * What waits may be sent. Before, a frame's cursor would say that the feed has no shards; and one that begins at the present says so first,
   * by `live`: who holds a cursor then has nothing left to read.
   */
  open(): void {
    this.#isOpen = true;
    if (this.ready) this.#options.wake();
  }

  get ready(): boolean {
    return this.#isOpen && this.#waiting.size > 0;
  }

  /** Gives out what waits, oldest first, for as long as `add` takes it. */
  take(add: (text: string) => boolean): void {
    if (!this.#isOpen) return;
    for (const [key, change] of this.#waiting) {
      if (!add(itemText(change).text)) return;
      this.#waiting.delete(key);
      this.#sent = change.rev;
      this.#told = change.rev;
    }
    if (this.#isBehind) this.#readOn();
  }

  /** Where the cursor stands. */
  get cursor(): Rev {
    // All that the hub has handed over has been sent, or is nothing of this user's.
    const isDone = this.#waiting.size === 0 && !this.#isBehind;
    return isDone ? rev(Math.max(this.#sent, this.#handed ?? 0)) : this.#sent;
  }

  /** The newest that was sent since this was last asked. */
  takeTold(): Rev | undefined {
    const told = this.#told;
    this.#told = undefined;
    return told;
  }

  get #handed(): Rev | undefined {
    return this.#options.hub.rev(shardOf(this.#options.user));
  }

  async #hubHasPlace(): Promise<boolean> {
    const { hub, user } = this.#options;
    if (this.#handed === undefined) await within(PLACED_MS, hub.revKnown(shardOf(user)));
    return this.#handed !== undefined;
  }

  #put(change: PersonalChange): void {
    const key = `${change.type} ${change.discussion}`;
    // What was read from the tables may be ahead of what comes live.
    if ((this.#waiting.get(key)?.rev ?? 0) >= change.rev) return;
    this.#waiting.delete(key);
    this.#waiting.set(key, change);
  }

  #leave(newest: Rev): void {
    this.#isBehind = true;
    this.#left = rev(Math.max(this.#left, newest));
  }

  #readOn(): void {
    this.#isBehind = true;
    this.#reading ??= this.#read().catch(this.#options.failed);
  }

  /** Reads one page more, and all of what that leaves when it has been taken. */
  async #read(): Promise<void> {
    const { user, source, signal, random, wake, only } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const from = this.#waiting.size === 0 ? this.#sent : [...this.#waiting.values()].at(-1)!.rev;
        // The hub must have its place first: what it has not handed over by then, it will.
        if (!await this.#hubHasPlace()) throw new ShardUnavailable(shardOf(user), FIRST_RETRY_MS);
        const { changes, upTo } = await source.personalSince(user, from, this.#most);
        for (const change of changes) if (only === undefined || change.discussion === only) this.#put(change);
        this.#isBehind = changes.length === this.#most || upTo < this.#left;
        if (this.#waiting.size === 0) {
          this.#sent = upTo;
          if (this.#isBehind) continue;
        }
        // Before anybody is woken, who may want the next page.
        this.#reading = undefined;
        return wake();
      } catch (error) {
        if (!(error instanceof ShardUnavailable)) throw error;
        const ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
        await pause(ms * (0.5 + random() / 2), signal);
      }
    }
  }
}
