/** One moment of a whole installation (BAK1). @module */
import { type ShardNumber, shardNumber } from "@gatz/domain";
import { setTimeout } from "node:timers/promises";
import type { ServerName } from "../contract.ts";
import { before, deadlineIn } from "../postgres/deadline.ts";
import { DeadlinePassed, sqlState } from "../postgres/errors.ts";
import { shardSchema } from "../schema/names.ts";
import { type Admin, type AdminSql, BackupError } from "./admin.ts";

export type Positions = ReadonlyMap<ShardNumber, number>;

/** How long one attempt may take at one server, and how often it is tried. */
const HOLD_MS = 500;
const ATTEMPTS = 20;
const PAUSE_MS = 250;
/** lock_not_available, query_canceled, idle_in_transaction_session_timeout: it took too long. */
const TOO_LONG = ["55P03", "57014", "25P03"];

/**
 * Every shard's newest position at one moment: all fences are held together, for as long as it takes to have them all, and no flush commits
 * meanwhile. So whatever is in the cut has its causes in it too: an effect (SHARD3) the event that it answers, a decision the states that
 * it stands on (FACT1). Without the moment a backup could hold an `added-to` for an add that it lacks, and no restore could mend that.
 * @throws {BackupError} a shard was held by others each time, or a server does not answer
 */
export async function cut(admin: Admin, shards: ReadonlyMap<ShardNumber, ServerName>): Promise<Positions> {
  const byServer = [...Map.groupBy(shards.keys(), (shard) => shards.get(shard)!)] // its own keys
    .map(([server, here]) => ({ sql: admin.server(server), here }));
  // A connection that is still to be made would be waited for with fences in hand.
  await Promise.all(byServer.map(({ sql }) => sql`select 1`));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const positions = await hold(byServer);
    if (positions !== null) return positions;
    await setTimeout(PAUSE_MS);
  }
  throw new BackupError("The fences of all shards can't be had together: is a shard stuck, or a server slow?");
}

interface FencesOfServer {
  readonly sql: AdminSql;
  readonly here: readonly ShardNumber[];
}

/** Null if a fence was not to be had in time. */
async function hold(servers: readonly FencesOfServer[]): Promise<Positions | null> {
  const positions = new Map<ShardNumber, number>();
  const held = servers.map(() => Promise.withResolvers<void>());
  // Until every fence is held, nobody lets go; once one can't be had, all do.
  const all = Promise.all(held.map(({ promise }) => promise));
  all.catch(() => {});
  const holding = servers.map(async (server, i) => {
    try {
      await holdThere(server, positions, () => {
        held[i]!.resolve(); // one for each server
        return before(deadlineIn(HOLD_MS), all);
      });
    } catch (error) {
      held[i]!.reject(error); // likewise
      throw error;
    }
  });
  const done = await before(deadlineIn(3 * HOLD_MS), Promise.allSettled(holding)).catch((error: unknown) => {
    throw error instanceof DeadlinePassed ? new BackupError("A PostgreSQL server does not answer.") : error;
  });
  for (const result of done) {
    if (result.status === "rejected" && !isTooLong(result.reason)) throw result.reason;
  }
  return done.every(({ status }) => status === "fulfilled") ? positions : null;
}

async function holdThere(
  { sql, here }: FencesOfServer,
  positions: Map<ShardNumber, number>,
  wait: () => Promise<unknown>,
): Promise<void> {
  await sql.begin(async (transaction) => {
    // Also for this process: frozen with fences in hand, it would hold up every writer.
    await transaction`select set_config('statement_timeout', ${String(HOLD_MS)}, true),
      set_config('idle_in_transaction_session_timeout', ${String(2 * HOLD_MS)}, true)`;
    const fences = here.map((shard) =>
      transaction`
        select * from (select ${shard}::int as shard, position from ${
        transaction(shardSchema(shard))
      }.fence for share) one`
    );
    const rows = await transaction<{ shard: number; position: number }[]>`
      ${fences.reduce((some, one) => transaction`${some} union all ${one}`)}`;
    for (const { shard, position } of rows) positions.set(shardNumber(shard), position);
    await wait();
  });
}

function isTooLong(error: unknown): boolean {
  return error instanceof DeadlinePassed || TOO_LONG.includes(sqlState(error) ?? "");
}
