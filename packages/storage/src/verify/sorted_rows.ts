import type { Queryable } from "../postgres/queryable.ts";

/** Rows of a page that is fetched at once. */
const PAGE = 2_000;

/** A query written with a lane's `sql`, not sent by itself. */
export type Query = ReturnType<Queryable["sql"]["unsafe"]>;

/** Which stream a row belongs to; rows come in this order. */
export interface Keyed {
  stream: string;
}

/** The rows of one query, in the order of their streams, read in pages within the transaction's snapshot. */
export class SortedRows<Row extends Keyed> {
  readonly #fetch: () => Promise<Row[]>;
  #page: Row[] = [];
  #next: Promise<Row[]> | undefined;
  #at = 0;
  #ended = false;

  private constructor(fetch: () => Promise<Row[]>) {
    this.#fetch = fetch;
  }

  /** @param query orders by `stream` first; `sql` of `q` is a transaction's */
  static async open<Row extends Keyed>(
    q: Queryable,
    { name, query }: { name: string; query: Query },
  ): Promise<SortedRows<Row>> {
    const { sql } = q;
    await sql`declare ${sql(name)} no scroll cursor for ${query}`;
    const rows = new SortedRows<Row>(async () => [...await sql.unsafe<Row[]>(`fetch ${PAGE} from ${name}`)]);
    await rows.#fill();
    return rows;
  }

  /** The stream of the next row; undefined at the end. */
  get stream(): string | undefined {
    return this.#page[this.#at]?.stream;
  }

  /** The next rows of one stream, at most a page; empty when there are no more of it. */
  async some(stream: string): Promise<Row[]> {
    const from = this.#at;
    while (this.#at < this.#page.length && this.#page[this.#at]!.stream === stream) this.#at++;
    const rows = this.#page.slice(from, this.#at);
    await this.#fill();
    return rows;
  }

  /** All the next rows of one stream. */
  async all(stream: string): Promise<Row[]> {
    const rows: Row[] = [];
    while (this.stream === stream) rows.push(...await this.some(stream));
    return rows;
  }

  async #fill(): Promise<void> {
    if (this.#ended || this.#at < this.#page.length) return;
    this.#page = await (this.#next ?? this.#fetch());
    this.#at = 0;
    this.#ended = this.#page.length === 0;
    if (this.#ended) return;
    // The server reads the next page while this one is worked on.
    this.#next = this.#fetch();
    // Whoever reads on meets what is wrong with it.
    this.#next.catch(() => {});
  }
}
