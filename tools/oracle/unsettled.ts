/** What should have come of logs once every effect has arrived (SHARD3, FACT2, DISC2–3, USR4, GRP1). @module */
import { added, ended, type PlainEvent } from "./event.ts";
import type { PlainLogs } from "./logs.ts";
import { PlainMessages } from "./messages.ts";

/** Something that was to be, and is not: the rule, its kind in a few words, and which. */
export type Unsettled = readonly [rule: string, kind: string, what: string];

export function* unsettled(logs: PlainLogs): Generator<Unsettled> {
  for (const log of logs.streams.values()) {
    for (const event of log) yield* untold(event, logs);
  }
  yield* wrongStays(logs);
  yield* leftOfEnded(logs);
  yield* twins(logs);
  yield* lookAlikes(logs);
}

/** Each person whom an event adds or ends hears of it once, in their own stream; so do the streams that it links to. */
function* untold(event: PlainEvent, logs: PlainLogs): Generator<Unsettled> {
  const { stream, seq, type, body } = event;
  const times = (of: string, what: string, says: (told: PlainEvent["body"]) => boolean) =>
    logs.of(of).filter((notice) => notice.type === what && says(notice.body)).length;
  const once = (of: string, what: string, says: (told: PlainEvent["body"]) => boolean): Unsettled[] => {
    const count = times(of, what, says);
    return count === 1
      ? []
      : [["FACT2", "news that did not come once", `${of}: ${what} of ${stream} ${seq}, ${count} ×`]];
  };
  for (const user of added(event)) yield* once(user, "added-to", (told) => told.stream === stream && told.seq === seq);
  const gone = ended(event);
  if (gone !== null && stream.startsWith("grp_")) {
    yield* once(gone, "left-group", (told) => told.group === stream && told.groupSeq === seq);
  } else if (gone !== null) yield* once(gone, "removed-from", (told) => told.stream === stream && told.seq === seq);
  if (type !== "create" || !stream.startsWith("disc_")) return;
  const { join, continues, group = "" } = body;
  if (join !== undefined) yield* once(group, "discussion-open", (told) => told.discussion === stream);
  if (continues !== undefined) yield* once(continues.discussion, "continued", (told) => told.discussion === stream);
}

/** Every stay lasts unless somebody ended it, or the person's own stream has a reason to. */
function* wrongStays(logs: PlainLogs): Generator<Unsettled> {
  for (const [stream, log] of logs.streams) {
    if (stream.startsWith("user_")) continue;
    const stays = logs.stays(stream);
    for (const user of stays.users) {
      for (const { from, to } of stays.of(user)) {
        const why = reasonToEnd(log[from - 1]!, user, logs); // a stay begins with an event
        const what = `${user} in ${stream}, ${from} to ${to}`;
        if (why !== null && to === Infinity) yield ["DISC2", "somebody who should be out", `${what}: ${why}`];
        if (why === null && log[to - 1]?.actor === "system") {
          yield ["FACT2", "somebody taken out for no reason", what];
        }
      }
    }
  }
}

/** Whether a stay that an event began has to end by itself. */
function reasonToEnd(event: PlainEvent, user: string, logs: PlainLogs): string | null {
  const person = logs.person(user);
  if (person.isEnded) return "the account is over";
  // The one group of two people is of both for ever (GRP1).
  const isDirect = event.type === "create" && event.body.direct === true;
  if (!isDirect && person.unwanted.has(`${event.stream} ${event.seq}`)) return "added by somebody whom they block";
  const read = event.decided.basis?.find(({ stream }) => stream.startsWith("grp_"));
  if (!event.stream.startsWith("disc_") || read === undefined) return null;
  const hasLeft = logs.of(read.stream).some((later) => later.seq > read.seq && ended(later) === user);
  return hasLeft ? "they left the group after that" : null;
}

/** Nothing that somebody wrote is left when their account is over. */
function* leftOfEnded(logs: PlainLogs): Generator<Unsettled> {
  for (const [stream, log] of logs.ofKind("disc")) {
    for (const { author, seq, text } of new PlainMessages(log).seen(() => true)) {
      if (text !== null && logs.person(author).isEnded) {
        yield ["USR4", "a message whose author's account is over", `${stream} ${seq} by ${author}`];
      }
    }
  }
}

/** Two people have one direct group. */
function* twins(logs: PlainLogs): Generator<Unsettled> {
  const pairs = new Map<string, string>();
  for (const [stream, [first]] of logs.ofKind("grp")) {
    if (first?.body.direct !== true) continue;
    const pair = added(first).toSorted().join(" and ");
    const other = pairs.get(pair);
    if (other !== undefined) yield ["GRP1", "two direct groups of two people", `${pair}: ${other} and ${stream}`];
    pairs.set(pair, stream);
  }
}

/** No two people have handles that can be taken for each other (USR2). */
function* lookAlikes(logs: PlainLogs): Generator<Unsettled> {
  const owners = new Map<string, string>();
  for (const [user] of logs.ofKind("user")) {
    const { handle, isEnded } = logs.person(user);
    const looks = handle.replaceAll("_", "").replaceAll("rn", "m").replaceAll("vv", "w").replaceAll("0", "o")
      .replaceAll(/[1i]/g, "l");
    if (isEnded) continue;
    const other = owners.get(looks);
    if (other !== undefined) yield ["USR2", "two who have one handle", `${handle}: ${other} and ${user}`];
    owners.set(looks, user);
  }
}
