/** A list's rows and totals, by the rows of the log and by the marks that were acked (VIS4, READ1–2, USR3). @module */
import { messageProblem, newestSeen, type Shown } from "./shown_messages.ts";
import type { Oracle } from "./oracle.ts";

interface Count {
  readonly count: number;
}

export interface ListRow {
  readonly kind: string;
  readonly id: string;
  readonly memberCount: number;
  readonly head: number;
  readonly mark: Mark | null;
  readonly unread: Count | null;
  readonly mentions: Count | null;
  readonly preview: Shown | null;
}

export interface Mark {
  readonly epoch: number;
  readonly seq: number;
}

/** The greatest marks that somebody was told they have made. */
export type Marks = ReadonlyMap<string, Mark>;

export function greater(a: Mark, b: Mark): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq);
}

const NOTHING: Mark = { epoch: 0, seq: 0 };

/** Counts of a list's row are of what the viewer sees, and of nothing else. */
export function rowProblems(
  oracle: Oracle,
  { viewer, marks, row }: { readonly viewer: string; readonly marks: Marks; readonly row: ListRow },
): string[] {
  if (row.kind !== "discussion") return [];
  const { id, preview } = row;
  const stays = oracle.staysIn(id)!; // it is in the log
  const head = stays.headOf(viewer);
  const mark = marks.get(`${viewer} ${id}`) ?? NOTHING;
  const newest = newestSeen(oracle, { viewer, discussion: id });
  const left = newest.filter(({ text, author, seq }) =>
    text !== null && author !== viewer && !oracle.blocks(viewer, author) && seq > mark.seq
  );
  const mentioning = left.filter(({ mentions, author }) => mentions.includes(viewer) && !oracle.blocks(author, viewer));
  const should = {
    ...{ members: stays.people.filter((user) => stays.isMemberAt(user, head)).length, head },
    ...{ epoch: mark.epoch, seq: mark.seq, unread: left.length, mentions: mentioning.length },
  };
  const is = {
    ...{ members: row.memberCount, head: row.head, epoch: row.mark?.epoch, seq: row.mark?.seq },
    ...{ unread: row.unread?.count, mentions: row.mentions?.count },
  };
  const counts = JSON.stringify(is) === JSON.stringify(should)
    ? []
    : [`${JSON.stringify(is)} instead of ${JSON.stringify(should)} in ${id}`];
  if (preview === null) return newest.length === 0 ? counts : [...counts, `no preview in ${id}`];
  const wrong = messageProblem(oracle, {
    ...{ viewer, discussion: id, message: preview, wanted: newest[0], withQuote: false },
  });
  return wrong === null ? counts : [...counts, `preview ${wrong}`];
}

/** Of a first page that holds the whole list. */
export function totalsProblems(
  oracle: Oracle,
  { viewer, rows, totals }: {
    readonly viewer: string;
    readonly rows: readonly ListRow[];
    readonly totals: { readonly discussions: Count; readonly unread: Count; readonly mentions: Count };
  },
): string[] {
  const isIn = ({ id }: ListRow) => oracle.staysIn(id)!.isMemberAt(viewer, oracle.rowsOf(id).length); // as above
  const sum = (of: (row: ListRow) => number) => rows.reduce((all, row) => all + of(row), 0);
  const should = [
    rows.filter(isIn).length,
    sum(({ unread }) => Math.min(1, unread!.count)),
    sum((row) => row.mentions!.count),
  ];
  const is = [totals.discussions.count, totals.unread.count, totals.mentions.count];
  return is.join() === should.join() ? [] : [`totals ${is.join()} instead of ${should.join()}`];
}
