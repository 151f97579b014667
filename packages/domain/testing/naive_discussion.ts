/**
 * What a discussion's log should come to beside its messages, by the plainest reading of the rules: an oracle that shares nothing with
 * `evolve`. Times and limits are none of its business: whatever is in the log was accepted.
 */
import type { DiscussionEvent } from "../src/events.ts";
import type { UserId } from "../src/ids.ts";
import { isIn } from "./naive_model.ts";

type Log = readonly DiscussionEvent[];
type Of<T extends DiscussionEvent["type"]> = Extract<DiscussionEvent, { type: T }>;

/** All of a discussion that is settled by the last that was said about it. */
export interface PlainDiscussion {
  name: string;
  description: string | undefined;
  curatedBy: "moderators" | undefined;
  locked: boolean;
  closed: boolean;
  slowMode: { seconds: number; until?: number } | undefined;
  lastSent: Record<UserId, number> | undefined;
  /** By present member. */
  roles: Record<UserId, string>;
  pins: string[];
  mutes: Record<UserId, { seq: number; until?: number }>;
  bans: Record<UserId, { seq: number; until?: number }>;
  flags: string[];
}

function all<T extends DiscussionEvent["type"]>(log: Log, ...types: T[]): Of<T>[] {
  return log.filter((event): event is Of<T> => (types as string[]).includes(event.type));
}

export function plainDiscussion(log: Log): PlainDiscussion {
  const create = all(log, "create")[0]!; // every log begins with it
  const described = [create, ...all(log, "describe")];
  const description = described.findLast(({ body }) => body.description !== undefined)?.body.description;
  const curated = described.findLast(({ body }) => body.curatedBy !== undefined)?.body.curatedBy;
  const slow = all(log, "set-slow-mode").at(-1);
  return {
    name: [create, ...all(log, "rename")].at(-1)!.body.name,
    description: description === "" ? undefined : description,
    curatedBy: curated === "moderators" ? curated : undefined,
    locked: all(log, "lock", "unlock").at(-1)?.type === "lock",
    closed: all(log, "close", "reopen").at(-1)?.type === "close" || peopleOf(log).every((user) => !isIn(log, user)),
    slowMode: slow === undefined || slow.body.seconds === 0 ? undefined : slow.body,
    lastSent: sentSince(log),
    roles: rolesOf(log),
    pins: pinsOf(log),
    mutes: lastOf(log, ["mute-member", "unmute-member"]),
    bans: lastOf(log, ["ban-member", "unban-member"]),
    flags: all(log, "flag-message").map(({ id }) => id).filter((id) => !isAnswered(log, id)),
  };
}

function peopleOf(log: Log): UserId[] {
  const named = log.flatMap((event) =>
    event.type === "create" ? event.body.members : event.type === "add-members" ? event.body.users : []
  );
  const actors = log.flatMap(({ actor }) => actor === "system" ? [] : [actor]);
  return [...new Set([...named, ...actors])];
}

/** When each person last sent something: of those for whom slow mode had no end yet whenever it was counted since, at a message or a change. */
function sentSince(log: Log): Record<UserId, number> | undefined {
  const counted = all(log, "new-message", "set-slow-mode");
  const slowBefore = (seq: number) => all(log, "set-slow-mode").findLast((setting) => setting.seq < seq)?.body;
  const holdsBack = (sent: Of<"new-message">, at: number, seq: number) => {
    const slow = slowBefore(seq);
    return slow !== undefined && at < (slow.until ?? Infinity) && at < sent.at + slow.seconds * 1_000;
  };
  const wasSlow = ({ seq, at }: Of<"new-message">) => {
    const slow = slowBefore(seq);
    return slow !== undefined && slow.seconds > 0 && at < (slow.until ?? Infinity);
  };
  const last = new Map(all(log, "new-message").map((sent) => [sent.actor, sent]));
  const waiting = [...last.values()].filter((sent) => {
    const later = counted.filter(({ seq }) => seq > sent.seq);
    const wasFreed = later.some((event) => event.type === "set-slow-mode" && event.body.seconds === 0);
    return wasSlow(sent) && !wasFreed && later.every(({ at, seq }) => holdsBack(sent, at, seq));
  });
  return waiting.length === 0 ? undefined : Object.fromEntries(waiting.map(({ actor, at }) => [actor, at]));
}

function pinsOf(log: Log): string[] {
  const pins: string[] = [];
  for (const { type, body: { target } } of all(log, "pin-message", "unpin-message")) {
    if (type === "pin-message") pins.push(target);
    else pins.splice(pins.indexOf(target), 1);
  }
  return pins;
}

function lastOf(
  log: Log,
  types: ["mute-member", "unmute-member"] | ["ban-member", "unban-member"],
): PlainDiscussion["mutes"] {
  const events: Of<"mute-member" | "unmute-member" | "ban-member" | "unban-member">[] = all(log, ...types);
  const last = new Map(events.map((event) => [event.body.user, event]));
  return Object.fromEntries(
    [...last].flatMap(([user, { type, seq, body }]) => {
      if (type !== types[0]) return [];
      return [[user, "until" in body && body.until !== undefined ? { seq, until: body.until } : { seq }]];
    }),
  );
}

function isAnswered(log: Log, flag: string): boolean {
  return log.some(({ body }) => "flag" in body && body.flag === flag);
}

interface Present {
  user: UserId;
  role: string;
  since: number;
}

/** Who is in it with what role: read one event at a time, as somebody would who keeps a list on paper. */
function rolesOf(log: Log): Record<UserId, string> {
  let people: Present[] = [];
  const owner = () => people.find(({ role }) => role === "owner");
  for (const [i, event] of log.entries()) {
    const upTo = log.slice(0, i + 1);
    // Who came, and who went.
    for (const user of peopleOf(upTo)) {
      const wasIn = people.some((one) => one.user === user);
      if (!wasIn && isIn(upTo, user)) {
        people.push({
          user,
          since: event.seq,
          role: event.type === "create" && event.actor === user ? "owner" : "member",
        });
      }
      if (wasIn && !isIn(upTo, user)) people = people.filter((one) => one.user !== user);
    }
    if (event.type === "set-role") {
      const { user, role } = event.body;
      const before = owner();
      for (const one of people) {
        if (one.user === user) one.role = role;
        else if (role === "owner" && one === before) one.role = "moderator";
      }
    }
    if (owner() === undefined) passOn(people);
  }
  return Object.fromEntries(people.map(({ user, role }) => [user, role]));
}

/** To the eldest moderator, else to the eldest member; of those who came at once, to the first by id. */
function passOn(people: Present[]): void {
  const byAge = people.toSorted((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1));
  const heir = byAge.find(({ role }) => role === "moderator") ?? byAge[0];
  if (heir !== undefined) heir.role = "owner";
}
