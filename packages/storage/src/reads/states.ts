import type { Fact, ShardNumber } from "@gatz/domain";
import { ShardUnavailable } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { ReadPools } from "./read_pools.ts";

interface Waiting<I, T> {
  readonly ids: Set<I>;
  readonly states: Promise<ReadonlyMap<I, T>>;
}

export interface StateReadsOptions<I> {
  readonly shardOf: (id: I) => ShardNumber;
  /** A shard gets one query at a time: what is asked meanwhile waits for its end, and shares the next. */
  readonly oneAtATime?: boolean;
}

/** Reads of streams' states, or of parts of them. What waits for the same shard's connection shares one query (READ0). */
export class StateReads<I extends string, T> {
  readonly #pools: ReadPools;
  readonly #options: StateReadsOptions<I>;
  readonly #read: (q: Queryable, ids: readonly I[]) => Promise<ReadonlyMap<I, T>>;
  /** Queries that are not sent yet: only those may be joined, or an answer could be older than its question. */
  readonly #waiting = new Map<ShardNumber, Waiting<I, T>>();

  /** With {@link StateReadsOptions.oneAtATime}: the query that is under way; resolves at its end, whatever it was. */
  readonly #underWay = new Map<ShardNumber, Promise<unknown>>();

  /** @param read of one shard, in one snapshot; absent: there is none */
  constructor(
    pools: ReadPools,
    read: (q: Queryable, ids: readonly I[]) => Promise<ReadonlyMap<I, T>>,
    options: StateReadsOptions<I>,
  ) {
    this.#pools = pools;
    this.#read = read;
    this.#options = options;
  }

  /** Null: there is none; throws {@link ShardUnavailable}. */
  async one(id: I): Promise<T | null> {
    const shard = this.#options.shardOf(id);
    if (!this.#pools.shards.includes(shard)) return null;
    return (await this.#load(shard, [id])).get(id) ?? null;
  }

  /** Who does not answer is `unavailable`, never an error. */
  async many(asked: readonly I[]): Promise<ReadonlyMap<I, Fact<T>>> {
    const facts = new Map<I, Fact<T>>(asked.map((id) => [id, { kind: "missing" }]));
    const byShard = Map.groupBy(facts.keys(), this.#options.shardOf);
    await Promise.all([...byShard].map(async ([shard, ids]) => {
      if (!this.#pools.shards.includes(shard)) return;
      const known = await this.#load(shard, ids).catch(nullIfUnavailable);
      for (const id of ids) facts.set(id, factOf(known, id));
    }));
    return facts;
  }

  #load(shard: ShardNumber, ids: readonly I[]): Promise<ReadonlyMap<I, T>> {
    const waiting = this.#waiting.get(shard) ?? this.#ask(shard);
    for (const id of ids) waiting.ids.add(id);
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
    // At least a microtask later, so that whoever asks in the same breath is in it.
    const states = (this.#underWay.get(shard) ?? Promise.resolve()).then(read);
    if (this.#options.oneAtATime) this.#follow(shard, states);
    const waiting = { ids, states };
    this.#waiting.set(shard, waiting);
    return waiting;
  }

  #follow(shard: ShardNumber, states: Promise<unknown>): void {
    const ended = () => {
      if (this.#underWay.get(shard) === end) this.#underWay.delete(shard);
    };
    const end = states.then(ended, ended);
    this.#underWay.set(shard, end);
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
