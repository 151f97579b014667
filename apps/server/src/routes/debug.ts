/** `debug.*`: what the console shows of the inside; in development only. @module */
import { type LogEvent, type Position, position, type ShardNumber, shardNumber } from "@gatz/domain";
import type { NodeId, ShardOwner, Storage } from "@gatz/storage/contract";
import { tracked } from "@trpc/server";
import { z } from "zod";
import { malformed } from "../errors.ts";
import { devProcedure, router } from "../trpc.ts";

export interface TailBatch {
  readonly shard: ShardNumber;
  /** In position order, as committed together or read together. */
  readonly events: readonly { readonly position: Position; readonly event: LogEvent }[];
}

const MOST_BEFORE = 500;

export interface OwnerView {
  readonly shard: ShardNumber;
  /** Who writes it: `here`, `elsewhere`, or `unknown` until its fence was read. */
  readonly kind: ShardOwner["kind"];
  /** The node that writes it, and where other nodes reach that one. */
  readonly node: NodeId | null;
  readonly url: string | null;
}

export const debug = router({
  /** Which node writes each shard, as this one knows. */
  owners: devProcedure.input(z.void()).query(({ ctx: { services: { storage } } }): OwnerView[] =>
    [...storage.owners()].map(([shard, owner]) => ({
      shard,
      kind: owner.kind,
      node: owner.kind === "elsewhere" ? owner.address.node : owner.kind === "here" ? storage.node : null,
      url: owner.kind === "elsewhere" ? owner.address.url : null,
    }))
  ),
  /**
   * A shard's log from after position `from`, else its `last` events, and on as it grows. A client that was cut sends the tracked id,
   * the last position it got, back as `lastEventId` by itself.
   */
  tail: devProcedure
    .input(z.strictObject({
      shard: z.int().min(0).max(4095),
      from: z.int().min(0).optional(),
      last: z.int().min(0).max(MOST_BEFORE).default(0),
      lastEventId: z.string().regex(/^\d{1,15}$/).nullish(),
    }))
    .subscription(async function* ({ ctx, input, signal }) {
      const { storage } = ctx.services;
      if (input.shard >= storage.shards.length) throw malformed("shard", "a shard that does not exist");
      const shard = shardNumber(input.shard);
      const { from = await placeBefore(storage, { shard, last: input.last }), lastEventId } = input;
      const after = position(lastEventId ? Number(lastEventId) : from);
      const until = signal ?? new AbortController().signal;
      for await (const batch of storage.follow(shard, after, until)) {
        await ctx.connection?.room();
        const tail: TailBatch = { shard, events: batch.map(({ position, event }) => ({ position, event })) };
        yield tracked(String(tail.events.at(-1)?.position ?? after), tail);
      }
    }),
});

/** The position that the last `last` events come after. */
async function placeBefore(storage: Storage, { shard, last }: { shard: ShardNumber; last: number }): Promise<number> {
  const { position: head } = await storage.fence(shard);
  return Math.max(0, head - last);
}
