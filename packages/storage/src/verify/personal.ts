/** Compares users' own records (LOG1) with the logs: each is about a discussion that its user sees, and no further than they see it. @module */
import { type DiscussionId, idToUuid, type ShardNumber, shardOf, type UserId, uuidToId } from "@gatz/domain";
import { type PersonalRow, settingOf } from "../personal/rows.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { LookUps, type OtherLogs, seenKey } from "./elsewhere.ts";
import type { Report } from "./problem.ts";

/** A row of `reads` or `settings`, as it stands there or in a backup. */
export type StoredRecord =
  & { readonly user: string; readonly rev: number }
  & (
    | { readonly of: "reads"; readonly discussion: string; readonly epoch: number; readonly seq: number }
    | { readonly of: "settings"; readonly key: string; readonly value: unknown }
  );

export interface PersonalCheckOptions {
  readonly shard: ShardNumber;
  readonly logs: Pick<OtherLogs, "heads" | "headsSeen">;
  readonly report: Report;
}

interface About {
  readonly user: UserId;
  readonly discussion: DiscussionId;
  readonly of: StoredRecord["of"];
  /** Null for a setting. */
  readonly seq: number | null;
}

export class PersonalCheck {
  readonly #options: PersonalCheckOptions;
  readonly #about: LookUps<About>;
  readonly #users: LookUps<UserId>;
  #newest = 0;
  #lastUser: UserId | undefined;

  constructor(options: PersonalCheckOptions) {
    this.#options = options;
    this.#about = new LookUps((shard, about) => this.#compare(shard, about));
    this.#users = new LookUps((shard, users) => this.#compareUsers(shard, users));
  }

  async take(record: StoredRecord): Promise<void> {
    const { shard, report } = this.#options;
    const user = uuidToId("user", record.user);
    const what = `the record ${record.rev} of ${user}`;
    this.#newest = Math.max(this.#newest, record.rev);
    if (shardOf(user) !== shard) {
      return report({ shard, stream: user, check: "place", what, expected: shardOf(user), found: shard });
    }
    if (user !== this.#lastUser) await this.#users.add(shard, user);
    this.#lastUser = user;
    const about = aboutOf(record);
    if (about === null) {
      return report({ shard, stream: user, check: record.of, what, expected: "one that means something", found: null });
    }
    await this.#about.add(shardOf(about.discussion), { user, of: record.of, ...about });
  }

  /** @param head how far revs were given out; undefined: nothing says so */
  async finish(head: number | undefined): Promise<void> {
    const { shard, report } = this.#options;
    await this.#users.flush();
    await this.#about.flush();
    if (head === undefined || head >= this.#newest) return;
    report({ shard, check: "reads", what: "the head of the personal records", expected: this.#newest, found: head });
  }

  async #compareUsers(shard: ShardNumber, users: readonly UserId[]): Promise<void> {
    const { logs, report } = this.#options;
    const heads = await logs.heads(shard, users);
    if (heads === null) return; // that is reported already
    for (const user of users) {
      const head = heads.get(idToUuid(user)) ?? 0;
      if (head === 0) {
        report({ shard, stream: user, check: "reads", what: "whose records", expected: "a user", found: null });
      }
    }
  }

  async #compare(of: ShardNumber, all: readonly About[]): Promise<void> {
    const { shard, logs, report } = this.#options;
    const heads = await logs.headsSeen(of, all);
    if (heads === null) return; // likewise
    for (const { user, discussion, of, seq } of all) {
      const head = heads.get(seenKey({ user, discussion }));
      if (head !== undefined && (seq ?? 0) <= head) continue;
      const what = `the ${of === "reads" ? "mark" : "setting"} of ${user} in ${discussion}`;
      const expected = head === undefined ? "one of a discussion that they see" : `at most ${head}`;
      report({ shard, stream: user, check: of, what, expected, found: seq });
    }
  }
}

const PAGE = 1_000;
const NAMED = 100;

/** @param q a snapshot of the shard's tables */
export async function verifyPersonal(q: Queryable, options: PersonalCheckOptions): Promise<void> {
  const { sql } = q;
  const here = sql(q.schema);
  const { shard, report } = options;
  const heads = await sql<{ rev: number }[]>`select rev from ${here}.reads_head`;
  if (heads.length !== 1) report({ shard, check: "reads", what: "reads_head", expected: 1, found: heads.length });
  const twice = await sql<{ rev: number }[]>`
    select rev from ${here}.reads join ${here}.settings using (rev) order by rev limit ${NAMED}`;
  for (const { rev } of twice) report({ shard, check: "reads", what: `rev ${rev}`, expected: 1, found: 2 });
  const check = new PersonalCheck(options);
  // By revs, which both tables have an index of; those that stand twice come in one page.
  for (let last = Number.MIN_SAFE_INTEGER;;) {
    const rows: PersonalRow[] = await sql<PersonalRow[]>`
      select * from (
        select "user", rev, discussion, epoch, seq, null::text as key, null::jsonb as value from ${here}.reads
        union all
        select "user", rev, null, null, null, key, value from ${here}.settings
      ) both_tables
      where rev > ${last} order by rev
      fetch first ${PAGE} rows with ties`;
    for (const row of rows) await check.take(recordOf(row));
    if (rows.length < PAGE) break;
    last = rows.at(-1)!.rev; // it is not empty
  }
  await check.finish(heads[0]?.rev ?? 0);
}

function recordOf({ user, rev, discussion, epoch, seq, key, value }: PersonalRow): StoredRecord {
  return key === null
    ? { of: "reads", user, rev, discussion: discussion!, epoch: epoch!, seq: seq! } // of a table that has them all
    : { of: "settings", user, rev, key, value };
}

/** Null for what means nothing. */
function aboutOf(record: StoredRecord): Pick<About, "discussion" | "seq"> | null {
  if (record.of === "reads") {
    const { epoch, seq } = record;
    return epoch < 0 || seq < 0 ? null : { discussion: uuidToId("disc", record.discussion), seq };
  }
  const setting = settingOf(record.key, record.value);
  return setting === null ? null : { discussion: setting.discussion, seq: null };
}
