/** Questions about streams, a few side by side for each shard: one that is silent holds up nothing but its own. @module */
import type { ShardNumber } from "@gatz/domain";
import { isTrouble } from "../server/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

/** Side by side, of one shard. One that does not answer is asked one question at a time. */
const PER_SHARD = 2;

export interface LanesOptions {
  readonly timing: Timing;
  /** Nothing is asked before: not until it is known that the server takes us for the user whose store this is. */
  readonly ready: () => Promise<unknown>;
  /** Whether a shard answers, when that has changed. */
  readonly onAnswer: (shard: ShardNumber, answers: boolean) => void;
  readonly signal: AbortSignal;
}

interface Lane {
  running: number;
  /** Answers that did not come, in a row. */
  failures: number;
  /** It has been said that it does not answer. */
  isSilent: boolean;
  readonly waiting: (() => void)[];
}

export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<ShardNumber, Lane>();
  /** Aborted when what failed before may work now. */
  #patience = new AbortController();

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /**
   * Asks until there is an answer, or a trouble that asking again does not mend. Null: it is not wanted any more.
   * `wanted` is looked at before each attempt.
   */
  async ask<T extends object>(
    shard: ShardNumber,
    { question, wanted }: { readonly question: () => Promise<T | Trouble>; readonly wanted: () => boolean },
  ): Promise<T | Trouble | null> {
    const { timing, ready, signal } = this.#options;
    for (;;) {
      const lane = await this.#enter(shard);
      // Last of all: while it waited for its turn the connection may have become another one.
      await ready();
      if (signal.aborted || !wanted()) return this.#leave(shard, lane);
      const answer = await question();
      // What is not there is an answer too.
      const failed = isTrouble(answer) && answer.again;
      this.#note(shard, lane, failed ? answer : null);
      this.#leave(shard, lane);
      if (!failed) return answer;
      await timing.wait(Math.max(answer.retryAfterMs, timing.retryDelayMs(lane.failures - 1)), this.#waiting());
    }
  }

  /** A shard is well again, or a connection stands again: failures before count no more. */
  revive(): void {
    for (const lane of this.#lanes.values()) {
      lane.failures = 0;
      this.#admit(lane);
    }
    this.#patience.abort();
    this.#patience = new AbortController();
  }

  #waiting(): AbortSignal {
    return AbortSignal.any([this.#options.signal, this.#patience.signal]);
  }

  async #enter(shard: ShardNumber): Promise<Lane> {
    const lane = this.#lanes.get(shard) ?? { running: 0, failures: 0, isSilent: false, waiting: [] };
    this.#lanes.set(shard, lane);
    if (lane.running >= width(lane)) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.running++;
    return lane;
  }

  #leave(shard: ShardNumber, lane: Lane): null {
    lane.running--;
    this.#admit(lane);
    if (lane.running === 0 && lane.failures === 0 && !lane.isSilent) this.#lanes.delete(shard);
    return null;
  }

  #admit(lane: Lane): void {
    while (lane.running < width(lane)) {
      const next = lane.waiting.shift();
      if (next === undefined) return;
      lane.running++;
      next();
    }
  }

  #note(shard: ShardNumber, lane: Lane, failure: Trouble | null): void {
    lane.failures = failure === null ? 0 : lane.failures + 1;
    // Of a lost connection nobody knows whether it is the shard's.
    const isSilent = failure?.code === "Unavailable" || (failure !== null && lane.isSilent);
    if (isSilent === lane.isSilent) return;
    lane.isSilent = isSilent;
    this.#options.onAnswer(shard, !isSilent);
  }
}

const width = ({ failures }: Lane): number => failures > 0 ? 1 : PER_SHARD;
