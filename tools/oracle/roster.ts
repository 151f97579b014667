/** Who is in a group or a discussion, and as what (DISC4, FACT2). @module */
import { added, ended, type PlainEvent, type Role } from "./event.ts";

interface Place {
  role: Role;
  /** The seq that the stay began with. */
  readonly since: number;
}

export class Roster {
  readonly #places = new Map<string, Place>();
  readonly everMembers = new Set<string>();
  /** Nobody is left in it, and it can't come to life any more. */
  isDeserted = false;

  get members(): readonly string[] {
    return [...this.#places.keys()].sort();
  }

  get owner(): string | null {
    for (const [user, { role }] of this.#places) if (role === "owner") return user;
    return null;
  }

  has(user: string): boolean {
    return this.#places.has(user);
  }

  roleOf(user: string): Role | null {
    return this.#places.get(user)?.role ?? null;
  }

  /** The owner and the moderators. */
  moderates(user: string): boolean {
    const role = this.roleOf(user);
    return role === "owner" || role === "moderator";
  }

  apply(event: PlainEvent): void {
    const { type, actor, seq, body } = event;
    for (const user of added(event)) {
      if (!this.has(user)) this.#places.set(user, { role: "member", since: seq });
      this.everMembers.add(user);
    }
    if (type === "create") this.#rank(actor, "owner");
    if (type === "set-role" && body.role === "owner") this.#handOver(body.user ?? "");
    else if (type === "set-role") this.#rank(body.user ?? "", body.role ?? "member");
    if (type === "transfer-ownership") this.#handOver(body.to ?? "");
    const gone = ended(event);
    if (gone !== null) this.#end(gone);
  }

  #rank(user: string, role: Role): void {
    const place = this.#places.get(user);
    if (place !== undefined) place.role = role;
  }

  #handOver(to: string): void {
    const { owner } = this;
    if (owner !== null) this.#rank(owner, "moderator");
    this.#rank(to, "owner");
  }

  /** When the owner goes, the eldest moderator follows, else the eldest member. */
  #end(user: string): void {
    const wasOwner = this.roleOf(user) === "owner";
    this.#places.delete(user);
    if (!wasOwner) return;
    const heir = this.#eldest("moderator") ?? this.#eldest("member");
    if (heir === null) this.isDeserted = true;
    else this.#rank(heir, "owner");
  }

  #eldest(role: Role): string | null {
    const some = [...this.#places].filter(([, place]) => place.role === role);
    some.sort(([one, a], [other, b]) => a.since - b.since || (one < other ? -1 : 1));
    return some[0]?.[0] ?? null;
  }
}
