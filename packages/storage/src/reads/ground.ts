import type { Ground, MessageId, StreamId, UnixMs } from "@gatz/domain";
import { shardOf } from "@gatz/domain";
import { loadMessageStates } from "../shard/load_messages.ts";
import { loadStreamStates } from "../shard/load_states.ts";
import type { ReadPools } from "./read_pools.ts";

/** What drafts to a stream would be decided on now, and the shard's time: one snapshot, beside the writer. */
export async function readGround(
  pools: ReadPools,
  stream: StreamId,
  messages: readonly MessageId[],
): Promise<Ground & { readonly at: UnixMs }> {
  return await pools.snapshot(shardOf(stream), async (q) => {
    const [[clock], states, found] = await Promise.all([
      q.sql<{ at: UnixMs }[]>`select floor(extract(epoch from clock_timestamp()) * 1000)::int8 as at`,
      loadStreamStates(q, [stream]),
      loadMessageStates(q, messages),
    ]);
    if (clock === undefined) throw new Error("a clock gives one time");
    return { at: clock.at, stream: states.get(stream) ?? null, messages: found };
  });
}
