/** What is asked of other logs while one shard is verified: in batches, by id. @module */
import {
  type DiscussionId,
  foldGroup,
  type GroupId,
  type GroupState,
  isGroupDraft,
  type Seq,
  type ShardNumber,
  shardOf,
  type StreamId,
  type UserId,
  type Uuid,
} from "@gatz/domain";
import { LRUCache } from "lru-cache";
import { EVENT_CODES } from "../schema/codes.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";

/** An event's place in its stream. */
export interface Place {
  readonly stream: StreamId;
  readonly seq: Seq;
}

/** An event as a possible cause of others. */
export interface CauseRow {
  readonly stream: string;
  readonly seq: number;
  readonly id: string;
  readonly type: number;
}

/** Of those events of users' streams that can take the user, or what they wrote, out of other streams. */
export const REMOVER_CODES: readonly number[] = (["added-to", "removed-from", "left-group", "end-account"] as const)
  .map((type) => EVENT_CODES.user[type]);

/** Of those events of users' streams that say whom the user blocks, and that their account is over. */
export const ACCOUNT_CODES: readonly number[] = (["block-user", "unblock-user", "end-account"] as const)
  .map((type) => EVENT_CODES.user[type]);

/** A user who sees, or saw, a discussion. */
export interface Sight {
  readonly user: UserId;
  readonly discussion: DiscussionId;
}

export function seenKey({ user, discussion }: Sight): string {
  return `${user} ${discussion}`;
}

/** The logs of all shards, each as it is now: not in the snapshot that is verified. Every answer is null where the shard does not answer. */
export interface OtherLogs {
  /** The newest seqs of users' streams, by UUID; absent without events. */
  heads(shard: ShardNumber, users: readonly UserId[]): Promise<ReadonlyMap<string, number> | null>;
  /** The newest seqs that users see of discussions, by {@link seenKey}; absent for who never was a member. */
  headsSeen(shard: ShardNumber, sights: readonly Sight[]): Promise<ReadonlyMap<string, number> | null>;
  /** The events at these places, as far as there are any. */
  eventsAt(shard: ShardNumber, places: readonly Place[]): Promise<readonly CauseRow[] | null>;
  /** All events of users' streams whose code is one of {@link REMOVER_CODES}. */
  removersOf(shard: ShardNumber, users: readonly UserId[]): Promise<readonly CauseRow[] | null>;
  /** All events of users' streams whose code is one of {@link ACCOUNT_CODES}, of each stream in order. */
  accountEvents(shard: ShardNumber, users: readonly UserId[]): Promise<readonly EventRow[] | null>;
  /** The digests of events, in hexadecimal, by the events' UUIDs: null once expunged, absent without an event. */
  digests(shard: ShardNumber, ids: readonly Uuid[]): Promise<ReadonlyMap<string, string | null> | null>;
  /** A group's events up to a seq, in order. */
  groupUpTo(shard: ShardNumber, group: GroupId, seq: Seq): Promise<readonly EventRow[] | null>;
}

const BATCH = 500;

/** Questions to other shards, gathered until there are enough for one query. */
export class LookUps<Item> {
  readonly #waiting = new Map<ShardNumber, Item[]>();

  /** @param ask answers a batch by reporting what is wrong */
  constructor(readonly ask: (shard: ShardNumber, items: readonly Item[]) => Promise<void>) {}

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
    await this.ask(shard, items);
  }
}

/** Groups as they were at earlier seqs: what discussions were decided on (FACT1). */
export class GroupsThen {
  readonly #states = new LRUCache<string, { state: GroupState | null }>({ max: 500 });

  constructor(readonly logs: OtherLogs) {}

  /** The group right after its event `seq`; null if its log has no such event, or does not answer. */
  async at(group: GroupId, seq: Seq): Promise<GroupState | null> {
    const key = `${group}:${seq}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known.state;
    const rows = await this.logs.groupUpTo(shardOf(group), group, seq);
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
