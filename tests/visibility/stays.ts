/** Who may see which seqs of a stream, from its rows and the plainest reading of VIS1. @module */
import type { Row } from "./log_rows.ts";

interface Stay {
  readonly from: number;
  readonly historyFrom: number;
  left?: number;
}

export class Stays {
  readonly #of = new Map<string, Stay[]>();
  readonly #moderated = new Set<string>();
  readonly head: number;

  constructor(rows: readonly Row[]) {
    this.head = rows.length;
    const owners = new Set<string>();
    for (const row of rows) this.#take(row, { owners, joining: rows[0]?.body.join?.historyFrom });
  }

  /** All who ever were members. */
  get people(): readonly string[] {
    return [...this.#of.keys()];
  }

  isMemberAt(user: string, seq: number): boolean {
    return (this.#of.get(user) ?? []).some(({ from, left = Infinity }) => from <= seq && seq < left);
  }

  sees(user: string, seq: number): boolean {
    return (this.#of.get(user) ?? []).some(({ historyFrom, left = this.head }) => historyFrom <= seq && seq <= left);
  }

  seesRow(user: string, { seq, target }: Row): boolean {
    return this.sees(user, seq) && (target === null || this.sees(user, target));
  }

  /** The last seq that a user may see, or 0. */
  headOf(user: string): number {
    return Math.max(0, ...(this.#of.get(user) ?? []).map(({ left = this.head }) => left));
  }

  /** Whether a user may ever have been owner or moderator: with who might have succeeded an owner, that is rather too many. */
  mayHaveModerated(user: string): boolean {
    return this.#moderated.has(user);
  }

  #take(row: Row, { owners, joining }: { owners: Set<string>; joining: string | undefined }): void {
    const { seq, type, actor, body, skipped } = row;
    const added = (users: readonly string[]) => users.filter((user) => !skipped.includes(user));
    switch (type) {
      case "create":
        for (const user of new Set([actor!, ...added(body.members)])) this.#begin(user, { from: seq, historyFrom: 1 });
        owners.add(actor!);
        this.#moderated.add(actor!);
        return;
      case "add-members": {
        const historyFrom = body.historyFrom === "all" ? 1 : body.historyFrom === "now" ? seq : body.historyFrom;
        for (const user of added(body.users)) this.#begin(user, { from: seq, historyFrom });
        return;
      }
      case "join":
        return this.#begin(actor!, { from: seq, historyFrom: joining === "all" ? 1 : seq });
      case "join-by-invite":
        return this.#begin(actor!, { from: seq, historyFrom: seq });
      case "remove-member":
      case "ban-member":
        return this.#end(body.user, seq, owners);
      case "leave":
        return this.#end(actor!, seq, owners);
      case "set-role":
        if (body.role !== "member") this.#moderated.add(body.user);
        if (body.role === "owner") owners.add(body.user);
        return;
      case "transfer-ownership":
        this.#moderated.add(body.to);
        owners.add(body.to);
    }
  }

  #begin(user: string, stay: Stay): void {
    const stays = this.#of.get(user) ?? [];
    if (stays.length > 0 && stays.at(-1)!.left === undefined) return;
    this.#of.set(user, [...stays, { ...stay }]);
  }

  #end(user: string, left: number, owners: Set<string>): void {
    const last = this.#of.get(user)?.at(-1);
    if (last === undefined || last.left !== undefined) return;
    last.left = left;
    if (!owners.delete(user)) return;
    // Somebody who is left is the owner now.
    for (const other of this.people) {
      if (!this.isMemberAt(other, left)) continue;
      this.#moderated.add(other);
      owners.add(other);
    }
  }
}
