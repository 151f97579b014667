import { type Fact, type ShardNumber, shardOf, type StreamId, type StreamState } from "@gatz/domain";
import { ShardUnavailable } from "../contract.ts";
import { loadStreamStates } from "../shard/load_states.ts";
import type { ReadPools } from "./read_pools.ts";

type States = ReadonlyMap<StreamId, StreamState>;

interface Waiting {
  readonly ids: Set<StreamId>;
  readonly states: Promise<States>;
}

/** Reads of streams' states. What waits for the same shard's connection shares one query (READ0). */
export class StateReads {
  readonly #pools: ReadPools;
  /** Queries that are not sent yet: only those may be joined, or an answer could be older than its question. */
  readonly #waiting = new Map<ShardNumber, Waiting>();

  constructor(pools: ReadPools) {
    this.#pools = pools;
  }

  async state(stream: StreamId): Promise<StreamState | null> {
    const shard = shardOf(stream);
    if (!this.#pools.shards.includes(shard)) return null;
    return (await this.#load(shard, [stream])).get(stream) ?? null;
  }

  async states(streams: readonly StreamId[]): Promise<ReadonlyMap<StreamId, Fact<StreamState>>> {
    const facts = new Map<StreamId, Fact<StreamState>>(streams.map((stream) => [stream, { kind: "missing" }]));
    const byShard = Map.groupBy(facts.keys(), shardOf);
    await Promise.all([...byShard].map(async ([shard, ids]) => {
      if (!this.#pools.shards.includes(shard)) return;
      const known = await this.#load(shard, ids).catch(nullIfUnavailable);
      for (const id of ids) facts.set(id, factOf(known, id));
    }));
    return facts;
  }

  #load(shard: ShardNumber, streams: readonly StreamId[]): Promise<States> {
    const waiting = this.#waiting.get(shard) ?? this.#ask(shard);
    for (const stream of streams) waiting.ids.add(stream);
    return waiting.states;
  }

  #ask(shard: ShardNumber): Waiting {
    const ids = new Set<StreamId>();
    const leave = () => {
      if (this.#waiting.get(shard)?.ids === ids) this.#waiting.delete(shard);
    };
    const read = () =>
      this.#pools.read(shard, (q) => {
        leave();
        return loadStreamStates(q, [...ids]);
      }).finally(leave);
    // A microtask later, so that whoever asks in the same breath is in it.
    const waiting = { ids, states: Promise.resolve().then(read) };
    this.#waiting.set(shard, waiting);
    return waiting;
  }
}

function factOf(states: States | null, id: StreamId): Fact<StreamState> {
  if (states === null) return { kind: "unavailable" };
  const value = states.get(id);
  return value === undefined ? { kind: "missing" } : { kind: "known", value };
}

/** Passes every other error on. */
export function nullIfUnavailable(error: unknown): null {
  if (error instanceof ShardUnavailable) return null;
  throw error;
}
