/**
 * What is in the logs, read with plain SQL and judged by what LOG1 and LOG3 say. Shares no code with gatz.
 * @module
 */
import assert from "node:assert/strict";
import { administer } from "@gatz/testing/test_database.ts";

export interface LoggedEvent {
  shard: number;
  position: number;
  stream: string;
  seq: number;
  id: string;
  at: number;
  type: number;
  text: string | null;
}

export interface Logs {
  /** In the order of their positions, shard by shard. */
  readonly events: readonly LoggedEvent[];
  byId(typeId: string): LoggedEvent | undefined;
}

interface Placed {
  readonly servers: Readonly<Record<string, string>>;
  readonly shards: ReadonlyMap<number, string>;
}

/** Every event of every shard; fails if a position or a seq is missing or used twice, or time runs backwards in a stream. */
export async function readLogs({ servers, shards }: Placed): Promise<Logs> {
  const events: LoggedEvent[] = [];
  for (const [shard, server] of shards) events.push(...await readShard({ shard, url: servers[server] ?? "" }));
  const byId = new Map(events.map((event) => [event.id, event]));
  assert.equal(byId.size, events.length, "[LOG1] an id is in the log once");
  assertStreams(events);
  return { events, byId: (typeId) => byId.get(uuidOf(typeId)) };
}

async function readShard({ shard, url }: { shard: number; url: string }): Promise<LoggedEvent[]> {
  const { rows, position } = await administer(url, (sql) => selectLog(sql, shard));
  rows.forEach((row, i) => assert.equal(row.position, i + 1, `[LOG3] shard ${shard}: positions without a gap`));
  assert.equal(position, rows.length, `[LOG3] shard ${shard}: the fence is at the newest position`);
  return rows;
}

type Sql = Parameters<Parameters<typeof administer>[1]>[0];

/** As of one moment: effects may still arrive. */
async function selectLog(admin: Sql, shard: number): Promise<{ rows: LoggedEvent[]; position: number | undefined }> {
  const schema = `gatz_s${String(shard).padStart(4, "0")}`;
  return await admin.begin("isolation level repeatable read read only", async (sql) => {
    const rows = await sql<LoggedEvent[]>`
      select ${shard}::int as shard, position::float8 as position, stream::text, seq, id::text, at::float8 as at, type::int,
        body->>'text' as text
      from ${sql(schema)}.events order by position`;
    const [fence] = await sql<{ position: number }[]>`select position::float8 as position from ${sql(schema)}.fence`;
    return { rows: [...rows], position: fence?.position };
  });
}

function assertStreams(events: readonly LoggedEvent[]): void {
  const heads = new Map<string, { seq: number; at: number }>();
  for (const { stream, seq, at } of events) {
    const head = heads.get(stream) ?? { seq: 0, at: 0 };
    assert.equal(seq, head.seq + 1, `[LOG1] stream ${stream}: seqs without a gap, in the order of positions`);
    assert.ok(at >= head.at, `[LOG5] stream ${stream}: time does not run backwards`);
    heads.set(stream, { seq, at });
  }
}

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A TypeID's UUID. */
export function uuidOf(typeId: string): string {
  let value = 0n;
  for (const digit of typeId.slice(typeId.lastIndexOf("_") + 1)) value = value * 32n + BigInt(DIGITS.indexOf(digit));
  const hex = value.toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
