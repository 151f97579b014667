/** The rows of a list in order: latest activity first, of the same moment the greater id first; what does not answer last, by id. @module */

export type Ordered =
  | { readonly kind: "discussion" | "group"; readonly id: string; readonly lastAt: number }
  | { readonly kind: "unavailable"; readonly id: string };

/** What changes is put in its place; every other row is the same object as before. */
export class OrderedRows<R extends Ordered> {
  readonly #shown = new Map<R["id"], R>();
  readonly #changed = new Set<R["id"]>();
  #rows: readonly R[] = [];

  /** It is looked at when the rows are next asked for. */
  changed(id: R["id"]): void {
    this.#changed.add(id);
  }

  /** The same array as long as no row is another; `rowOf` says what one that has changed is now. */
  rows(rowOf: (id: R["id"]) => R | undefined): readonly R[] {
    if (this.#changed.size === 0) return this.#rows;
    const gone: R[] = [];
    const come: R[] = [];
    for (const id of this.#changed) {
      const [before, after] = [this.#shown.get(id), rowOf(id)];
      if (before === after) continue;
      if (before !== undefined) gone.push(before);
      if (after === undefined) this.#shown.delete(id);
      else {
        this.#shown.set(id, after);
        come.push(after);
      }
    }
    this.#changed.clear();
    return this.#rows = replaced(this.#rows, { gone, come });
  }
}

export function latestFirst(a: Ordered, b: Ordered): number {
  if (a.kind === "unavailable") return b.kind === "unavailable" ? compareIds(a, b) : 1;
  if (b.kind === "unavailable") return -1;
  return b.lastAt - a.lastAt || compareIds(b, a);
}

/** Above so many changes at once all are sorted anew. */
const FEW = 32;

/** Rows that are in order, without some and with others. */
function replaced<R extends Ordered>(
  rows: readonly R[],
  { gone, come }: { readonly gone: readonly R[]; readonly come: readonly R[] },
): readonly R[] {
  if (gone.length + come.length === 0) return rows;
  if (gone.length + come.length > FEW) {
    const without = new Set(gone);
    return [...rows.filter((row) => !without.has(row)), ...come].sort(latestFirst);
  }
  const next = [...rows];
  for (const row of gone) next.splice(placeOf(next, row), 1);
  for (const row of come) next.splice(placeOf(next, row), 0, row);
  return next;
}

/** The index of a row, or where it belongs. */
function placeOf(rows: readonly Ordered[], row: Ordered): number {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (latestFirst(rows[middle]!, row) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

function compareIds(a: Ordered, b: Ordered): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
