/** One moment of a whole installation (BAK1). @module */
import type { ShardNumber } from "@gatz/domain";
import { setTimeout } from "node:timers/promises";
import type { ServerName } from "../contract.ts";
import { sqlState } from "../postgres/errors.ts";
import { shardSchema } from "../schema/names.ts";
import { type Admin, type AdminSql, BackupError } from "./admin.ts";

export type Positions = ReadonlyMap<ShardNumber, number>;

/** How long one attempt may hold up the writers, and how often it is tried. */
const HOLD_MS = 500;
const ATTEMPTS = 20;
const PAUSE_MS = 250;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Every shard's newest position at one moment: all fences are held together, for as long as it takes to have them all, and no flush commits
 * meanwhile. So whatever is in the cut has its causes in it too: an effect (SHARD3) the event that it answers, a decision the states that
 * it stands on (FACT1). Without the moment a backup could hold an `added-to` for an add that it lacks, and no restore could mend that.
 * @throws {BackupError} a shard was held by others each time
 */
export async function cut(admin: Admin, shards: ReadonlyMap<ShardNumber, ServerName>): Promise<Positions> {
  const byServer = [...Map.groupBy(shards.keys(), (shard) => shards.get(shard)!)] // its own keys
    .map(([server, here]) => ({ sql: admin.server(server), here }));
  for (let attempt = 1;; attempt++) {
    const positions = await hold(byServer);
    if (positions !== null) return positions;
    if (attempt === ATTEMPTS) {
      throw new BackupError("The fences of all shards can't be had together: is a shard stuck?");
    }
    await setTimeout(PAUSE_MS);
  }
}

/** Null if a fence was not to be had in time. */
async function hold(servers: readonly { sql: AdminSql; here: readonly ShardNumber[] }[]): Promise<Positions | null> {
  const positions = new Map<ShardNumber, number>();
  const held = Array.from(servers, () => Promise.withResolvers<void>());
  // Resolves when every fence is held, rejects when one can't be; until then nobody lets go.
  const all = Promise.all(held.map(({ promise }) => promise));
  all.catch(() => {});
  const done = await Promise.allSettled(servers.map(async ({ sql, here }, i) => {
    try {
      await sql.begin(async (transaction) => {
        await transaction`select set_config('lock_timeout', ${`${HOLD_MS}ms`}, true)`;
        for (const shard of here) {
          const [fence] = await transaction<{ position: number }[]>`
            select position from ${transaction(shardSchema(shard))}.fence for share`;
          if (fence === undefined) throw new Error(`shard ${shard} has no fence`);
          positions.set(shard, fence.position);
        }
        held[i]!.resolve(); // one for each server
        await all;
      });
    } catch (error) {
      held[i]!.reject(error); // likewise
      throw error;
    }
  }));
  for (const result of done) {
    if (result.status === "rejected" && sqlState(result.reason) !== LOCK_NOT_AVAILABLE) throw result.reason;
  }
  return done.every(({ status }) => status === "fulfilled") ? positions : null;
}
