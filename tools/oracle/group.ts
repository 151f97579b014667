/** What a group is after some of its events (GRP1–3). @module */
import type { PlainEvent } from "./event.ts";
import { Roster } from "./roster.ts";

interface Invite {
  readonly by: string;
  readonly maxUses: number;
  readonly expiresAt: number;
  uses: number;
}

export class PlainGroup {
  readonly roster = new Roster();
  /** Those that were not revoked, by id. */
  readonly invites = new Map<string, Invite>();
  name = "";
  isDirect = false;
  isArchived = false;

  /** @returns itself */
  apply(event: PlainEvent): this {
    const { type, id, actor, body } = event;
    this.roster.apply(event);
    if (type === "create") this.isDirect = body.direct === true;
    if (type === "create" || type === "rename") this.name = body.name ?? "";
    if (type === "archive" || this.roster.isDeserted) this.isArchived = true;
    const invite = this.invites.get(body.invite ?? "");
    if (type === "create-invite") {
      const { maxUses = Infinity, expiresAt = Infinity } = body;
      this.invites.set(id, { by: actor, maxUses, expiresAt, uses: 0 });
    }
    if (type === "revoke-invite") this.invites.delete(body.invite ?? "");
    if (type === "join-by-invite" && invite !== undefined) invite.uses++;
    return this;
  }

  isGood(invite: string, at: number): boolean {
    const found = this.invites.get(invite);
    return found !== undefined && found.uses < found.maxUses && at < found.expiresAt && this.roster.has(found.by);
  }
}

/** A group as it was at each of its seqs. */
export class GroupHistory {
  readonly #at = new Map<number, PlainGroup>();

  constructor(private readonly events: readonly PlainEvent[]) {}

  at(seq: number): PlainGroup {
    const group = this.#at.get(seq) ?? this.#folded(seq);
    this.#at.set(seq, group);
    return group;
  }

  #folded(seq: number): PlainGroup {
    const group = new PlainGroup();
    for (const event of this.events) if (event.seq <= seq) group.apply(event);
    return group;
  }
}
