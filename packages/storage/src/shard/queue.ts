import type { StorageLimits } from "../contract.ts";
import type { Bundle } from "./bundle.ts";

/**
 * Bundles that wait for one shard's next flush, first come first served, bounded (SHARD2): what is being flushed counts until that is through,
 * since it may come back.
 */
export class BundleQueue {
  readonly #limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">;
  #bundles: Bundle[] = [];
  readonly #waiting = new Amount();
  readonly #taken = new Amount();

  constructor(limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#bundles.length === 0;
  }

  /** When the one that waits longest came, on the monotonic clock. */
  get oldest(): number {
    return this.#bundles[0]?.queuedAt ?? Infinity;
  }

  /** How much waits. */
  get size(): { readonly drafts: number; readonly bytes: number } {
    const { drafts, bytes } = this.#waiting;
    return { drafts, bytes };
  }

  hasRoomFor(bundle: Bundle): boolean {
    const { queueDrafts, queueBytes } = this.#limits;
    return this.#waiting.drafts + this.#taken.drafts + bundle.drafts.length <= queueDrafts &&
      this.#waiting.bytes + this.#taken.bytes + bundle.bytes <= queueBytes;
  }

  push(bundle: Bundle): void {
    this.#bundles.push(bundle);
    this.#waiting.add(bundle);
  }

  /** Puts back what a flush could not settle, in front. */
  unshift(bundles: readonly Bundle[]): void {
    this.#bundles.unshift(...bundles);
    for (const bundle of bundles) {
      this.#taken.remove(bundle);
      this.#waiting.add(bundle);
    }
  }

  /** Takes what is to be flushed together: at least one bundle, up to so many drafts; drops those that were answered meanwhile. */
  take(maxDrafts: number): Bundle[] {
    const taken: Bundle[] = [];
    let drafts = 0;
    let seen = 0;
    for (const bundle of this.#bundles) {
      if (!bundle.isSettled) {
        if (taken.length > 0 && drafts + bundle.drafts.length > maxDrafts) break;
        taken.push(bundle);
        this.#taken.add(bundle);
        drafts += bundle.drafts.length;
      }
      seen++;
      this.#waiting.remove(bundle);
    }
    this.#bundles = this.#bundles.slice(seen);
    return taken;
  }

  /** All that was taken is answered, or back. */
  flushed(): void {
    this.#taken.clear();
  }
}

class Amount {
  drafts = 0;
  bytes = 0;

  add({ drafts, bytes }: Bundle): void {
    this.drafts += drafts.length;
    this.bytes += bytes;
  }

  remove({ drafts, bytes }: Bundle): void {
    this.drafts -= drafts.length;
    this.bytes -= bytes;
  }

  clear(): void {
    this.drafts = this.bytes = 0;
  }
}
