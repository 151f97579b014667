/** Who makes calls, and how many they may make in a minute and have open at once (SEC2). @module */
import type { NotNow } from "@gatz/domain";
import type { Buckets } from "./buckets.ts";
import type { Counts } from "./counts.ts";
import type { CallerKey } from "./rates.ts";

export interface CallerParts {
  readonly calls: Buckets<CallerKey>;
  readonly inFlight: Counts<CallerKey>;
  readonly subscriptions: Counts<CallerKey>;
  /** Tokens of calls that a caller may be short of before nothing of it is served. */
  readonly mostDebt: number;
  readonly refused: (limiter: string) => void;
}

/** A call that is being served, or a refusal of it. Either way {@link leave} ends it. */
export interface Entry {
  readonly refusal: NotNow | null;
  leave(): void;
}

/** How soon one of many calls or subscriptions may be over. */
const OPEN_RETRY_MS = 250;

export class Caller {
  constructor(readonly key: CallerKey, private readonly parts: CallerParts) {}

  /** Counts calls as they come, before anything is known of them. False: so many were refused that nothing more is to be served. */
  charge(calls: number): boolean {
    const { calls: bucket, mostDebt, refused } = this.parts;
    // The debt grows no further, or who stops calling would be refused for hours: over HTTP that can be all people of one address.
    if (bucket.debt(this.key) <= mostDebt) {
      bucket.charge(this.key, calls);
      if (bucket.debt(this.key) <= mostDebt) return true;
    }
    refused("callsDebt");
    return false;
  }

  /** Begins a call. */
  enter(type: "query" | "mutation" | "subscription"): Entry {
    const { calls, inFlight, subscriptions } = this.parts;
    if (calls.debt(this.key) > 0) return this.#refuse("RateLimited", "calls", calls.wait(this.key));
    const [open, limiter] = type === "subscription"
      ? [subscriptions, "subscriptions"] as const
      : [inFlight, "callsInFlight"] as const;
    if (!open.enter(this.key)) return this.#refuse("Busy", limiter, OPEN_RETRY_MS);
    return { refusal: null, leave: () => open.leave(this.key) };
  }

  /** In how many milliseconds the next call will be served. */
  get retryAfterMs(): number {
    return Math.ceil(this.parts.calls.wait(this.key));
  }

  /** The caller is gone for good. */
  end(): void {
    this.parts.calls.forget(this.key);
  }

  #refuse(reason: NotNow["reason"], limiter: string, waitMs: number): Entry {
    this.parts.refused(limiter);
    return { refusal: { kind: "not-now", reason, limiter, retryAfterMs: Math.ceil(waitMs) }, leave: () => {} };
  }
}
