/** How `evolve` changes the member lists of groups and discussions. */
import { assert } from "./asserts.ts";
import type { Actor, Decided, HistoryFrom } from "./events.ts";
import type { UserId } from "./ids.ts";
import { openInterval } from "./membership.ts";
import type { Seq } from "./scalars.ts";
import { firstVisible } from "./state.ts";
import type { Interval, Memberships, Role } from "./state.ts";

/** Whom an event that names people really added: each once, without those whom the decision left out. */
export function addedUsers(named: readonly UserId[], decided: Decided): readonly UserId[] {
  const skipped = new Set(decided.skipped?.map((skip) => skip.user));
  return [...new Set(named)].filter((user) => !skipped.has(user));
}

/** The members of a stream that has just begun: its creator as owner, and those named. */
export function firstMembers(creator: UserId, named: readonly UserId[], decided: Decided): Memberships {
  const first = 1 as Seq; // the seq of every `create`
  const stay = (role: Role): Interval[] => [{ from: first, historyFrom: first, role }];
  const members: Record<UserId, readonly Interval[]> = {};
  for (const user of addedUsers(named, decided)) members[user] = stay("member");
  members[creator] = stay("owner");
  return members;
}

/** Begins a stay for each user who is not a member. */
export function withAdded(
  members: Memberships,
  users: readonly UserId[],
  add: { seq: Seq; historyFrom: HistoryFrom },
): Memberships {
  const next: Record<UserId, readonly Interval[]> = { ...members };
  const stay: Interval = { from: add.seq, historyFrom: firstVisible(add.historyFrom, add.seq), role: "member" };
  for (const user of users) {
    if (openInterval(members, user) === undefined) next[user] = [...(members[user] ?? []), stay];
  }
  return next;
}

/** Ends a user's present stay; without one, the same list. */
export function withEnded(members: Memberships, user: UserId, at: Seq): Memberships {
  const open = openInterval(members, user);
  if (open === undefined) return members;
  return { ...members, [user]: [...members[user]!.slice(0, -1), { ...open, left: at }] };
}

/** Who takes over from an owner who is gone: the eldest moderator, else the eldest member, else nobody (FACT2). */
export function heir(members: Memberships): UserId | null {
  let best: { user: UserId; stay: Interval } | undefined;
  for (const user of Object.keys(members) as UserId[]) { // the keys of Memberships are user ids
    const stay = openInterval(members, user);
    if (stay !== undefined && (best === undefined || isElder({ user, stay }, best))) best = { user, stay };
  }
  return best?.user ?? null;
}

type Candidate = { user: UserId; stay: Interval };

function isElder(a: Candidate, b: Candidate): boolean {
  const rank = Number(b.stay.role === "moderator") - Number(a.stay.role === "moderator");
  const order = rank || a.stay.from - b.stay.from;
  return order === 0 ? a.user < b.user : order < 0;
}

/** Gives the present stay of a user another role. */
export function withRole(members: Memberships, user: UserId, role: Role): Memberships {
  const open = openInterval(members, user);
  if (open === undefined) return members;
  return { ...members, [user]: [...members[user]!.slice(0, -1), { ...open, role }] };
}

/** The user behind an actor that decide lets only a person be. */
export function person(actor: Actor): UserId {
  assert(actor !== "system", "this event is by a person");
  return actor;
}

/** Another owner; who had it becomes a moderator (GRP2, DISC4). */
export function handedOver(members: Memberships, { from, to }: { from: UserId | null; to: UserId }): Memberships {
  const handed = from === null ? members : withRole(members, from, "moderator");
  return withRole(handed, to, "owner");
}
