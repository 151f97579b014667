/**
 * What is held of each row of a list. A row is what the server would say at the row's head, and nothing in between: it is replaced by what the
 * server says, or goes on where that is certain. What happened beyond that is known by its seq, or just known to have happened; such a row is
 * to be asked for, and until the answer it stays as it was.
 * @module
 */
import { type DiscussionId, type GroupId, type Role, type Seq, seq, type UnixMs } from "@gatz/domain";
import type { HeldRecord } from "../store/records.ts";

/** What the server is asked at a moment knows all that was taken before. */
export type Moment = number;

/** A row that is held, and what stands for one on a shard that has never answered. */
export interface ListKind {
  readonly row: {
    readonly kind: "discussion" | "group";
    readonly id: DiscussionId | GroupId;
    readonly role: Role | null;
    readonly lastAt: UnixMs;
  };
  readonly silent: { readonly kind: "unavailable"; readonly id: DiscussionId | GroupId };
}
type IdOf<K extends ListKind> = K["row"]["id"];
/** `missing`: there is none, or none of the user's. */
export type Answered<K extends ListKind> =
  | K["row"]
  | K["silent"]
  | { readonly kind: "missing"; readonly id: IdOf<K> };

interface Held<K extends ListKind> extends HeldRecord<K["row"]> {
  readonly silent?: K["silent"];
  /** When `known` last became what it is. */
  readonly knownAt: Moment;
  /** When something without a seq last changed what it shows, or may show. */
  readonly touchedAt: Moment;
}

const NEW = { row: null, known: seq(0), isStale: false, knownAt: 0, touchedAt: 0 } as const;

export interface HeldRowsOptions<K extends ListKind> {
  /** The newest seq that the user sees, and the row shows. */
  readonly headOf: (row: K["row"]) => Seq;
  /** Whether a silent shard has kept the server from saying all of it. */
  readonly isPartial: (row: K["row"]) => boolean;
  /** Something else is to be shown of it than before, or to be stored. */
  readonly onChange: (id: IdOf<K>) => void;
  /** It is to be asked for. */
  readonly onWanted: (id: IdOf<K>) => void;
}

/** What is to be stored of one: null if it is gone. */
export interface Unwritten<K extends ListKind> {
  readonly id: IdOf<K>;
  readonly record: HeldRecord<K["row"]> | null;
  readonly rank: number;
}

export class HeldRows<K extends ListKind> {
  readonly #options: HeldRowsOptions<K>;
  readonly #held = new Map<IdOf<K>, Held<K>>();
  readonly #unwritten = new Set<IdOf<K>>();
  #moment: Moment = 0;
  #allTouchedAt: Moment = 0;

  constructor(options: HeldRowsOptions<K>) {
    this.#options = options;
  }

  load(id: IdOf<K>, { row, known, isStale }: HeldRecord<K["row"]>): void {
    this.#held.set(id, { ...NEW, row, known, isStale });
    this.#options.onChange(id);
    if (this.isWanted(id)) this.#options.onWanted(id);
  }

  get moment(): Moment {
    return this.#moment;
  }

  get ids(): readonly IdOf<K>[] {
    return [...this.#held.keys()];
  }

  /** As the list shows it; undefined: nothing is known but that it is there. */
  shown(id: IdOf<K>): K["row"] | K["silent"] | undefined {
    const held = this.#held.get(id);
    return held?.row ?? held?.silent;
  }

  /** The newest seq that is known to be there; undefined: none is. */
  known(id: IdOf<K>): Seq | undefined {
    return this.#held.get(id)?.known || undefined;
  }

  /** Whether the server is to be asked for it. */
  isWanted(id: IdOf<K>): boolean {
    const held = this.#held.get(id);
    return held !== undefined && !this.#isCurrent(held);
  }

  /** There is something up to this seq. */
  reach(id: IdOf<K>, head: Seq): void {
    const held = this.#get(id);
    if (head > held.known) this.#happened(id, { ...held, known: head, knownAt: ++this.#moment });
  }

  /** An event, as the user is shown it; `after`: what the row is then, if that is certain. */
  take({ stream: id, seq }: { stream: IdOf<K>; seq: Seq }, after: (row: K["row"]) => K["row"] | null): void {
    const held = this.#get(id);
    if (seq <= held.known) return;
    const { row } = held;
    const follows = row !== null && row.role !== null && this.#isCurrent(held) && seq === held.known + 1;
    const next = follows ? after(row) : null;
    if (next === null) this.reach(id, seq);
    else this.#happened(id, { ...held, row: next, known: seq, knownAt: ++this.#moment });
  }

  /**
   * Something without a seq has changed what a row shows: `next` says what it is now; null: only the server can. What was asked for before
   * may not know of it.
   */
  touch(id: IdOf<K>, next: (row: K["row"]) => K["row"] | null): void {
    const held = this.#get(id);
    const row = held.row === null || held.isStale ? null : next(held.row);
    if (row !== null && row === held.row) return;
    const touchedAt = ++this.#moment;
    this.#happened(id, { ...held, touchedAt, ...(row === null ? { isStale: true } : { row }) });
  }

  /** The same to all: also what is on its way here may not know of it, whether the row that is held shows it or not. */
  touchAll(next: (row: K["row"]) => K["row"] | null): void {
    this.#allTouchedAt = ++this.#moment;
    for (const id of this.#held.keys()) this.touch(id, next);
  }

  /** What the server said to what it was asked at a moment: never back to an older head, or behind what changed meanwhile. */
  answer(rows: readonly Answered<K>[], { askedAt }: { readonly askedAt: Moment }): void {
    for (const row of rows) {
      if (row.kind === "missing") this.#missing(row.id, askedAt);
      else if (row.kind === "unavailable") this.#silent(row);
      else this.#answered(row, askedAt);
    }
  }

  /** Forgets all. */
  clear(): void {
    const gone = this.ids;
    this.#held.clear();
    this.#unwritten.clear();
    for (const id of gone) this.#options.onChange(id);
  }

  drain(): Unwritten<K>[] {
    const unwritten = [...this.#unwritten].map((id): Unwritten<K> => {
      const held = this.#held.get(id);
      if (held === undefined) return { id, record: null, rank: 0 };
      const { row, known, isStale } = held;
      return { id, record: { row, known, isStale }, rank: this.#headOf(row) };
    });
    this.#unwritten.clear();
    return unwritten;
  }

  #answered(row: K["row"], askedAt: Moment): void {
    const held = this.#get(row.id);
    const head = this.#headOf(row);
    const isPartial = this.#options.isPartial(row);
    // While the user's own shard is silent, what is held may know more.
    const isLess = isPartial && held.row !== null && this.#headOf(held.row) === head;
    if (head < this.#headOf(held.row) || isLess) return;
    if (Math.max(held.touchedAt, this.#allTouchedAt) > askedAt) {
      const ahead = { ...held, known: seq(Math.max(head, held.known)) };
      if (!this.#isCurrent(ahead)) this.#happened(row.id, ahead);
      return;
    }
    // Who asked after all that is known was told of it: there is no more that this user may see.
    const known = held.knownAt > askedAt ? seq(Math.max(head, held.known)) : head;
    const { knownAt, touchedAt } = held;
    this.#set(row.id, { row, known, isStale: isPartial, knownAt, touchedAt });
  }

  #silent(silent: K["silent"]): void {
    const held = this.#get(silent.id);
    if (held.row === null && held.silent === undefined) this.#set(silent.id, { ...held, silent, isStale: true });
  }

  #missing(id: IdOf<K>, askedAt: Moment): void {
    const held = this.#held.get(id);
    if (held === undefined || Math.max(held.knownAt, held.touchedAt) > askedAt) return;
    this.#held.delete(id);
    this.#unwritten.add(id);
    this.#options.onChange(id);
  }

  #get(id: IdOf<K>): Held<K> {
    return this.#held.get(id) ?? NEW;
  }

  #headOf(row: K["row"] | null): Seq {
    return row === null ? seq(0) : this.#options.headOf(row);
  }

  #isCurrent({ row, known, isStale }: Held<K>): boolean {
    return row !== null && this.#headOf(row) >= known && !isStale;
  }

  /** As {@link #set}, for what no answer has brought. */
  #happened(id: IdOf<K>, held: Held<K>): void {
    this.#set(id, held);
    if (!this.#isCurrent(held)) this.#options.onWanted(id);
  }

  #set(id: IdOf<K>, held: Held<K>): void {
    this.#held.set(id, held);
    this.#unwritten.add(id);
    this.#options.onChange(id);
  }
}
