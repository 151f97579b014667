import { type Database, overShards, type Server } from "./environment.ts";
import { absolute, type Row } from "./row.ts";
import { replayChat } from "./chat.ts";

/**
 * What the sample chat takes on disk, per event and per message, after a plain VACUUM. The chat is replayed under several seeds, each with people, groups and ids
 * of its own, so that the fixed size of 16 empty schemas does not decide.
 */
export async function diskRows(
  target: { database: Database; server: Server },
  plan: { replays: number },
): Promise<Row[]> {
  await replayChat(target.server, { seeds: plan.replays });
  await target.database.query("vacuum analyze");
  const number = async (select: string) => Number((await target.database.query(select))[0]!.n);
  const events = await number(
    `select sum(n) as n from (${overShards("events", (table) => `select count(*) as n from ${table}`)}) t`,
  );
  const messages = await number(
    `select sum(n) as n from (${
      overShards("events", (table) => `select count(*) as n from ${table} where type = 1`)
    }) t`,
  );
  const eventBytes = await number(
    `select sum(n) as n from (${overShards("events", (table) => `select pg_total_relation_size('${table}') as n`)}) t`,
  );
  const allBytes = await number(
    `select sum(pg_total_relation_size(c.oid)) as n from pg_class c join pg_namespace s on s.oid = c.relnamespace
     where c.relkind = 'r' and s.nspname like 'gatz\\_s%'`,
  );
  return [
    absolute({ name: "bytes-per-event", unit: "B", values: [eventBytes / events], wanted: { atMost: 500 } }),
    absolute({ name: "bytes-per-message", unit: "B", values: [allBytes / messages], wanted: { atMost: 1_300 } }),
  ];
}
