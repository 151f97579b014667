/** Who may see what of a stream, worked out from its events alone (VIS1). @module */
import { added, ended, type PlainEvent } from "./event.ts";

export interface Stay {
  /** The seq that began it. */
  readonly from: number;
  /** The first that it lets see. */
  readonly first: number;
  /** The last that it lets see: the one that ended it. Infinity while it lasts. */
  readonly to: number;
}

/** The stays of all who ever were in one stream. */
export class Stays {
  readonly #stays = new Map<string, readonly Stay[]>();
  /** What those see who join by themselves. */
  #joinersSee: "all" | "now" = "now";

  /** @param events all of the stream's, or its first so many */
  constructor(stream: string, events: readonly PlainEvent[]) {
    if (isOwn(stream)) this.#stays.set(stream, [{ from: 1, first: 1, to: Infinity }]);
    else for (const event of events) this.#take(event);
  }

  /** Oldest first. */
  of(user: string): readonly Stay[] {
    return this.#stays.get(user) ?? [];
  }

  /** Who ever was in it. */
  get users(): Iterable<string> {
    return this.#stays.keys();
  }

  /** Whether a user sees a seq, of what there was up to `asOf`. */
  seesSeq(user: string, seq: number, asOf = Infinity): boolean {
    return seq <= asOf && this.of(user).some(({ from, first, to }) => from <= asOf && first <= seq && seq <= to);
  }

  /** Whether a user sees an event: it, and what it is about. */
  sees(user: string, { seq, decided }: PlainEvent, asOf = Infinity): boolean {
    return this.seesSeq(user, seq, asOf) && this.seesSeq(user, decided.targetSeq ?? seq, asOf);
  }

  /** Whether a user had ever come in, of what there was up to `asOf`. */
  isIn(user: string, asOf: number): boolean {
    return this.of(user).some(({ from }) => from <= asOf);
  }

  /** Whether a user's last stay lasts. */
  isOpen(user: string): boolean {
    return this.of(user).at(-1)?.to === Infinity;
  }

  /** The newest seq that a user may see; 0: none. */
  headFor(user: string, head: number): number {
    const last = this.of(user).at(-1);
    return last === undefined ? 0 : Math.min(last.to, head);
  }

  /** The first seq that a stay begun by an event lets see (VIS1). */
  #firstSeen({ type, seq, body }: PlainEvent): number {
    if (type === "create") return 1;
    const from = type === "join" ? this.#joinersSee : body.historyFrom;
    if (from === "all") return 1;
    return typeof from === "number" ? from : seq;
  }

  #take(event: PlainEvent): void {
    if (event.type === "create") this.#joinersSee = event.body.join?.historyFrom ?? "now";
    for (const user of added(event)) {
      if (this.isOpen(user)) continue;
      const stay = { from: event.seq, first: this.#firstSeen(event), to: Infinity };
      this.#stays.set(user, [...this.of(user), stay]);
    }
    const gone = ended(event);
    if (gone === null || !this.isOpen(gone)) return;
    const stays = this.of(gone);
    this.#stays.set(gone, [...stays.slice(0, -1), { ...stays.at(-1)!, to: event.seq }]); // one is open
  }
}

function isOwn(stream: string): boolean {
  return stream.startsWith("user_");
}
