/** What somebody is answered who begins to hold a stream, by the rows of the log. @module */
import type { Oracle } from "./oracle.ts";
import type { Stays } from "./stays.ts";

export interface Opened {
  readonly asOf: number;
  readonly state: {
    readonly seq: number;
    readonly name: string;
    readonly members: Readonly<Record<string, readonly unknown[]>>;
  };
  readonly items: readonly (
    | { readonly type: "event"; readonly event: { readonly seq: number } }
    | { readonly type: "opaque"; readonly from: number; readonly to: number }
  )[];
}

export interface OpenedBy {
  readonly viewer: string;
  readonly stays: Stays;
  readonly stream: string;
  /** How many seqs were asked for. */
  readonly limit: number;
  readonly opened: Opened;
}

/** What a client begins with: the newest seqs without a gap, what of them the viewer sees, and who is there. */
export function openedProblems(
  oracle: Oracle,
  { viewer, stays, stream, limit, opened: { asOf, state, items } }: OpenedBy,
): string[] {
  const rows = oracle.rowsOf(stream);
  const head = stays.headOf(viewer);
  const ranges = items.map((item) =>
    item.type === "event" ? { from: item.event.seq, to: item.event.seq, isShown: true } : { ...item, isShown: false }
  );
  const seqs = ranges.flatMap(({ from, to, isShown }) => rows.slice(from - 1, to).map((row) => ({ row, isShown })));
  const first = Math.max(1, head - limit + 1);
  const isWhole = seqs.length === head - first + 1 && seqs.every(({ row: { seq } }, n) => seq === first + n);
  const mistaken = seqs.find(({ row, isShown }) => isShown !== stays.seesRow(viewer, row) && !isFlagging(row.type));
  const people = stays.people.filter((user) => user === viewer || stays.isMemberAt(user, head)).sort();
  const name = rows.slice(0, head).findLast(({ type }) => type === "create" || type === "rename")?.body.name;
  return [
    asOf === head && state.seq === head ? [] : [`as of ${asOf} and ${state.seq} instead of ${head}`],
    isWhole ? [] : [`seqs ${ranges.map(({ from, to }) => `${from}-${to}`).join()} instead of ${first}-${head}`],
    mistaken === undefined ? [] : [`${mistaken.row.type} ${mistaken.row.seq} is shown: ${mistaken.isShown}`],
    JSON.stringify(Object.keys(state.members).sort()) === JSON.stringify(people) ? [] : [`not ${people.join()}`],
    state.name === name ? [] : [`${state.name} instead of ${name}`],
  ].flat().map((problem) => `${problem} in ${stream}`);
}

/** Who moderates sees flags, and who does not sees their own. */
function isFlagging(type: string): boolean {
  return type === "flag-message" || type === "resolve-flag";
}
