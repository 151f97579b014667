/** What nodes ask of each other; on a path of its own, behind credentials of its own, and in no client's router. @module */
import type { Outcome, Proposal, ShardNumber, StreamId } from "@gatz/domain";
import { parseId } from "@gatz/domain";
import type { ForwardedOffer, NodeId, Storage } from "@gatz/storage/contract";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { Drain } from "../drain.ts";
import { errorShape, toApiError } from "../errors.ts";
import type { Connection } from "../ws/connection.ts";
import type { SignalExchange } from "./signal_exchange.ts";

/** Who asks was checked before the connection was taken. */
export interface NodeContext {
  /** The node that asks. */
  readonly from: NodeId;
  readonly connection: Connection;
  readonly exchange: Pick<SignalExchange, "take" | "follow">;
  readonly storage: Pick<Storage, "offerHere">;
  readonly drain: Drain;
}

const t = initTRPC.context<NodeContext>().create({
  errorFormatter: ({ error }) => errorShape(toApiError(error)),
  isDev: false,
});

/** As many as a queue holds by default; one call of a client has far fewer. */
const MOST_PROPOSALS = 2_000;
const LONGEST_MS = 60_000;

// The other node has parsed what its clients sent: this only keeps out what is no proposal at all.
const zProposals = z.array(z.custom<Proposal>(isProposalLike)).min(1).max(MOST_PROPOSALS);
const zStream = z.custom<StreamId>((value) =>
  typeof value === "string" && (["user", "grp", "disc"] as const).some((prefix) => parseId(prefix, value).ok)
);
const zShard = z.custom<ShardNumber>((value) => Number.isInteger(value));

const zOffer: z.ZodType<ForwardedOffer, ForwardedOffer> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bundle"), stream: zStream, proposals: zProposals }),
  z.strictObject({ kind: z.literal("effects"), shard: zShard, proposals: zProposals }),
]);

/** Null: not here. */
export type OfferAnswer = readonly Outcome[] | null;

export const nodeRouter = t.router({
  /** Drafts for a shard that this node writes (LOG4). */
  offer: t.procedure
    .input(z.strictObject({ offer: zOffer, deadlineMs: z.int().min(0).max(LONGEST_MS) }))
    .mutation(async ({ ctx: { storage, drain }, input: { offer, deadlineMs } }): Promise<OfferAnswer> => {
      if (drain.draining) return null;
      return await drain.run(() => storage.offerHere(offer, { deadlineMs }));
    }),

  /** Signals of shards that this node writes, to be passed on to all nodes (LIVE7). */
  giveSignals: t.procedure
    .input(z.array(z.unknown()).max(MOST_PROPOSALS))
    .mutation(({ ctx: { exchange, from }, input }) => exchange.take(input, from)),

  /** All signals that meet at this node. */
  signals: t.procedure.subscription(({ ctx: { exchange, from, connection }, signal }) =>
    exchange.follow(from, { connection, signal })
  ),
});

export type NodeRouter = typeof nodeRouter;

function isProposalLike(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { stream, id, type, actor, version, body } = value as Record<string, unknown>;
  return [stream, id, type, actor].every((field) => typeof field === "string") &&
    typeof version === "number" && typeof body === "object" && body !== null;
}
