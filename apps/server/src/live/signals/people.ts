/** Who is known to be there, on whichever node, and who shares a group with whom. Plain bookkeeping: no I/O and no clock. @module */
import type { GroupId, PresenceStatus, UserId } from "@gatz/domain";
import type { NodeId } from "@gatz/storage/contract";
import type { Circle } from "./circle.ts";
import type { PresenceMessage } from "./message.ts";

/** What one node last said of a user's feeds there. */
interface Claim {
  readonly status: PresenceStatus;
  /** In milliseconds, from any beginning. */
  readonly until: number;
}

interface Person {
  groups: readonly GroupId[];
  blocks: ReadonlySet<UserId>;
  /** The newest last. */
  readonly claims: Map<NodeId, Claim>;
}

const NOBODY: ReadonlySet<UserId> = new Set();

export class People {
  readonly #people = new Map<UserId, Person>();
  readonly #ofGroup = new Map<GroupId, Set<UserId>>();

  get size(): number {
    return this.#people.size;
  }

  /** Takes over what a node says, to be believed until then. */
  note({ user, node, status, groups, blocks }: PresenceMessage, until: number): void {
    const person = this.#people.get(user) ?? { groups: [], blocks: NOBODY, claims: new Map() };
    person.blocks = blocks.length === 0 ? NOBODY : new Set(blocks);
    person.claims.delete(node);
    if (status !== "offline") person.claims.set(node, { status, until });
    this.#people.set(user, person);
    this.#regroup(user, person, groups);
  }

  /** What was said last by a node that still believes them there. */
  statusOf(user: UserId): PresenceStatus | "offline" {
    return [...this.#people.get(user)?.claims.values() ?? []].at(-1)?.status ?? "offline";
  }

  blocks(user: UserId, other: UserId): boolean {
    return this.#people.get(user)?.blocks.has(other) ?? false;
  }

  /** Whoever is there, in one of the user's groups, and not blocked by them or blocking them; the user too. */
  companionsOf(user: UserId): UserId[] {
    const companions = new Set<UserId>();
    for (const group of this.#people.get(user)?.groups ?? []) {
      for (const one of this.#ofGroup.get(group) ?? []) {
        if (!this.blocks(user, one) && !this.blocks(one, user)) companions.add(one);
      }
    }
    return [...companions];
  }

  /** Of whom a node has said nothing for too long; their claims are gone. */
  expired(now: number): UserId[] {
    const users: UserId[] = [];
    for (const [user, { claims }] of this.#people) {
      for (const [node, { until }] of claims) if (until <= now) claims.delete(node);
      if (claims.size === 0) users.push(user);
    }
    return users;
  }

  /** Whom a node has said to be there. */
  claimedBy(node: NodeId): UserId[] {
    return [...this.#people].filter(([, { claims }]) => claims.has(node)).map(([user]) => user);
  }

  /** Who is to know of somebody. */
  circleOf(user: UserId): Circle {
    const { groups, blocks } = this.#people.get(user) ?? { groups: [], blocks: NOBODY };
    return { groups, blocks: [...blocks] };
  }

  forget(user: UserId): void {
    const person = this.#people.get(user);
    if (person === undefined) return;
    this.#regroup(user, person, []);
    this.#people.delete(user);
  }

  /** All that is known, as messages to a node that knows nothing yet. */
  *claims(): Generator<PresenceMessage, void, void> {
    for (const [user, { groups, blocks, claims }] of this.#people) {
      for (const [node, { status }] of claims) {
        yield { kind: "presence", user, node, status, groups, blocks: [...blocks] };
      }
    }
  }

  #regroup(user: UserId, person: Person, groups: readonly GroupId[]): void {
    for (const group of person.groups) {
      const users = this.#ofGroup.get(group);
      users?.delete(user);
      if (users?.size === 0) this.#ofGroup.delete(group);
    }
    for (const group of groups) {
      const users = this.#ofGroup.get(group) ?? new Set();
      this.#ofGroup.set(group, users.add(user));
    }
    person.groups = groups;
  }
}
