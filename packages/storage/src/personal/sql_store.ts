/** A shard's schema as the store of its personal records: a transaction of two round trips. @module */
import { idToUuid, rev, type ShardNumber } from "@gatz/domain";
import type postgres from "postgres";
import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { LanePool } from "../postgres/lane_pool.ts";
import type { Sql } from "../postgres/sql_client.ts";
import type { ReadPools } from "../reads/read_pools.ts";
import { type SchemaName, shardSchema } from "../schema/names.ts";
import type { OwnedChange } from "./contract.ts";
import { changeOf, type PersonalRow, readPersonal, readSince, readSinceOf, settingKey } from "./rows.ts";
import { type OwnedWish, recordKey, type Settled, type Standing } from "./settle.ts";
import type { PersonalStore } from "./store.ts";

export interface SqlPersonalStoreOptions {
  readonly shard: ShardNumber;
  readonly lanes: LanePool;
  readonly pools: ReadPools;
  /** Of a page of what others committed. */
  readonly pageChanges: number;
}

export class SqlPersonalStore implements PersonalStore {
  readonly #options: SqlPersonalStoreOptions;
  readonly #schema: SchemaName;

  constructor(options: SqlPersonalStoreOptions) {
    this.#options = options;
    this.#schema = shardSchema(options.shard);
  }

  transact(
    wishes: readonly OwnedWish[],
    settle: (standing: Standing) => Settled,
    deadline: Deadline,
  ): ReturnType<PersonalStore["transact"]> {
    return this.#options.lanes.use(async (sql) => {
      const transaction = new SqlPersonalTransaction(sql, this.#schema);
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
  constructor(private readonly sql: Sql, private readonly schema: SchemaName) {}

  /** Holds the head, so that whoever comes next sees what this commits. */
  async begin(wishes: readonly OwnedWish[]): Promise<Standing> {
    const { sql } = this;
    const here = sql(this.schema);
    const marks = wishes.filter(({ wish }) => wish.type !== "setting");
    const settings = wishes.filter(({ wish }) => wish.type === "setting");
    const begun = sql.unsafe("begin").execute();
    const held = sql<{ rev: number }[]>`select rev from ${here}.reads_head where id = 1 for update`.execute();
    const stand = sql<PersonalRow[]>`
      select r."user", rev, r.discussion, epoch, seq, null::text as key, null::jsonb as value
      from (select distinct * from unnest(${users(marks)}::text::uuid[], ${
      plainArray(marks.map(({ wish }) => idToUuid(wish.discussion)))
    }::text::uuid[]) as w("user", discussion)) w
      join ${here}.reads r using ("user", discussion)
      union all
      select s."user", rev, null, null, null, s.key, value
      from (select distinct * from unnest(${users(settings)}::text::uuid[], ${
      quotedArray(settings.map(({ wish }) => settingKey(wish.discussion)))
    }::text::text[]) as w("user", key)) w
      join ${here}.settings s using ("user", key)`.execute();
    const [, [head], rows] = await Promise.all([begun, held, stand]);
    if (!head) throw new Error("the shard has no head of its reads");
    const byUuid = new Map(wishes.map(({ user }) => [idToUuid(user) as string, user]));
    const records = rows.flatMap((row) => {
      const change = changeOf(row);
      return change === null ? [] : [[recordKey(byUuid.get(row.user)!, change), change] as const]; // one that was asked for
    });
    return { rev: rev(head.rev), records: new Map(records) };
  }

  async commit({ changes, rev: newest }: Settled): Promise<void> {
    const { sql } = this;
    if (changes.length === 0) return void await sql.unsafe("rollback");
    const here = sql(this.schema);
    const writes = [
      ...this.#writes(changes),
      sql`update ${here}.reads_head set rev = ${newest} where id = 1`.execute(),
    ];
    // What fails is told by COMMIT's answer too; the first of them tells why.
    const committing: Promise<postgres.RowList<postgres.Row[]>> = sql.unsafe("commit").execute();
    const [committed] = await Promise.all([committing, ...writes]);
    if (committed.command !== "COMMIT") throw new Error(`COMMIT was answered by ${committed.command}`);
  }

  /** After an error the connection is still in the transaction, unless it is lost, which ends that too. */
  async abandon(): Promise<void> {
    await this.sql.unsafe("rollback").catch(() => {});
  }

  #writes(changes: readonly OwnedChange[]): Promise<unknown>[] {
    const { sql } = this;
    const here = sql(this.schema);
    const marks = changes.flatMap(({ user, change }) => change.type === "read" ? [{ user, ...change }] : []);
    const settings = changes.flatMap(({ user, change }) => change.type === "setting" ? [{ user, ...change }] : []);
    const writes: Promise<unknown>[] = [];
    if (marks.length > 0) {
      writes.push(
        sql`insert into ${here}.reads as r ("user", discussion, epoch, seq, rev)
        select * from unnest(${users(marks)}::text::uuid[], ${
          plainArray(marks.map(({ discussion }) => idToUuid(discussion)))
        }::text::uuid[], ${plainArray(marks.map(({ epoch }) => epoch))}::text::int4[], ${
          plainArray(marks.map(({ seq }) => seq))
        }::text::int4[], ${plainArray(marks.map(({ rev }) => rev))}::text::int8[])
        on conflict ("user", discussion) do update set epoch = excluded.epoch, seq = excluded.seq, rev = excluded.rev`
          .execute(),
      );
    }
    if (settings.length > 0) {
      writes.push(
        sql`insert into ${here}.settings ("user", key, value, rev)
        select * from unnest(${users(settings)}::text::uuid[], ${
          quotedArray(settings.map(({ discussion }) => settingKey(discussion)))
        }::text::text[], ${quotedArray(settings.map(({ notify }) => JSON.stringify(notify)))}::text::jsonb[], ${
          plainArray(settings.map(({ rev }) => rev))
        }::text::int8[])
        on conflict ("user", key) do update set value = excluded.value, rev = excluded.rev`.execute(),
      );
    }
    return writes;
  }
}

function users(of: readonly Pick<OwnedChange, "user">[]): string {
  return plainArray(of.map(({ user }) => idToUuid(user)));
}
