/** What one stream's events mean for another has arrived there: once, in order, and with the right end (SHARD3, FACT2). */
import type { History, PlainEffect, PlainEvent } from "../history.ts";
import { added, ended, staysOf } from "./plain_stream.ts";
import type { Streams } from "./session_laws.ts";

export function* brokenInEffects(history: History, streams: Streams): Generator<string> {
  yield* brokenDeliveries(history);
  for (const [stream, log] of streams) {
    for (const event of log) yield* brokenNotices(event, stream, streams);
  }
  yield* brokenEnds(streams);
}

/** Of one pair of shards, effects are in the target's log in the order of their events. */
function* brokenDeliveries({ shards }: History): Generator<string> {
  const logs = new Map(shards.map(({ shard, log }) => [shard, new Map(log.map((event, at) => [event.id, at]))]));
  for (const { shard, effects } of shards) {
    for (const [target, ofPair] of Map.groupBy(effects, (effect) => effect.target)) {
      let last = -1;
      for (const effect of ofPair.sort(byPlace)) {
        const at = logs.get(target)?.get(effect.id);
        if (effect.isWaiting) yield `[SHARD3] ${effect.id} of shard ${shard} still waits for ${target}`;
        else if (effect.code !== null) {
          if (at !== undefined) yield `[SHARD3] ${effect.id} was rejected (${effect.code}), and is in the log`;
        } else if (at === undefined) yield `[SHARD3] ${effect.id} of shard ${shard} is lost on the way to ${target}`;
        else if (at < last) yield `[SHARD3] ${effect.id} of shard ${shard} overtook another on the way to ${target}`;
        else last = at;
      }
    }
  }
}

function byPlace(a: PlainEffect, b: PlainEffect): number {
  return a.position - b.position || a.ordinal - b.ordinal;
}

/** Each person that an event adds or ends hears of it once, in their own stream. */
function* brokenNotices(event: PlainEvent, stream: string, streams: Streams): Generator<string> {
  const told = (user: string, type: string, names: Readonly<Record<string, unknown>>) =>
    (streams.get(user) ?? []).filter((notice) =>
      notice.type === type && Object.entries(names).every(([name, value]) => notice.body[name] === value)
    ).length;
  const { seq } = event;
  for (const user of added(event)) {
    const times = told(user, "added-to", { stream, seq });
    if (times !== 1) yield `[FACT2] ${user} was told ${times} times of ${stream} ${seq}`;
  }
  const gone = ended(event);
  if (gone === null) return;
  const times = stream.startsWith("grp_")
    ? told(gone, "left-group", { group: stream, groupSeq: seq })
    : told(gone, "removed-from", { stream, seq });
  if (times !== 1) yield `[FACT2] ${gone} was told ${times} times that ${stream} ended at ${seq}`;
}

/** Who left a group after they were added to a discussion of it is out of that too. */
function* brokenEnds(streams: Streams): Generator<string> {
  for (const [stream, log] of streams) {
    const group = log[0]?.body["group"] as string | undefined;
    const groupLog = group === undefined ? undefined : streams.get(group);
    if (!stream.startsWith("disc_") || groupLog === undefined) continue;
    for (const user of new Set(log.flatMap(added))) {
      const isIn = staysOf(log, { stream, user }).at(-1)?.to === Infinity;
      const should = shouldBeIn({ log, groupLog, user });
      if (isIn !== should) {
        yield `[DISC2] ${user} is ${isIn ? "" : "not "}in ${stream}, and should ${should ? "" : "not "}be`;
      }
    }
  }
}

/** The last that people did was to add them, and they have not left the group since it was read for that. */
function shouldBeIn(
  { log, groupLog, user }: { log: readonly PlainEvent[]; groupLog: readonly PlainEvent[]; user: string },
): boolean {
  const last = log.findLast((event) =>
    event.actor !== "system" && (added(event).includes(user) || ended(event) === user)
  );
  if (last === undefined || ended(last) === user) return false;
  const basis = (last.decided["basis"] ?? []) as readonly { readonly stream: string; readonly seq: number }[];
  const read = basis.find(({ stream }) => stream === groupLog[0]?.stream)?.seq ?? 0;
  return !groupLog.some((event) => event.seq > read && ended(event) === user);
}
