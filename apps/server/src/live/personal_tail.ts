/** The live end of one shard's personal records, as the hub has it. @module */
import { type Rev, rev, type ShardNumber } from "@gatz/domain";
import { type OwnedChange, ShardUnavailable } from "@gatz/storage/contract";
import { logEvent } from "../log_events.ts";
import { pause, within } from "./pause.ts";
import type { LogSource } from "./source.ts";

export interface PersonalTailOptions {
  readonly source: Pick<LogSource, "fence" | "followPersonal">;
  readonly shard: ShardNumber;
  /** Hands a change to its user's feeds. Synchronous: when it returns, they have it in their queues. */
  readonly hand: (change: OwnedChange) => void;
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;
/** How long changes that a fence tells of may take to arrive; the follower is then started anew. */
const CATCH_UP_MS = 1_000;

export class PersonalTail {
  #rev: Rev | undefined;
  #follower = new AbortController();
  #arrivals = Promise.withResolvers<void>();
  readonly #placed = Promise.withResolvers<void>();

  constructor(private readonly options: PersonalTailOptions) {}

  /** Everything up to here has been handed over, or was committed before this node began; undefined until the shard first answered. */
  get rev(): Rev | undefined {
    return this.#rev;
  }

  /** Resolves once {@link rev} is known. */
  get placed(): Promise<void> {
    return this.#placed.promise;
  }

  /** Follows until the signal. */
  async run(): Promise<void> {
    const { source, shard, hand, signal } = this.options;
    for (let failures = 0; !signal.aborted; failures++) {
      this.#follower = new AbortController();
      try {
        const { rev: newest } = await source.fence(shard);
        const from = this.#rev ?? newest;
        this.#moveTo(from);
        const either = AbortSignal.any([signal, this.#follower.signal]);
        for await (const { changes, upTo } of source.followPersonal(shard, from, either)) {
          for (const change of changes) hand(change);
          this.#moveTo(upTo);
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ShardUnavailable)) logEvent("live.follow-failed", { shard, error });
      }
      if (!signal.aborted) await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures), signal);
    }
  }

  /** Waits until all up to `until` has been handed over. False if it does not come: the follower is then begun anew. */
  async arrived(until: Rev): Promise<boolean> {
    const arrival = async () => {
      while ((this.#rev ?? rev(0)) < until) await this.#arrivals.promise;
      return true;
    };
    if (await within(CATCH_UP_MS, arrival())) return true;
    this.#follower.abort();
    return false;
  }

  #moveTo(to: Rev): void {
    this.#rev = to;
    this.#placed.resolve();
    this.#arrivals.resolve();
    this.#arrivals = Promise.withResolvers();
  }
}
