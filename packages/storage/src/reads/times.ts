import { type Head, idToUuid, shardOf, type StreamId, type UnixMs } from "@gatz/domain";
import type { ReadPools } from "./read_pools.ts";
import { nullIfUnavailable } from "./states.ts";

/** When events happened, by their streams; absent: there is no such event, or its shard does not answer. */
export async function readTimes(pools: ReadPools, events: readonly Head[]): Promise<ReadonlyMap<StreamId, UnixMs>> {
  const there = events.filter(({ stream }) => pools.shards.includes(shardOf(stream)));
  const parts = [...Map.groupBy(there, ({ stream }) => shardOf(stream))].map(async ([shard, some]) => {
    const streams = new Map<string, StreamId>(some.map(({ stream }) => [idToUuid(stream), stream]));
    const rows = await pools.read(shard, ({ sql, schema }) =>
      sql<{ stream: string; at: UnixMs }[]>`
        select stream, at from ${sql(schema)}.events
        where (stream, seq) in (
          select * from unnest(${some.map(({ stream }) => idToUuid(stream))}::uuid[], ${
        some.map(({ seq }) => seq)
      }::int[])
        )`).catch(nullIfUnavailable) ?? [];
    return rows.flatMap(({ stream, at }) => {
      const id = streams.get(stream);
      return id === undefined ? [] : [[id, at] as const];
    });
  });
  return new Map((await Promise.all(parts)).flat());
}
