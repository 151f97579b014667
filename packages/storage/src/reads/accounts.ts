/** Users without what they are in: that may be thousands of streams, and nobody asks for it who looks somebody up. @module */
import { idToUuid, type Seq, type UserId, uuidToId } from "@gatz/domain";
import type { Account, Profile } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { STREAM_KIND_CODES } from "../schema/codes.ts";
import { assertFold } from "../shard/load_states.ts";
import type { UserJson } from "../shard/state_json.ts";

interface AccountRow<J> {
  readonly id: string;
  readonly seq: Seq;
  readonly fold_version: number;
  readonly state: J;
}

/** Users of one shard, each at their stream's head. Absent: no such user. */
export async function loadProfiles(q: Queryable, users: readonly UserId[]): Promise<ReadonlyMap<UserId, Profile>> {
  const rows = await select<Omit<UserJson, "left" | "blocks">>(q, {
    users,
    state: q.sql`st.state - 'left' - 'blocks'`,
  });
  return new Map([...rows].map(([id, { state }]) => [id, { kind: "user", id, ...state }]));
}

/** As {@link loadProfiles}. */
export async function loadAccounts(q: Queryable, users: readonly UserId[]): Promise<ReadonlyMap<UserId, Account>> {
  const rows = await select<Pick<UserJson, "endedAt" | "blocks">>(q, {
    users,
    state: q
      .sql`jsonb_strip_nulls(jsonb_build_object('endedAt', st.state -> 'endedAt', 'blocks', st.state -> 'blocks'))`,
  });
  return new Map([...rows].map(([id, { seq, state }]) => [id, { seq, ...state }]));
}

async function select<J>(
  { sql, schema }: Queryable,
  { users, state }: { users: readonly UserId[]; state: ReturnType<Queryable["sql"]> },
): Promise<Map<UserId, AccountRow<J>>> {
  const here = sql(schema);
  const rows = await sql<AccountRow<J>[]>`
    select s.id, s.seq, st.fold_version, ${state} as state
    from ${here}.streams s join ${here}.stream_states st on st.id = s.id
    where s.id = any(${users.map(idToUuid)}::uuid[]) and s.kind = ${STREAM_KIND_CODES.user}`;
  for (const { id, fold_version } of rows) assertFold(id, fold_version);
  return new Map(rows.map((row) => [uuidToId("user", row.id), row]));
}
