/** What one stream's events mean for another has arrived there: once, in order, and with the right end (SHARD3, FACT2). */
import { unsettled } from "../../../tools/oracle/unsettled.ts";
import type { History, PlainEffect } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInEffects(history: History, logs: PlainLogs): Generator<string> {
  yield* brokenDeliveries(history);
  for (const [rule, kind, what] of unsettled(logs)) yield `[${rule}] ${kind}: ${what}`;
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
