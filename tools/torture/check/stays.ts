/** Who may see what of a stream, worked out from its rows alone (VIS1). @module */
import type { FinalLog, LogRow } from "./final_log.ts";

interface Stay {
  /** The seq that began it. */
  readonly begun: number;
  /** The first that it lets see. */
  readonly from: number;
  /** The last that it lets see: the one that ended it. */
  to: number;
}

/** The stays of all who ever were in one stream. */
export class Stays {
  readonly #stays = new Map<string, Stay[]>();

  constructor(private readonly stream: string, rows: readonly LogRow[]) {
    for (const row of rows) this.#take(row);
  }

  /** Whether a user sees a seq, of what there was up to `asOf`. */
  sees(user: string, seq: number, asOf = Infinity): boolean {
    if (this.stream.startsWith("user_")) return this.stream === user && seq <= asOf;
    return seq <= asOf && this.#of(user).some(({ begun, from, to }) => begun <= asOf && from <= seq && seq <= to);
  }

  /** Whether a user had ever come in, of what there was up to `asOf`. */
  isIn(user: string, asOf: number): boolean {
    return this.stream === user || this.#of(user).some(({ begun }) => begun <= asOf);
  }

  /** The newest seq that a user may see; 0 for nobody. */
  headFor(user: string, head: number): number {
    if (this.stream.startsWith("user_")) return this.stream === user ? head : 0;
    return Math.max(0, ...this.#of(user).map(({ to }) => Math.min(to, head)));
  }

  /** Who ever was in it. */
  get users(): Iterable<string> {
    return this.stream.startsWith("user_") ? [this.stream] : this.#stays.keys();
  }

  #of(user: string): readonly Stay[] {
    return this.#stays.get(user) ?? [];
  }

  #take({ type, seq, actor, body, skipped }: LogRow): void {
    const begin = (users: readonly string[], from: number) => {
      for (const user of users) if (!skipped.includes(user)) this.#begin(user, { begun: seq, from, to: Infinity });
    };
    if (type === "create") begin([actor, ...body.members ?? []], 1);
    else if (type === "add-members") begin(body.users ?? [], firstSeen(body.historyFrom, seq));
    else if (type === "remove-member") this.#end(body.user ?? "", seq);
    else if (type === "leave") this.#end(actor, seq);
  }

  #begin(user: string, stay: Stay): void {
    const stays = this.#stays.get(user) ?? [];
    this.#stays.set(user, stays);
    if (stays.at(-1)?.to !== Infinity) stays.push(stay);
  }

  #end(user: string, seq: number): void {
    const last = this.#stays.get(user)?.at(-1);
    if (last?.to === Infinity) last.to = seq;
  }
}

function firstSeen(historyFrom: LogRow["body"]["historyFrom"], seq: number): number {
  if (historyFrom === "all") return 1;
  return typeof historyFrom === "number" ? historyFrom : seq;
}

/** The stays of every stream, worked out when first asked for. */
export class AllStays {
  readonly #known = new Map<string, Stays>();

  constructor(private readonly log: FinalLog) {}

  of(stream: string): Stays {
    const known = this.#known.get(stream) ?? new Stays(stream, this.log.of(stream));
    this.#known.set(stream, known);
    return known;
  }

  /** Whether a user sees an event: it, and what it is about (VIS1). */
  sees(user: string, row: LogRow, asOf = Infinity): boolean {
    const stays = this.of(row.stream);
    return stays.sees(user, row.seq, asOf) && (row.targetSeq === null || stays.sees(user, row.targetSeq, asOf));
  }
}
