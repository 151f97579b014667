/** Delivers the effects of one shard's events (SHARD3). @module */
import type { Outcome, Proposal, ShardNumber } from "@gatz/domain";
import { ShardUnavailable } from "../contract.ts";
import { describeError, isConnectionError } from "../postgres/errors.ts";
import type { Report } from "../report.ts";
import { Courier } from "./courier.ts";
import type { OutboxRows } from "./rows.ts";

export interface OutboxOptions {
  readonly source: ShardNumber;
  readonly rows: OutboxRows;
  readonly offer: (shard: ShardNumber, proposals: readonly Proposal[]) => Promise<readonly Outcome[]>;
  readonly isWrittenHere: () => boolean;
  readonly delayMs: number;
  readonly random: () => number;
  readonly report: Report;
}

const LOOK_MS = 5_000;

/** One courier for each target shard. Woken by the writer; looks by itself after a start, and now and then. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #couriers = new Map<ShardNumber, Courier>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#look();
  }

  /** Effects were committed for these shards; undefined: for nobody knows which. */
  wake(targets: ReadonlySet<ShardNumber> | undefined): void {
    if (targets === undefined) return void this.#look();
    for (const target of targets) this.#courier(target).wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#couriers.values()].map((courier) => courier.close()));
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const { rows, isWrittenHere } = this.#options;
    try {
      if (isWrittenHere()) this.wake(new Set(await rows.targets()));
    } catch (error) {
      this.#trouble(error);
    }
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  #courier(target: ShardNumber): Courier {
    const known = this.#couriers.get(target);
    if (known) return known;
    const { rows, offer, delayMs, random } = this.#options;
    const courier = new Courier({
      target,
      load: (limit) => rows.waiting({ target, limit }),
      offer: (proposals) => offer(target, proposals),
      record: (delivered) => rows.record(delivered),
      delayMs,
      random,
      onTrouble: (error) => this.#trouble(error),
    });
    this.#couriers.set(target, courier);
    return courier;
  }

  /** A shard that does not answer is no news here: it is tried again. */
  #trouble(error: unknown): void {
    if (error instanceof ShardUnavailable || isConnectionError(error)) return;
    const { source, report } = this.#options;
    report("effects could not be delivered", { shard: source, error: describeError(error) });
  }
}
