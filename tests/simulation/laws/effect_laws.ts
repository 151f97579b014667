/** What one stream's events mean for another has arrived there: once, in order, and with the right end (SHARD3, FACT2). */
import { added, ended, type PlainEvent } from "../../../tools/oracle/event.ts";
import type { History, PlainEffect } from "../history.ts";
import type { Logs } from "./logs.ts";

export function* brokenInEffects(history: History, logs: Logs): Generator<string> {
  yield* brokenDeliveries(history);
  for (const log of logs.streams.values()) {
    for (const event of log) yield* brokenNotices(event, logs);
  }
  yield* brokenEnds(logs);
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
function* brokenNotices(event: PlainEvent, logs: Logs): Generator<string> {
  const told = (user: string, type: string, names: PlainEvent["body"]) =>
    logs.of(user).filter((notice) =>
      notice.type === type && notice.body.seq === names.seq && notice.body.stream === names.stream &&
      notice.body.groupSeq === (names.groupSeq ?? notice.body.groupSeq)
    ).length;
  const { stream, seq } = event;
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
function* brokenEnds(logs: Logs): Generator<string> {
  for (const [stream, log] of logs.streams) {
    const groupLog = logs.of(log[0]?.body.group ?? "");
    if (!stream.startsWith("disc_") || groupLog.length === 0) continue;
    for (const user of logs.stays.of(stream).users) {
      const isIn = logs.stays.of(stream).isOpen(user);
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
  const read = last.decided.basis?.find(({ stream }) => stream === groupLog[0]?.stream)?.seq ?? 0;
  return !groupLog.some((event) => event.seq > read && ended(event) === user);
}
