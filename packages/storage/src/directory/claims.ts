/**
 * Who has which handle (USR2). A row is a skeleton's: that of its user's present handle while `free_at` is null; from a rename or the
 * account's end on, a past one's, which nobody else gets before that time. All times are this server's, in Unix milliseconds.
 * @module
 */
import { idToUuid, type UnixMs, type UserId, uuidToId } from "@gatz/domain";
import type { DirectoryUser, HandleClaim, StorageLimits } from "../contract.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { handleSkeleton } from "./handles.ts";

export type HandleLimits = Pick<StorageLimits, "handleRedirectMs" | "handleHeldMs" | "handleRedirects">;

interface ClaimRow {
  readonly granted: boolean;
  /** The user's handle became another while this claim waited for it. */
  readonly overtaken: boolean;
  readonly holder: string | null;
  /** Milliseconds until the first of too many redirects ends; null: they are not too many. */
  readonly wait: number | null;
}

/** As often as somebody claims from several devices at once. */
const TRIES = 20;

/** Grants a handle, or says who has it, in one statement: what is refused has changed nothing. */
export async function claimHandle(
  sql: Sql,
  { handle, user, limits }: { handle: string; user: UserId; limits: HandleLimits },
): Promise<HandleClaim> {
  for (let tried = 0; tried < TRIES; tried++) {
    const row = await askFor(sql, { handle: handle.toLowerCase(), user: idToUuid(user), limits });
    if (row.granted) return { kind: "granted" };
    if (row.overtaken) continue;
    if (row.wait !== null) return { kind: "too-many", retryAfterMs: row.wait };
    return { kind: "taken", by: row.holder === null ? null : uuidToId("user", row.holder) };
  }
  throw new Error("a user's handle changed under every try to claim another");
}

/**
 * `present` is the user's row as the statement began, `held` is the same row locked, as it is now: if another claim of this user has moved
 * it meanwhile, nothing is granted here. Who has a handle already is granted no second one beside it, and it becomes a redirect.
 * The user's row and the wanted one are locked in one order by all: two who want each other's handles do not wait for each other.
 */
async function askFor(
  sql: Sql,
  { handle, user, limits: { handleRedirectMs, handleRedirects } }: {
    handle: string;
    user: string;
    limits: HandleLimits;
  },
): Promise<ClaimRow> {
  const skeleton = handleSkeleton(handle);
  const now = nowMs(sql);
  const [row] = await sql<ClaimRow[]>`
    with present as (select skeleton from handles where "user" = ${user} and free_at is null),
    locked as (
      select skeleton, "user", free_at from handles
      where ("user" = ${user} and free_at is null) or skeleton = ${skeleton}
      order by skeleton for update
    ),
    held as (select skeleton from locked where "user" = ${user} and free_at is null),
    past as (
      select count(*) as redirects, min(free_at) as first_free from handles
      where "user" = ${user} and free_at > ${now} and skeleton <> ${skeleton}
    ),
    may as (
      select (select count(*) from present) <> (select count(*) from held) as overtaken,
        -- Only who leaves a handle makes one more redirect.
        redirects >= ${handleRedirects} and exists (select from held where skeleton <> ${skeleton}) as too_many,
        first_free - ${now} as wait,
        exists (select from held) or not exists (select from handles where "user" = ${user} and skeleton <> ${skeleton})
          as is_theirs
      from past
    ),
    granted as (
      insert into handles as mine (skeleton, handle, "user")
      select ${skeleton}, ${handle}, ${user}::uuid from may where is_theirs and not too_many
      on conflict (skeleton) do update set handle = excluded.handle, "user" = excluded."user", free_at = null,
        former = case
          when mine."user" <> excluded."user" then null
          when mine.handle = excluded.handle then mine.former
          else (array_prepend(mine.handle, array_remove(array_remove(
            case when mine.former_until > ${now} then mine.former end, mine.handle), excluded.handle)
          ))[1:${handleRedirects}::int] end,
        former_until = case
          when mine."user" <> excluded."user" then null
          when mine.handle = excluded.handle then mine.former_until
          else ${now} + ${handleRedirectMs}::bigint end
      where mine."user" = excluded."user" or mine.free_at <= ${now}
      returning 1
    ),
    left_behind as (
      update handles set free_at = ${now} + ${handleRedirectMs}::bigint
      where "user" = ${user} and free_at is null and skeleton <> ${skeleton} and exists (select from granted)
      returning 1
    )
    select exists (select from granted) as granted, overtaken, case when too_many then wait end as wait,
      (select "user" from handles where skeleton = ${skeleton}) as holder
    from may`;
  if (row === undefined) throw new Error("a claim to a handle was not answered");
  return row;
}

/** Whom a handle leads to, also one that they had before; null once it is free. */
export async function findByHandle(sql: Sql, asked: string): Promise<DirectoryUser | null> {
  const handle = asked.toLowerCase();
  const now = nowMs(sql);
  const [row] = await sql<{ user: string; present: string | null }[]>`
    select found."user", now.handle as present
    from handles found left join handles now on now."user" = found."user" and now.free_at is null
    where found.skeleton = ${handleSkeleton(handle)} and (found.free_at is null or found.free_at > ${now})
      and (found.handle = ${handle} or (${handle} = any(found.former) and found.former_until > ${now}))`;
  if (!row) return null;
  return { id: uuidToId("user", row.user), handle: row.present, isRedirect: row.present !== handle };
}

/** Lets go of what an account that has ended still holds, once: its handle is free a while after `at`, its log-in sessions are gone. */
export async function endAccount(
  sql: Sql,
  { user, at, limits }: { user: UserId; at: UnixMs; limits: HandleLimits },
): Promise<void> {
  const id = idToUuid(user);
  await sql`
    with sessions_of as (delete from sessions where "user" = ${id})
    update handles set free_at = ${at}::bigint + ${limits.handleHeldMs}::bigint where "user" = ${id} and free_at is null`;
}

function nowMs(sql: Sql) {
  return sql`(extract(epoch from now()) * 1000)::bigint`;
}
