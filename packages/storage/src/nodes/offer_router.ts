/** Takes each offer to the node that writes its shard: this one, or another. @module */
import { type Outcome, type ShardNumber, shardOf, unreachable } from "@gatz/domain";
import { type OfferOptions, ShardUnavailable, type StorageLimits } from "../contract.ts";
import { before, type Deadline, deadlineIn, timeLeft } from "../postgres/deadline.ts";
import { DeadlinePassed } from "../postgres/errors.ts";
import type { ForwardedOffer, Membership, NodeAddress, NodeId } from "./contract.ts";
import { ForwardWindow } from "./forward_window.ts";

/** What the router needs to know of a shard. */
export interface RoutedShard {
  /** Whether this node writes it, as far as it knows. */
  readonly isWrittenHere: () => boolean;
  /** Who writes it; `anew`: what was known lately does not do. Throws `ShardUnavailable`. */
  readonly owner: (options: { anew: boolean }) => Promise<NodeAddress | null>;
  /** Calls back whenever another node is found to write it; returns what ends that. */
  readonly onOwnerChange: (changed: () => void) => () => void;
}

export interface OfferRouterOptions {
  readonly node: NodeId;
  readonly shards: ReadonlyMap<ShardNumber, RoutedShard>;
  /** Decides on this node. */
  readonly here: (offer: ForwardedOffer, options: OfferOptions) => Promise<readonly Outcome[]>;
  readonly limits: Pick<StorageLimits, "queueDrafts" | "queueBytes">;
}

/** How long an offer of which nothing can have been done waits for an owner: a shard that is handed over has one again by then. */
const PATIENCE_MS = 1_500;
const PAUSE_MS = { first: 25, longest: 500 } as const;
/** What an answer needs to come back. */
const WAY_BACK_MS = 50;
const RETRY_AFTER_MS = { Busy: 100, Unavailable: 500 } as const;

/** What is known of an offer that got no answer yet. */
interface Try {
  readonly offer: ForwardedOffer;
  readonly shard: RoutedShard;
  readonly deadline: Deadline;
  readonly patience: Deadline;
  readonly bytes: number;
  /** It was sent, and may have been done. */
  isDoubtful: boolean;
}

type Tried = { readonly kind: "outcomes"; readonly outcomes: readonly Outcome[] } | { readonly kind: "again" };

const AGAIN: Tried = { kind: "again" };

export class OfferRouter {
  readonly #options: OfferRouterOptions;
  readonly #windows: ReadonlyMap<ShardNumber, ForwardWindow>;
  #membership: Membership | undefined;

  constructor(options: OfferRouterOptions) {
    this.#options = options;
    this.#windows = new Map([...options.shards.keys()].map((shard) => [shard, new ForwardWindow(options.limits)]));
  }

  join(membership: Membership): void {
    this.#membership = membership;
  }

  /** One outcome per draft tried (LOG4). An offer whose answer is lost is offered again with the same ids, which count once (LOG2). */
  async offer(offer: ForwardedOffer, options: OfferOptions): Promise<readonly Outcome[]> {
    const number = offer.kind === "bundle" ? shardOf(offer.stream) : offer.shard;
    const shard = this.#options.shards.get(number);
    const window = this.#windows.get(number);
    if (!shard || !window || !this.#membership || shard.isWrittenHere()) {
      return await this.#options.here(offer, options);
    }
    const load = { drafts: offer.proposals.length, bytes: JSON.stringify(offer.proposals).length };
    if (!window.take(load)) return [notNow("Busy")];
    const deadline = deadlineIn(options.deadlineMs);
    const patience = deadlineIn(Math.min(options.deadlineMs, PATIENCE_MS));
    try {
      return await this.#untilAnswered({ offer, shard, deadline, patience, bytes: load.bytes, isDoubtful: false });
    } finally {
      window.give(load);
    }
  }

  async #untilAnswered(what: Try): Promise<readonly Outcome[]> {
    for (let failures = 0;; failures++) {
      const tried = await this.#try(what, { isFirst: failures === 0 });
      if (tried.kind === "outcomes") return what.isDoubtful ? onlyAcks(tried.outcomes, what.offer) : tried.outcomes;
      const pauseMs = Math.min(PAUSE_MS.first * 2 ** failures, PAUSE_MS.longest);
      if (timeLeft(what.isDoubtful ? what.deadline : what.patience) <= pauseMs + WAY_BACK_MS) {
        return what.isDoubtful ? onlyAcks([], what.offer) : [notNow("Unavailable")];
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #try(what: Try, { isFirst }: { isFirst: boolean }): Promise<Tried> {
    const { offer, shard, deadline } = what;
    if (shard.isWrittenHere()) {
      return { kind: "outcomes", outcomes: await this.#options.here(offer, { deadlineMs: timeLeft(deadline) }) };
    }
    const owner = await ownerOf(shard, { anew: !isFirst, deadline });
    if (owner === null || owner.url === null || owner.node === this.#options.node) return AGAIN;
    return await this.#forward(what, owner);
  }

  async #forward(what: Try, to: NodeAddress): Promise<Tried> {
    const { offer, shard, deadline, bytes } = what;
    const stop = new AbortController();
    // An owner that does not answer any more may be replaced long before the deadline.
    const forget = shard.onOwnerChange(() => stop.abort());
    const deadlineMs = Math.max(0, timeLeft(deadline) - WAY_BACK_MS);
    const forwarded = await this.#membership!.forward(offer, { to, deadlineMs, bytes, signal: stop.signal }); // joined
    forget();
    switch (forwarded.kind) {
      case "answered":
        return { kind: "outcomes", outcomes: forwarded.outcomes };
      case "busy":
        return { kind: "outcomes", outcomes: [notNow("Busy")] };
      case "lost":
        what.isDoubtful = true;
        return AGAIN;
      case "not-here":
      case "unreachable":
        return AGAIN;
      default:
        return unreachable(forwarded);
    }
  }
}

/** Null if it is not known by the deadline. */
async function ownerOf(
  shard: RoutedShard,
  { anew, deadline }: { anew: boolean; deadline: Deadline },
): Promise<NodeAddress | null> {
  try {
    return await before(deadline, shard.owner({ anew }));
  } catch (error) {
    if (error instanceof ShardUnavailable || error instanceof DeadlinePassed) return null;
    throw error;
  }
}

/**
 * After an answer was lost, the first try may still be under way: only an ack is sure then. What else the second try was told may not be
 * what the first comes to.
 */
function onlyAcks(outcomes: readonly Outcome[], { proposals }: ForwardedOffer): readonly Outcome[] {
  const sure = outcomes.findIndex(({ kind }) => kind !== "accepted" && kind !== "duplicate");
  const acks = sure < 0 ? outcomes : outcomes.slice(0, sure);
  return [...acks, ...proposals.slice(acks.length).map((): Outcome => ({ kind: "unknown" }))];
}

function notNow(reason: "Busy" | "Unavailable"): Outcome {
  return { kind: "not-now", reason, retryAfterMs: RETRY_AFTER_MS[reason] };
}
