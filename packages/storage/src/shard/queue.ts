import type { StorageLimits } from "../contract.ts";
import type { Bundle } from "./bundle.ts";

/** Bundles that wait for one shard's next flush, first come first served, bounded (SHARD2). */
export class BundleQueue {
  readonly #limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">;
  #bundles: Bundle[] = [];
  #drafts = 0;
  #bytes = 0;

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
    return { drafts: this.#drafts, bytes: this.#bytes };
  }

  hasRoomFor(bundle: Bundle): boolean {
    return this.#drafts + bundle.drafts.length <= this.#limits.queueDrafts &&
      this.#bytes + bundle.bytes <= this.#limits.queueBytes;
  }

  push(bundle: Bundle): void {
    this.#bundles.push(bundle);
    this.#count(bundle, 1);
  }

  /** Puts back what a flush could not settle, in front. */
  unshift(bundles: readonly Bundle[]): void {
    this.#bundles.unshift(...bundles);
    for (const bundle of bundles) this.#count(bundle, 1);
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
        drafts += bundle.drafts.length;
      }
      seen++;
      this.#count(bundle, -1);
    }
    this.#bundles = this.#bundles.slice(seen);
    return taken;
  }

  #count(bundle: Bundle, sign: 1 | -1): void {
    this.#drafts += sign * bundle.drafts.length;
    this.#bytes += sign * bundle.bytes;
  }
}
