import type { StorageLimits } from "../contract.ts";

/** What an offer weighs. */
export interface Load {
  readonly drafts: number;
  readonly bytes: number;
}

/** How much may be under way to the owner of one shard: as much as may wait for a shard that is written here (SHARD2). */
export class ForwardWindow {
  readonly #limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">;
  #drafts = 0;
  #bytes = 0;

  constructor(limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">) {
    this.#limits = limits;
  }

  /** False: there is no room, and nothing is taken. */
  take({ drafts, bytes }: Load): boolean {
    const { queueDrafts, queueBytes } = this.#limits;
    if (this.#drafts + drafts > queueDrafts || this.#bytes + bytes > queueBytes) return false;
    this.#drafts += drafts;
    this.#bytes += bytes;
    return true;
  }

  give({ drafts, bytes }: Load): void {
    this.#drafts -= drafts;
    this.#bytes -= bytes;
  }
}
