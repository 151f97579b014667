/**
 * What one gets without gatz on the same server: rows of the same columns and bytes, written by prepared statements. Shares no code with gatz.
 * `single`: one client, one insert a commit. `naive`: 64 clients over 16 schemas; each event is one transaction (one statement) that takes
 * its position from the fence row. Prints `{perSecond, p50, p99}` (milliseconds).
 */
import postgres from "postgres";

const [mode, url, seconds, textBytes] = Deno.args;
if ((mode !== "single" && mode !== "naive") || !url) throw new Error("usage: single|naive URL SECONDS TEXT_BYTES");
const clients = mode === "single" ? 1 : 64;
const schemas = mode === "single" ? 1 : 16;

const admin = postgres(url, { max: 1, onnotice: () => {} });
for (let n = 0; n < schemas; n++) {
  await admin.unsafe(`
    drop schema if exists yardstick_${n} cascade;
    create schema yardstick_${n};
    create table yardstick_${n}.fence (id smallint primary key, position bigint not null);
    insert into yardstick_${n}.fence values (1, 0);
    create table yardstick_${n}.events (
      position bigint primary key, at bigint not null, stream uuid not null, id uuid not null unique, actor uuid,
      seq int not null, target_seq int, type smallint not null, version smallint not null, digest bytea, decided jsonb, body jsonb,
      unique (stream, seq))`);
}
await admin.end();

const digest = new Uint8Array(16);
const body = { text: "x".repeat(Number(textBytes)) };
const pool = postgres(url, { max: clients });
const sequences = new Map<number, number>();

async function insert(sql: postgres.Sql, schema: number, at: number): Promise<void> {
  const seq = (sequences.get(schema) ?? 0) + 1;
  sequences.set(schema, seq);
  const stream = "00000000-0000-7000-8000-000000000001";
  if (mode === "single") {
    await sql`insert into yardstick_0.events
      values (${seq}, ${at}, ${stream}, ${crypto.randomUUID()}, ${stream}, ${seq}, null, 1, 1, ${digest}, null, ${
      sql.json(body)
    })`;
    return;
  }
  const events = sql(`yardstick_${schema}.events`);
  const fence = sql(`yardstick_${schema}.fence`);
  await sql`with taken as (update ${fence} set position = position + 1 where id = 1 returning position)
    insert into ${events} select position, ${at}, ${stream}, ${crypto.randomUUID()}, ${stream}, ${seq}, null, 1, 1, ${digest}, null, ${
    sql.json(body)
  } from taken`;
}

const WARM_UP_MS = 1_000;
const start = performance.now();
const end = start + WARM_UP_MS + Number(seconds) * 1_000;
const latencies: number[] = [];
await Promise.all(Array.from({ length: clients }, async (_, n) => {
  for (let now = performance.now(); now < end;) {
    await insert(pool, n % schemas, Date.now());
    const done = performance.now();
    if (now >= start + WARM_UP_MS) latencies.push(done - now);
    now = done;
  }
}));
await pool.end();

latencies.sort((a, b) => a - b);
const at = (q: number) => latencies[Math.floor(q * (latencies.length - 1))];
console.log(JSON.stringify({ perSecond: latencies.length / Number(seconds), p50: at(0.5), p99: at(0.99) }));
