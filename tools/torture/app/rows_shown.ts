/** The rows of a list, as they were last said. @module */
import type { ListRow } from "../../../packages/client/src/list/contract.ts";
import type { NotedRow } from "../history/record.ts";
import { shownRow } from "./shown.ts";

export type ShownRow = Pick<NotedRow, "stream" | "head" | "preview">;

export class RowsShown {
  readonly #said = new Map<string, { readonly row: ListRow; readonly text: string }>();

  /** Those that look otherwise than when they were last asked for; not what has never been answered. */
  changed(rows: readonly ListRow[]): readonly ShownRow[] {
    return rows.flatMap((row) => {
      const said = this.#said.get(row.id);
      if (row.kind !== "discussion" || said?.row === row) return [];
      const { stream, head, preview } = shownRow(row);
      const text = JSON.stringify([head, preview]);
      this.#said.set(row.id, { row, text });
      return said?.text === text ? [] : [{ stream, head, preview }];
    });
  }
}
