/** Puts the events of a backup back into a shard's log. @module */
import type { AdminSql } from "./admin.ts";
import { BackupError } from "./admin.ts";
import type { Block, EventsHead } from "./format.ts";
import { dropIndexes } from "./event_indexes.ts";
import { insertRows, type TextRow } from "./insert.ts";
import { Names, type ReadEvent, readLine } from "./lines.ts";
import type { SchemaName } from "../schema/names.ts";

export interface ShardTarget {
  readonly sql: AdminSql;
  readonly schema: SchemaName;
}

/** How far a shard's log has come. */
export async function readPosition({ sql, schema }: ShardTarget): Promise<number> {
  const [fence] = await sql<{ position: number }[]>`select position from ${sql(schema)}.fence`;
  if (fence === undefined) throw new Error(`${schema} has no fence`);
  return fence.position;
}

/**
 * Appends what of a block the log does not have yet, and moves the fence with it: a restore that was ended in the middle goes on here.
 * @returns the log's position afterwards
 */
export async function loadEvents(
  target: ShardTarget,
  { head, lines }: Block<EventsHead>,
  position: number,
): Promise<number> {
  const names = new Names();
  // Rows at once: of a page's parsed events none outlives its line, and little is left to be collected.
  const rows = lines.map((line) => eventRow(readLine(line, names))).filter((row) => row.position > position);
  rows.forEach((row, i) => {
    if (row.position !== position + i + 1) {
      throw new BackupError(`Shard ${head.shard} lacks the event after position ${position + i}.`);
    }
  });
  const last = rows.at(-1);
  if (last === undefined) return position;
  await target.sql.begin(async (sql) => {
    const q = { sql, schema: target.schema };
    // The shard's fold waits for the disk, and with it all that came before.
    await sql`set local synchronous_commit to off`;
    if (position === 0) await dropIndexes(q);
    await Promise.all([
      insertRows(q, "events", rows),
      sql`update ${sql(target.schema)}.fence set position = ${last.position}`,
    ]);
  });
  return last.position;
}

export function eventRow({ position, row, digest, bodyText }: ReadEvent): TextRow<"events"> & { position: number } {
  return {
    ...row,
    position,
    digest: digest === null ? null : `\\x${digest}`,
    decided: row.decided === null ? null : JSON.stringify(row.decided),
    body: bodyText,
  };
}
