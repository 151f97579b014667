/** Look-ups in other shards while one is verified: by id, in batches, each seeing what is committed now. @module */
import {
  foldGroup,
  type GroupId,
  type GroupState,
  idToUuid,
  isGroupDraft,
  type Seq,
  type ShardNumber,
  shardOf,
} from "@gatz/domain";
import { LRUCache } from "lru-cache";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";

/** Runs a short read on any shard, outside of the snapshot that is verified; null where the shard does not answer. */
export type Elsewhere = <T>(shard: ShardNumber, work: (q: Queryable) => Promise<T>) => Promise<T | null>;

const BATCH = 500;

/** Questions to other shards, gathered until there are enough for one query. */
export class LookUps<Item> {
  readonly #waiting = new Map<ShardNumber, Item[]>();

  /** @param ask answers a batch by reporting what is wrong */
  constructor(readonly elsewhere: Elsewhere, readonly ask: (q: Queryable, items: readonly Item[]) => Promise<void>) {}

  async add(shard: ShardNumber, item: Item): Promise<void> {
    const items = this.#waiting.get(shard) ?? [];
    items.push(item);
    this.#waiting.set(shard, items);
    if (items.length >= BATCH) await this.#send(shard, items);
  }

  async flush(): Promise<void> {
    for (const [shard, items] of [...this.#waiting]) await this.#send(shard, items);
  }

  async #send(shard: ShardNumber, items: readonly Item[]): Promise<void> {
    this.#waiting.delete(shard);
    await this.elsewhere(shard, (q) => this.ask(q, items));
  }
}

/** Groups as they were at earlier seqs: what discussions were decided on (FACT1). */
export class GroupsThen {
  readonly #states = new LRUCache<string, { state: GroupState | null }>({ max: 500 });

  constructor(readonly elsewhere: Elsewhere) {}

  /** The group right after its event `seq`; null if its log has no such event, or does not answer. */
  async at(group: GroupId, seq: Seq): Promise<GroupState | null> {
    const key = `${group}:${seq}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known.state;
    const rows = await this.elsewhere(shardOf(group), (q) => eventsUpTo(q, group, seq));
    const state = rows?.length === seq ? foldIfItFolds(rows) : null;
    this.#states.set(key, { state });
    return state;
  }
}

// What is wrong with the group's log is reported where that is verified.
function foldIfItFolds(rows: readonly EventRow[]): GroupState | null {
  try {
    return foldGroup(rows.map(eventOf).filter(isGroupDraft)).state;
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

async function eventsUpTo(q: Queryable, group: GroupId, seq: Seq): Promise<readonly EventRow[]> {
  return await q.sql<EventRow[]>`
    select ${eventColumns(q)} from ${q.sql(q.schema)}.events e
    where e.stream = ${idToUuid(group)} and e.seq <= ${seq} order by e.seq`;
}
