/** `debug.*`: what the console shows of the inside; in development only. @module */
import { type LogEvent, type Position, position, type ShardNumber, shardNumber } from "@gatz/domain";
import { z } from "zod";
import { malformed } from "../errors.ts";
import { devProcedure, router } from "../trpc.ts";

export interface TailBatch {
  readonly shard: ShardNumber;
  /** In position order, as committed together or read together. */
  readonly events: readonly { readonly position: Position; readonly event: LogEvent }[];
}

export const debug = router({
  /** A shard's log from after position `from`, else from its present end, and on as it grows. */
  tail: devProcedure
    .input(z.strictObject({ shard: z.int().min(0).max(4095), from: z.int().min(0).optional() }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TailBatch, void, void> {
      const { storage } = ctx.services;
      if (input.shard >= storage.shards.length) throw malformed("shard", "a shard that does not exist");
      const shard = shardNumber(input.shard);
      const from = input.from === undefined ? (await storage.fence(shard)).position : position(input.from);
      const until = signal ?? new AbortController().signal;
      for await (const batch of storage.follow(shard, from, until)) {
        await ctx.connection?.room();
        yield { shard, events: batch.map(({ position, event }) => ({ position, event })) };
      }
    }),
});
