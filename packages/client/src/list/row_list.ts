/**
 * A list of rows that is kept current, whatever the rows are of: it is read in pages, the feed tells of what happens, and what that makes of
 * a row is asked for by id where it is not certain.
 * @module
 */
import { type FeedItem, type Seq, type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import { headsIn } from "./heads_in.ts";
import { type Answered, HeldRows, type ListKind } from "./held_rows.ts";
import { OrderedRows } from "./ordered.ts";
import { type Page, PAGE_ROWS, Pages } from "./pages.ts";
import { Questions } from "./questions.ts";

type IdOf<K extends ListKind> = K["row"]["id"];
/** Of one on a shard that has never answered the list shows that it is there. */
type Shown<K extends ListKind> = K["row"] | K["silent"];
/** What the server says of one that it is asked for by id. */
type Asked<K extends ListKind> = K["row"] | { readonly kind: "missing" | "unavailable"; readonly id: IdOf<K> };

interface PageOf<K extends ListKind> extends Page {
  readonly rows: readonly Shown<K>[];
}

/** How much of a list there is. */
interface Extent {
  readonly isWhole: boolean;
  readonly unavailable: readonly ShardNumber[];
}

interface ListOf<K extends ListKind> extends Extent {
  readonly rows: readonly Shown<K>[];
}

export interface RowListOptions<K extends ListKind, L extends ListOf<K>> {
  /** The store's, of its rows. */
  readonly table: "rows" | "groups";
  /** In the store's `meta`. */
  readonly key: "discussions" | "groups";
  readonly isListed: (stream: StreamId) => stream is IdOf<K>;
  /** The newest seq that the user sees, and the row shows. */
  readonly headOf: (row: K["row"]) => Seq;
  /** Whether a silent shard has kept the server from saying all of it. */
  readonly isPartial: (row: K["row"]) => boolean;
  /** The user's own shard, if no row is whole without it. */
  readonly own?: ShardNumber;
  /** Whether all that happens to a row comes by the feed. */
  readonly isFollowed: boolean;
  readonly askPage: (page: { readonly limit: number; readonly before?: string }) => Promise<PageOf<K> | Trouble>;
  readonly askRows: (ids: readonly IdOf<K>[]) => Promise<{ readonly rows: readonly Asked<K>[] } | Trouble>;
  /** How a row looks in the list. */
  readonly look: (row: Shown<K>) => Shown<K>;
  readonly listOf: (rows: readonly Shown<K>[], extent: Extent) => L;
  readonly store: Pick<Store, "get" | "list">;
  readonly onChange: () => void;
  readonly timing: Timing;
}

export class RowList<K extends ListKind, L extends ListOf<K>> {
  readonly rows: HeldRows<K>;
  readonly #options: RowListOptions<K, L>;
  readonly #list: Cell<L>;
  readonly #shown = new OrderedRows<Shown<K>>();
  readonly #questions: Questions<IdOf<K>>;
  readonly #pages: Pages<PageOf<K>>;
  /** Which life of the installation the answers are of: counted, as long as they go on. */
  #life = 0;

  constructor(options: RowListOptions<K, L>) {
    this.#options = options;
    const { key, isFollowed, askPage, headOf, isPartial, listOf, timing } = options;
    this.#list = new Cell(listOf([], { isWhole: false, unavailable: [] }));
    this.rows = new HeldRows<K>({
      headOf,
      isPartial,
      onChange: (id) => this.#shown.changed(id),
      onWanted: (id) => this.#questions.want(id),
    });
    this.#questions = new Questions({
      ask: (ids) => this.#ask(ids),
      isWanted: (id) => this.rows.isWanted(id),
      most: PAGE_ROWS,
      timing,
    });
    this.#pages = new Pages({ key, isFollowed, ask: askPage, asking: () => this.#answering(), timing });
  }

  get list(): Observable<L> {
    return this.#list;
  }

  /** What the store holds; it is shown once the owner says so. */
  async load(): Promise<void> {
    const { store, table } = this.#options;
    const [records] = await Promise.all([store.list(table), this.#pages.load(store)]);
    // The keys of the table are those of the rows, and so are its values.
    for (const { key, value } of records) this.rows.load(key as IdOf<K>, value as Parameters<HeldRows<K>["load"]>[1]);
  }

  /** What the store held may be older than where the feed is going to begin: another tab stored it. */
  doubt(): void {
    this.#pages.doubt();
  }

  /** The first page, for a feed that has no cursor yet. */
  begin(): Promise<PageOf<K> | Trouble> {
    return this.#pages.begin();
  }

  /** How far streams of the list have come, and which shards answer again. */
  take(item: FeedItem): void {
    const { isListed } = this.#options;
    for (const { stream, seq } of headsIn(item)) if (isListed(stream)) this.rows.reach(stream, seq);
    if (item.type === "shard" && item.status === "ok") this.#answers(item.shard);
  }

  connected(connected: boolean): void {
    this.#questions.connected(connected);
    if (connected) this.#pages.read();
    else this.#pages.stop();
  }

  drain(): readonly Change[] {
    const { table } = this.#options;
    const rows = this.rows.drain().map(({ id: key, record: value, rank }) =>
      // Table and rows are of one kind.
      (value === null ? { type: "delete", table, key } : { type: "put", table, key, value, rank }) as Change
    );
    return [...rows, ...this.#pages.drain()];
  }

  reset(): void {
    this.#life++;
    this.rows.clear();
    this.#questions.forget();
    this.#pages.forget();
  }

  close(): void {
    this.#questions.close();
    this.#pages.stop();
    this.#list.close();
  }

  /** Looks different, though the row is the same. */
  changed(id: IdOf<K>): void {
    this.#shown.changed(id);
  }

  /** Shows what has changed since it was last called. */
  show(): void {
    const { look, listOf } = this.#options;
    const rows = this.#shown.rows((id) => {
      const row = this.rows.shown(id);
      return row && look(row);
    });
    const [before, { isWhole, unavailable }] = [this.#list.snapshot(), this.#pages];
    if (before.rows === rows && before.isWhole === isWhole && before.unavailable === unavailable) return;
    this.#list.set(listOf(rows, { isWhole, unavailable }));
  }

  #answers(shard: ShardNumber): void {
    this.#pages.answers(shard);
    const { own } = this.#options;
    for (const id of this.rows.ids) {
      if ((shard === own || shard === shardOf(id)) && this.rows.isWanted(id)) this.#questions.want(id);
    }
  }

  async #ask(ids: readonly IdOf<K>[]): Promise<readonly IdOf<K>[] | Trouble> {
    const { askRows, isPartial } = this.#options;
    const take = this.#answering();
    const answer = await askRows(ids);
    if (isTrouble(answer)) return answer;
    take({ rows: answer.rows.flatMap(saidOf<K>) });
    return answer.rows.flatMap((row) =>
      row.kind === "unavailable" || (isRow<K>(row) && isPartial(row)) ? [row.id] : []
    );
  }

  /** What takes the answer to what is asked now. */
  #answering(): (answer: { readonly rows: readonly Answered<K>[] }) => void {
    const [askedAt, life] = [this.rows.moment, this.#life];
    return ({ rows }) => {
      if (life !== this.#life) return;
      this.rows.answer(rows, { askedAt });
      this.show();
      this.#options.onChange();
    };
  }
}

function isRow<K extends ListKind>(row: Asked<K>): row is K["row"] {
  return row.kind !== "missing" && row.kind !== "unavailable";
}

/** Nothing, if its shard is silent: what is held of it stays. */
function saidOf<K extends ListKind>(row: Asked<K>): Answered<K>[] {
  if (isRow<K>(row)) return [row];
  return row.kind === "missing" ? [{ kind: row.kind, id: row.id }] : [];
}
