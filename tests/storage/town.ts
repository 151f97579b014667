/** A storage with a few people in it, for tests. @module */
import assert from "node:assert/strict";
import {
  type Ack,
  type DiscussionId,
  type GroupId,
  type Outcome,
  type Proposal,
  type ShardNumber,
  shardNumber,
  shardOf,
  type UserId,
} from "@gatz/domain";
import { openStorage, type Storage, type StorageConfig } from "@gatz/storage";
import { answersTo } from "@gatz/testing/answers.ts";
import { administer, type TestDatabase, testDatabase, type TestServers } from "@gatz/testing/test_database.ts";
import { createDiscussion, createGroup, register } from "../../packages/domain/testing/drafts.ts";
import { discussionId, groupId, userId } from "../../packages/domain/testing/ids.ts";

type StorageOptions = Parameters<typeof openStorage>[1];
type Hand<T> = Parameters<typeof administer<T>>[1];

/** Where people are at home: on the shard in their id, or on another one (ID4). */
export type Homes = "own" | "elsewhere";

export interface TownOptions {
  people: number;
  shards?: number;
  /** Default `own`. */
  homes?: Homes;
  limits?: Partial<StorageConfig["limits"]>;
  /** Servers of the test's own. */
  on?: TestServers;
  /** The links to the servers, such as proxies: from a connection URL to another. Statements by hand go around them. */
  through?: (url: string) => string;
}

const SETTLE_MS = 30_000;
const OFFER_MS = 5_000;
const PATIENT = { readDeadlineMs: 20_000 };

let made = 0;
/** A number that no other thing of this run has. */
const fresh = () => ++made;

export class Town implements AsyncDisposable {
  /** One a shard, round and round; `users[i]` lives on shard i modulo the number of shards. */
  readonly users: readonly UserId[];
  #storage: Storage | undefined;

  private constructor(
    readonly database: TestDatabase,
    /** With direct connections. */
    readonly config: StorageConfig,
    private readonly options: TownOptions,
  ) {
    this.users = Array.from({ length: options.people }, (_, n) => userId(fresh(), n % config.shards));
  }

  static async start(options: TownOptions): Promise<Town> {
    const { shards = 4, on, through } = options;
    // Who breaks nothing waits as long as a busy machine takes; how long a broken part is waited for is for those tests to say.
    const limits = on === undefined && through === undefined ? { ...PATIENT, ...options.limits } : options.limits;
    const database = await testDatabase({ shards, ...(on === undefined ? {} : { on }) });
    const town = new Town(database, database.storageConfig(limits), options);
    await town.reopen();
    for (const user of town.users) {
      await town.accepted(register(user));
      if (options.homes === "elsewhere") await town.storage.directory.setHome(user, town.homeOf(user));
    }
    return town;
  }

  /** The shard on which what a user makes begins. */
  homeOf(user: UserId): ShardNumber {
    const { shards } = this.config;
    return this.options.homes === "elsewhere"
      ? shardNumber((shardOf(user) + Math.ceil(shards / 2)) % shards)
      : shardOf(user);
  }

  /** The same storage once more: another node's, or the links' beyond `through`. */
  async open(options: StorageOptions = {}): Promise<Storage> {
    const { through = (url: string) => url } = this.options;
    const servers = Object.fromEntries(Object.entries(this.config.servers).map(([name, url]) => [name, through(url)]));
    return await openStorage({ ...this.config, servers, directory: through(this.config.directory) }, {
      report: () => {},
      ...options,
    });
  }

  get storage(): Storage {
    assert.ok(this.#storage, "the storage is open");
    return this.#storage;
  }

  async stop(): Promise<void> {
    await this.#storage?.close();
    this.#storage = undefined;
  }

  async reopen(options: StorageOptions = {}): Promise<void> {
    await this.stop();
    this.#storage = await this.open(options);
  }

  async offer(proposal: Proposal): Promise<Outcome> {
    const [outcome] = await this.storage.offer(proposal.stream, [proposal], { deadlineMs: OFFER_MS });
    assert.ok(outcome);
    return outcome;
  }

  /** Offers what was not offered before, as a client does (LOG4): the same draft until it is accepted; fails the test if it is not. */
  async accepted(proposal: Proposal): Promise<Ack> {
    const { outcomes: [outcome], isFirst } = await answersTo(this.storage, [proposal]);
    if (outcome?.kind === "accepted" || (outcome?.kind === "duplicate" && !isFirst)) return outcome;
    return assert.fail(`${proposal.type}: ${JSON.stringify(outcome)}`);
  }

  /** Offers the same draft, as a client does, until it is in the log. */
  async surely(proposal: Proposal): Promise<Ack> {
    const { outcomes: [outcome] } = await answersTo(this.storage, [proposal]);
    if (outcome?.kind === "accepted" || outcome?.kind === "duplicate") return outcome;
    return assert.fail(`${proposal.type}: ${JSON.stringify(outcome)}`);
  }

  /** A group, and a discussion of all its members, on the maker's home. */
  async discussion(
    maker: UserId,
    members: readonly UserId[],
  ): Promise<{ group: GroupId; discussion: DiscussionId }> {
    const group = groupId(fresh(), this.homeOf(maker));
    const discussion = discussionId(fresh(), this.homeOf(maker));
    await this.accepted(createGroup(maker, group, members));
    await this.accepted(createDiscussion(maker, discussion, { group, members }));
    return { group, discussion };
  }

  /** Waits until every effect has arrived. */
  async settled(): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    for (let before = "";;) {
      const shards = await Promise.all(this.storage.shards.map((shard) => this.byHand(shard, effectsWaiting)));
      // Shards are not read in one moment: an effect may have gone from one that was not read yet to one that was. Where none has grown
      // between two looks, nothing has.
      const now = shards.map(({ position }) => position).join();
      if (shards.every(({ waiting }) => waiting === 0)) {
        if (now === before) return;
        before = now;
      } else before = "";
      if (performance.now() > deadline) assert.fail(`effects still wait: ${shards.map(({ waiting }) => waiting)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Statements by hand in a shard's own schema. */
  async byHand<T>(shard: ShardNumber, work: Hand<T>): Promise<T> {
    return await inShard(this.config, shard, work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.database.drop();
  }
}

/** Statements by hand in a shard's own schema. */
export async function inShard<T>(config: StorageConfig, shard: ShardNumber, work: Hand<T>): Promise<T> {
  const url = config.servers[config.place(shard)];
  assert.ok(url);
  return await administer(url, async (sql) => {
    await sql`select set_config('search_path', ${`gatz_s${String(shard).padStart(4, "0")}`}, false)`;
    return await work(sql);
  });
}

const effectsWaiting: Hand<{ readonly waiting: number; readonly position: string }> = async (sql) => {
  const [row] = await sql<{ waiting: number; position: string }[]>`
    select (select count(*)::int from outbox where code is null) as waiting, position::text from fence`;
  assert.ok(row, "a shard has a fence");
  return row;
};
