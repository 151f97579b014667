/** How entries in IndexedDB change within a transaction. @module */
import { unreachable } from "@gatz/domain";
import { appendedKey, type CheckedWrite, demand, type Edit, outranked } from "../checked_write.ts";
import type { Table } from "../contract.ts";
import type { ObjectStore } from "./browser.ts";
import { type Kept, result, type Stores } from "./database.ts";
import { between, place } from "./places.ts";

/**
 * The keys that were given to appends. What is there is read first, all at once; then nothing has to be waited for.
 * @throws {Overtaken}
 */
export async function edit(
  { entries, appends }: Stores,
  { edits, conditions }: Pick<CheckedWrite, "edits" | "conditions">,
): Promise<readonly string[]> {
  const puts = new Set(edits.flatMap((edit) => edit.type === "put" ? [place(edit.table, edit.key)] : []));
  const appended = new Set(edits.flatMap((edit) => edit.type === "append" ? [edit.table] : []));
  const ranks = new Map<string, number | null>();
  const counts = new Map<Table, number>();
  await Promise.all([
    ...[...puts].map(async (at) => ranks.set(at, (await result(entries.get(at)))?.rank ?? null)),
    ...[...appended].map(async (table) => counts.set(table, await result(appends.get(table)) ?? 0)),
    ...conditions.map(async (condition) =>
      demand(condition, (await result(entries.get(place(condition.table, condition.key))))?.text)
    ),
  ]);
  const keys = edits.flatMap((edit) => take(edit, { entries, ranks, counts }));
  for (const [table, count] of counts) appends.put(count, table);
  return keys;
}

interface Taking {
  readonly entries: ObjectStore<Kept>;
  /** By place, of all that is put. */
  readonly ranks: Map<string, number | null>;
  readonly counts: Map<Table, number>;
}

function take(edit: Edit, { entries, ranks, counts }: Taking): readonly string[] {
  const put = (at: string, kept: Kept) => {
    entries.put(kept, at);
    ranks.set(at, kept.rank);
  };
  switch (edit.type) {
    case "put": {
      const { text, rank } = edit;
      const at = place(edit.table, edit.key);
      if (!outranked(rank, ranks.get(at))) put(at, { text, rank });
      return [];
    }
    case "append": {
      const count = (counts.get(edit.table) ?? 0) + 1;
      counts.set(edit.table, count);
      put(place(edit.table, appendedKey(count)), { text: edit.text, rank: null });
      return [appendedKey(count)];
    }
    case "delete": {
      const at = place(edit.table, edit.key);
      entries.delete(at);
      ranks.delete(at);
      return [];
    }
    case "delete-range": {
      const [from, to] = [place(edit.table, edit.from), place(edit.table, edit.to)];
      const within = between(from, to);
      if (within !== undefined) entries.delete(within);
      for (const at of ranks.keys()) if (at >= from && at < to) ranks.delete(at);
      return [];
    }
    default:
      return unreachable(edit);
  }
}
