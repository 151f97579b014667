/** Reads the table. @module */
import { strict as assert } from "node:assert";
import { ANSWERS, type Column, COLUMNS, TABLE } from "./table.ts";

export interface Row {
  /** As in the table: `messages.edit (another's)`, `log.offer group/leave`. */
  readonly name: string;
  readonly procedure: string;
  /** Of a row about `log.offer`: `group/leave`. */
  readonly draft: string | undefined;
  /** The route file that it stands under. */
  readonly file: string;
  /** What each column is answered; without an entry there is no such case. */
  readonly cells: ReadonlyMap<Column, string>;
}

/** The rows of a table, in its order. */
function parseTable(text: string): Row[] {
  const columns = Object.keys(COLUMNS) as Column[];
  const [heading, ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  assert.deepEqual(heading?.trim().split(/ +/), columns, "the heading names the columns in their order");
  const rows: Row[] = [];
  let file: string | undefined;
  for (const line of lines) {
    if (!line.startsWith(" ")) file = line.trim();
    else rows.push(parseRow(line, { columns, file }));
  }
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length, "each row stands once");
  return rows;
}

function parseRow(line: string, { columns, file }: { columns: readonly Column[]; file: string | undefined }): Row {
  assert.ok(file, `under no file: ${line}`);
  const words = line.trim().split(/ +/);
  const [name, cells] = [words.slice(0, -columns.length).join(" "), words.slice(-columns.length)];
  assert.ok(name !== "", `too few cells: ${line}`);
  const [procedure, ...rest] = name.split(" ");
  const said = columns.flatMap((column, i): [Column, string][] => {
    const cell = cells[i]!; // as many as columns
    if (cell === "-") return [];
    assert.ok(Object.hasOwn(ANSWERS, cell), `${name}: what does ${cell} mean?`);
    return [[column, cell]];
  });
  const draft = procedure === "log.offer" ? rest[0] : undefined;
  return { name, procedure: procedure!, draft, file, cells: new Map(said) };
}

export const ROWS: readonly Row[] = parseTable(TABLE);
