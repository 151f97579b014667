/** Several nodes on one installation: who writes which shard, and how drafts get there. @module */
import type { Outcome, Proposal, ShardNumber, StreamId } from "@gatz/domain";

declare const brand: unique symbol;

/** One life of one server process: a UUID, new with each start. */
export type NodeId = string & { readonly [brand]: "node" };

/** What the owner of a shard says of itself in the shard's fence. */
export interface NodeAddress {
  readonly node: NodeId;
  /** Where other nodes reach it, such as `http://10.0.0.3:4000`; null: nowhere. */
  readonly url: string | null;
}

/** Drafts for a shard that another node writes. */
export type ForwardedOffer =
  /** See `Storage.offer`. */
  | { readonly kind: "bundle"; readonly stream: StreamId; readonly proposals: readonly Proposal[] }
  /** Effects on any streams of one shard, in order (SHARD3). */
  | { readonly kind: "effects"; readonly shard: ShardNumber; readonly proposals: readonly Proposal[] };

/** What became of a forwarded offer, as far as the node that forwarded it can know (LOG4). */
export type Forwarded =
  | { readonly kind: "answered"; readonly outcomes: readonly Outcome[] }
  /** The other node does not write the shard: it did nothing. */
  | { readonly kind: "not-here" }
  /** Nothing was sent. */
  | { readonly kind: "unreachable" }
  /** Too much is under way to that node already: nothing was sent. */
  | { readonly kind: "busy" }
  /** It was sent, and no answer came: it may have been done. */
  | { readonly kind: "lost" };

export interface ForwardOptions {
  readonly to: NodeAddress;
  /** Milliseconds after which nobody waits for the answer any more. */
  readonly deadlineMs: number;
  /** What the drafts weigh, about. */
  readonly bytes: number;
  /** Aborted when the answer is of no use any more: another node has taken the shard. */
  readonly signal: AbortSignal;
}

/** Takes an offer to another node. Never rejects. */
export type Forward = (offer: ForwardedOffer, options: ForwardOptions) => Promise<Forwarded>;

/** How this node takes part among others. */
export interface Membership {
  /** Where the others reach this one; null: nowhere. */
  readonly url: string | null;
  readonly forward: Forward;
  /** Tells the others that a shard that is written here has news, which only saves them a wait. Default: nobody is told. */
  readonly announce?: (shard: ShardNumber) => void;
}

/** Who writes a shard, as this node knows. */
export type ShardOwner =
  | { readonly kind: "here" }
  | { readonly kind: "elsewhere"; readonly address: NodeAddress }
  | { readonly kind: "unknown" };
