/** A shard's schema as the store of its personal records: a transaction of two round trips. @module */
import { type DiscussionId, idToUuid, type Rev, rev, type ShardNumber, type UserId } from "@gatz/domain";
import type postgres from "postgres";
import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { LanePool } from "../postgres/lane_pool.ts";
import type { Sql } from "../postgres/sql_client.ts";
import type { ReadPools } from "../reads/read_pools.ts";
import { shardSchema } from "../schema/names.ts";
import { PREPARED } from "../shard/load_ground.ts";
import type { OwnedChange } from "./contract.ts";
import { changeOf, type PersonalRow, readPersonal, readSince, readSinceOf, settingKey } from "./rows.ts";
import { type OwnedWish, recordKey, type Settled, type Standing } from "./settle.ts";
import { personalStatements } from "./statements.ts";
import type { PersonalStore } from "./store.ts";

type Statements = ReturnType<typeof personalStatements>;

export interface SqlPersonalStoreOptions {
  readonly shard: ShardNumber;
  readonly lanes: LanePool;
  readonly pools: ReadPools;
  /** Of a page of what others committed. */
  readonly pageChanges: number;
}

export class SqlPersonalStore implements PersonalStore {
  readonly #options: SqlPersonalStoreOptions;
  readonly #statements: Statements;

  constructor(options: SqlPersonalStoreOptions) {
    this.#options = options;
    this.#statements = personalStatements(shardSchema(options.shard));
  }

  transact(
    wishes: readonly OwnedWish[],
    settle: (standing: Standing) => Settled,
    deadline: Deadline,
  ): ReturnType<PersonalStore["transact"]> {
    return this.#options.lanes.use(async (sql) => {
      const transaction = new SqlPersonalTransaction(sql, this.#statements);
      try {
        const standing = await transaction.begin(wishes);
        const settled = settle(standing);
        await transaction.commit(settled);
        return { before: standing.rev, settled };
      } catch (error) {
        await transaction.abandon();
        throw error;
      }
    }, deadline);
  }

  since(from: Parameters<PersonalStore["since"]>[0]): ReturnType<PersonalStore["since"]> {
    const { shard, pools, pageChanges } = this.#options;
    return pools.read(shard, (q) => readSince(q, from, pageChanges));
  }

  sinceOf(...[user, from, limit]: Parameters<PersonalStore["sinceOf"]>): ReturnType<PersonalStore["sinceOf"]> {
    const { shard, pools } = this.#options;
    return pools.read(shard, (q) => readSinceOf(q, user, { from, limit }));
  }

  of(...[user, discussions]: Parameters<PersonalStore["of"]>): ReturnType<PersonalStore["of"]> {
    const { shard, pools } = this.#options;
    return pools.read(shard, (q) => readPersonal(q, user, discussions));
  }
}

/** The statements are sent together, and run in order: a query of postgres.js is sent when it is executed. */
class SqlPersonalTransaction {
  constructor(private readonly sql: Sql, private readonly statements: Statements) {}

  /** Holds the head, so that whoever comes next sees what this commits. */
  async begin(wishes: readonly OwnedWish[]): Promise<Standing> {
    const begun = this.sql.unsafe("begin").execute();
    // A statement of its own: one that waited for the head would see the rest as it was before.
    const held = this.#run<{ rev: number }>("head", []);
    const [, [head], ...standing] = await Promise.all([begun, held, ...this.#standing(wishes)]);
    if (!head) throw new Error("the shard has no head of its reads");
    const byUuid = new Map(wishes.map(({ user }) => [idToUuid(user) as string, user]));
    const records = standing.flat().flatMap((row) => {
      const change = changeOf(row);
      return change === null ? [] : [[recordKey(byUuid.get(row.user)!, change), change] as const]; // one that was asked for
    });
    return { rev: rev(head.rev), records: new Map(records) };
  }

  async commit({ changes, rev: newest }: Settled): Promise<void> {
    if (changes.length === 0) return void await this.sql.unsafe("rollback");
    const writes = this.#write(changes, newest);
    // What fails is told by COMMIT's answer too; the first of them tells why.
    const committing: Promise<postgres.RowList<postgres.Row[]>> = this.sql.unsafe("commit").execute();
    const [committed] = await Promise.all([committing, ...writes]);
    if (committed.command !== "COMMIT") throw new Error(`COMMIT was answered by ${committed.command}`);
  }

  /** After an error the connection is still in the transaction, unless it is lost, which ends that too. */
  async abandon(): Promise<void> {
    await this.sql.unsafe("rollback").catch(() => {});
  }

  #standing(wishes: readonly OwnedWish[]): Promise<readonly PersonalRow[]>[] {
    const marks = wishes.filter(({ wish }) => wish.type !== "setting");
    const settings = wishes.filter(({ wish }) => wish.type === "setting");
    return [
      ...marks.length === 0
        ? []
        : [this.#run<PersonalRow>("marks", [users(marks), uuids(marks.map(({ wish }) => wish.discussion))])],
      ...settings.length === 0 ? [] : [
        this.#run<PersonalRow>("settings", [
          users(settings),
          quotedArray(settings.map(({ wish }) => settingKey(wish.discussion))),
        ]),
      ],
    ];
  }

  #write(changes: readonly OwnedChange[], newest: Rev): Promise<unknown>[] {
    const marks = changes.flatMap(({ user, change }) => change.type === "read" ? [{ user, ...change }] : []);
    const settings = changes.flatMap(({ user, change }) => change.type === "setting" ? [{ user, ...change }] : []);
    const revs = (of: readonly { readonly rev: Rev }[]) => plainArray(of.map(({ rev }) => rev));
    return [
      ...marks.length === 0 ? [] : [
        this.#run("writeMarks", [
          newest,
          users(marks),
          uuids(marks.map(({ discussion }) => discussion)),
          plainArray(marks.map(({ epoch }) => epoch)),
          plainArray(marks.map(({ seq }) => seq)),
          revs(marks),
        ]),
      ],
      ...settings.length === 0 ? [] : [
        this.#run("writeSettings", [
          newest,
          users(settings),
          quotedArray(settings.map(({ discussion }) => settingKey(discussion))),
          quotedArray(settings.map(({ notify }) => JSON.stringify(notify))),
          revs(settings),
        ]),
      ],
    ];
  }

  #run<Row>(statement: keyof Statements, parameters: (string | number)[]): Promise<readonly Row[]> {
    return this.sql.unsafe<Row[]>(this.statements[statement], parameters, PREPARED).execute();
  }
}

function users(of: readonly Pick<OwnedChange, "user">[]): string {
  return uuids(of.map(({ user }) => user));
}

function uuids(ids: readonly (UserId | DiscussionId)[]): string {
  return plainArray(ids.map(idToUuid));
}
