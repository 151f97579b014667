/** Reads the whole log with plain SQL, from the servers themselves. @module */
import { typeId } from "../client/ids.ts";
import { digestOf } from "../history/digest.ts";
import type { Installation } from "../installation/installation.ts";
import type { Database } from "../installation/database.ts";
import { FinalLog, type LogRow, type ShardRows } from "./final_log.ts";

/** `events.type`, as the schema's description has it. */
const TYPES: Readonly<Record<number, readonly [kind: "disc" | "grp" | "user", type: string]>> = {
  1: ["disc", "new-message"],
  2: ["disc", "edit-message"],
  3: ["disc", "delete-message"],
  4: ["disc", "react-to-message"],
  10: ["disc", "create"],
  11: ["disc", "add-members"],
  12: ["disc", "remove-member"],
  13: ["disc", "leave"],
  14: ["disc", "rename"],
  15: ["disc", "describe"],
  16: ["disc", "join"],
  17: ["disc", "set-role"],
  18: ["disc", "pin-message"],
  19: ["disc", "unpin-message"],
  20: ["disc", "lock"],
  21: ["disc", "unlock"],
  22: ["disc", "close"],
  23: ["disc", "reopen"],
  24: ["disc", "mute-member"],
  25: ["disc", "unmute-member"],
  26: ["disc", "ban-member"],
  27: ["disc", "unban-member"],
  28: ["disc", "set-slow-mode"],
  29: ["disc", "flag-message"],
  30: ["disc", "resolve-flag"],
  31: ["disc", "expunge"],
  32: ["disc", "continued"],
  50: ["grp", "create"],
  51: ["grp", "add-members"],
  52: ["grp", "remove-member"],
  53: ["grp", "leave"],
  54: ["grp", "rename"],
  55: ["grp", "describe"],
  56: ["grp", "set-avatar"],
  57: ["grp", "set-role"],
  58: ["grp", "transfer-ownership"],
  59: ["grp", "create-invite"],
  60: ["grp", "revoke-invite"],
  61: ["grp", "join-by-invite"],
  62: ["grp", "discussion-open"],
  63: ["grp", "archive"],
  90: ["user", "register"],
  91: ["user", "added-to"],
  92: ["user", "removed-from"],
  93: ["user", "left-group"],
  94: ["user", "set-profile"],
  95: ["user", "set-handle"],
  96: ["user", "block-user"],
  97: ["user", "unblock-user"],
  98: ["user", "end-account"],
};

interface StoredRow {
  readonly position: string;
  readonly stream: string;
  readonly seq: number;
  readonly id: string;
  readonly type: number;
  readonly actor: string | null;
  readonly at: string;
  readonly target_seq: number | null;
  readonly decided: Omit<LogRow["decided"], "targetSeq"> | null;
  readonly body: LogRow["body"] | null;
}

interface StoredMark {
  readonly user: string;
  readonly discussion: string;
  readonly epoch: number;
  readonly seq: number;
  readonly rev: string;
}

export async function readFinalLog({ databases }: Pick<Installation, "databases">): Promise<FinalLog> {
  const [first] = databases;
  if (first === undefined) throw new RangeError("no databases");
  const incarnation = await first.administer(async (sql) => {
    const [life] = await sql<{ incarnation: string }[]>`SELECT incarnation FROM gatz.installation`;
    return life!.incarnation;
  });
  const shards = await Promise.all(databases.map(readShards));
  return new FinalLog(incarnation, shards.flat().sort((a, b) => a.shard - b.shard));
}

async function readShards(database: Database): Promise<ShardRows[]> {
  return await database.administer(async (sql) => {
    const schemas = await sql<{ name: string }[]>`
      SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^gatz_s[0-9]{4}$' ORDER BY 1`;
    const shards: ShardRows[] = [];
    for (const { name } of schemas) {
      const [fence] = await sql<{ position: string }[]>`SELECT position FROM ${sql(name)}.fence`;
      const [outbox] = await sql<{ waiting: string }[]>`
        SELECT count(*) AS waiting FROM ${sql(name)}.outbox WHERE code IS NULL`;
      const rows: LogRow[] = [];
      const cursor = sql<StoredRow[]>`
        SELECT position, stream, seq, id, type, actor, at, target_seq, decided, body
        FROM ${sql(name)}.events ORDER BY position`.cursor(5_000);
      for await (const part of cursor) rows.push(...part.map(toRow));
      const marks = await sql<StoredMark[]>`SELECT "user", discussion, epoch, seq, rev FROM ${sql(name)}.reads`;
      shards.push({
        shard: Number(name.slice(-4)),
        head: Number(fence!.position),
        undelivered: Number(outbox!.waiting),
        rows,
        marks: marks.map(({ user, discussion, epoch, seq, rev }) => ({
          user: typeId("user", user),
          mark: [typeId("disc", discussion), epoch, seq, Number(rev)],
        })),
      });
    }
    return shards;
  });
}

function toRow(row: StoredRow): LogRow {
  const [kind, type] = TYPES[row.type] ?? ["user", `unknown type ${row.type}`];
  const body = row.body ?? {};
  return {
    position: Number(row.position),
    stream: typeId(kind, row.stream),
    seq: Number(row.seq),
    id: typeId(type === "new-message" ? "msg" : "evt", row.id),
    type,
    actor: row.actor === null ? "system" : typeId("user", row.actor),
    at: Number(row.at),
    digest: digestOf(body),
    body,
    decided: { ...row.decided, ...(row.target_seq !== null && { targetSeq: row.target_seq }) },
  };
}
