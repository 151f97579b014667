import { type Fact, type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import { ShardUnavailable } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { ReadPools } from "./read_pools.ts";

interface Waiting<I, T> {
  readonly ids: Set<I>;
  readonly states: Promise<ReadonlyMap<I, T>>;
}

/** Reads of streams' states, or of parts of them. What waits for the same shard's connection shares one query (READ0). */
export class StateReads<I extends StreamId, T> {
  readonly #pools: ReadPools;
  readonly #read: (q: Queryable, ids: readonly I[]) => Promise<ReadonlyMap<I, T>>;
  /** Queries that are not sent yet: only those may be joined, or an answer could be older than its question. */
  readonly #waiting = new Map<ShardNumber, Waiting<I, T>>();

  /** @param read of streams of one shard, in one snapshot; absent: no such stream */
  constructor(pools: ReadPools, read: (q: Queryable, ids: readonly I[]) => Promise<ReadonlyMap<I, T>>) {
    this.#pools = pools;
    this.#read = read;
  }

  /** Null: no such stream; throws {@link ShardUnavailable}. */
  async one(stream: I): Promise<T | null> {
    const shard = shardOf(stream);
    if (!this.#pools.shards.includes(shard)) return null;
    return (await this.#load(shard, [stream])).get(stream) ?? null;
  }

  /** Who does not answer is `unavailable`, never an error. */
  async many(streams: readonly I[]): Promise<ReadonlyMap<I, Fact<T>>> {
    const facts = new Map<I, Fact<T>>(streams.map((stream) => [stream, { kind: "missing" }]));
    const byShard = Map.groupBy(facts.keys(), shardOf);
    await Promise.all([...byShard].map(async ([shard, ids]) => {
      if (!this.#pools.shards.includes(shard)) return;
      const known = await this.#load(shard, ids).catch(nullIfUnavailable);
      for (const id of ids) facts.set(id, factOf(known, id));
    }));
    return facts;
  }

  #load(shard: ShardNumber, streams: readonly I[]): Promise<ReadonlyMap<I, T>> {
    const waiting = this.#waiting.get(shard) ?? this.#ask(shard);
    for (const stream of streams) waiting.ids.add(stream);
    return waiting.states;
  }

  #ask(shard: ShardNumber): Waiting<I, T> {
    const ids = new Set<I>();
    const leave = () => {
      if (this.#waiting.get(shard)?.ids === ids) this.#waiting.delete(shard);
    };
    const read = () =>
      this.#pools.read(shard, (q) => {
        leave();
        return this.#read(q, [...ids]);
      }).finally(leave);
    // A microtask later, so that whoever asks in the same breath is in it.
    const waiting = { ids, states: Promise.resolve().then(read) };
    this.#waiting.set(shard, waiting);
    return waiting;
  }
}

function factOf<I, T>(known: ReadonlyMap<I, T> | null, id: I): Fact<T> {
  if (known === null) return { kind: "unavailable" };
  const value = known.get(id);
  return value === undefined ? { kind: "missing" } : { kind: "known", value };
}

/** Passes every other error on. */
export function nullIfUnavailable(error: unknown): null {
  if (error instanceof ShardUnavailable) return null;
  throw error;
}
