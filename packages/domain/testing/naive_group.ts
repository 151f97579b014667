/**
 * What a group's log should come to, by the plainest reading of the rules: an oracle that shares nothing with `evolve`. Limits and times
 * beside those in the events are none of its business: whatever is in the log was accepted.
 */
import type { GroupEvent } from "../src/events.ts";
import type { UserId } from "../src/ids.ts";
import { isIn } from "./naive_model.ts";

type Log = readonly GroupEvent[];
type Of<T extends GroupEvent["type"]> = Extract<GroupEvent, { type: T }>;

export interface PlainGroup {
  name: string;
  description: string | undefined;
  /** Its hash. */
  avatar: string | undefined;
  direct: boolean;
  archived: boolean;
  owner: string | null;
  /** By present member. */
  roles: Record<UserId, string>;
  /** How often each that is kept was used, by id. */
  invites: Record<string, number>;
  /** Discussions that may be joined, as announced. */
  open: string[];
}

function all<T extends GroupEvent["type"]>(log: Log, ...types: T[]): Of<T>[] {
  return log.filter((event): event is Of<T> => (types as string[]).includes(event.type));
}

export function plainGroup(log: Log): PlainGroup {
  const create = all(log, "create")[0]!; // every log begins with it
  const roles = rolesOf(log);
  const owner = Object.keys(roles).find((user) => roles[user as UserId] === "owner") ?? null;
  return {
    name: [create, ...all(log, "rename")].at(-1)!.body.name,
    description: [create, ...all(log, "describe")].at(-1)!.body.description || undefined,
    avatar: all(log, "set-avatar").at(-1)?.body.avatar?.sha256,
    direct: create.body.direct ?? false,
    archived: all(log, "archive").length > 0 || owner === null,
    owner,
    roles,
    invites: invitesOf(log),
    open: openOf(log),
  };
}

/** Gone is what is revoked, used up, or had run out when the next one was made. */
function invitesOf(log: Log): Record<string, number> {
  const made = all(log, "create-invite");
  const lastMade = made.at(-1)?.at ?? 0;
  const kept = made.flatMap(({ id, at, body: { expiresAt = Infinity, maxUses = Infinity } }) => {
    const uses = all(log, "join-by-invite").filter(({ body }) => body.invite === id).length;
    const isRevoked = all(log, "revoke-invite").some(({ body }) => body.invite === id);
    const hasRunOut = at !== lastMade && expiresAt <= lastMade;
    return isRevoked || hasRunOut || uses >= maxUses ? [] : [[id, uses]];
  });
  return Object.fromEntries(kept);
}

function openOf(log: Log): string[] {
  const announced = all(log, "discussion-open");
  const last = announced.at(-1);
  return announced.filter((one) => one === last || one.body.until > last!.at).map(({ body }) => body.discussion);
}

interface Present {
  user: UserId;
  role: string;
  since: number;
}

/** Who is in it with what role: read one event at a time, as somebody would who keeps a list on paper. */
function rolesOf(log: Log): Record<UserId, string> {
  let people: Present[] = [];
  for (const [i, event] of log.entries()) {
    const upTo = log.slice(0, i + 1);
    for (const user of namedIn(upTo)) {
      const wasIn = people.some((one) => one.user === user);
      const isOwner = event.type === "create" && event.actor === user;
      if (!wasIn && isIn(upTo, user)) people.push({ user, since: event.seq, role: isOwner ? "owner" : "member" });
      if (wasIn && !isIn(upTo, user)) people = people.filter((one) => one.user !== user);
    }
    for (const one of people) {
      if (event.type === "set-role" && one.user === event.body.user) one.role = event.body.role;
      if (event.type !== "transfer-ownership") continue;
      if (one.user === event.body.to) one.role = "owner";
      else if (one.role === "owner") one.role = "moderator";
    }
    if (!people.some(({ role }) => role === "owner")) passOn(people);
  }
  return Object.fromEntries(people.map(({ user, role }) => [user, role]));
}

function namedIn(log: Log): UserId[] {
  const named = log.flatMap((event) => {
    if (event.type === "create") return event.body.members;
    return event.type === "add-members" ? event.body.users : [];
  });
  return [...new Set([...named, ...log.flatMap(({ actor }) => actor === "system" ? [] : [actor])])];
}

/** To the eldest moderator, else to the eldest member; of those who came at once, to the first by id. */
function passOn(people: Present[]): void {
  const byAge = people.toSorted((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1));
  const heir = byAge.find(({ role }) => role === "moderator") ?? byAge[0];
  if (heir !== undefined) heir.role = "owner";
}
