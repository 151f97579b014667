/** Reads all logs of a database, and folds every stream from its beginning, over and over. Prints `{perSecond, events}`. Usage: fold_load.ts '{"seconds"}' */
import { foldStream, type LogEvent, position, type StreamId } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { openStorageHere } from "./open_storage.ts";

const WARM_UP_MS = 1_000;
const { seconds } = JSON.parse(Deno.args[0]!) as { seconds: number }; // bench/fold.ts wrote it

const storage = await openStorageHere();
const streams = await readAll(storage);
await storage.close();
const events = [...streams.values()].reduce((sum, { length }) => sum + length, 0);

foldFor(WARM_UP_MS);
const { passes, ms } = foldFor(seconds * 1_000);
console.log(JSON.stringify({ perSecond: (passes * events) / (ms / 1_000), events }));
Deno.exit(0);

async function readAll(storage: Storage): Promise<Map<StreamId, LogEvent[]>> {
  const streams = new Map<StreamId, LogEvent[]>();
  for (const shard of storage.shards) {
    const { position: end } = await storage.fence(shard);
    const done = new AbortController();
    if (end === 0) continue;
    for await (const batch of storage.follow(shard, position(0), done.signal)) {
      for (const { event } of batch) {
        const known = streams.get(event.stream);
        if (known) known.push(event);
        else streams.set(event.stream, [event]);
      }
      if (batch.at(-1)!.position >= end) break;
    }
    done.abort();
  }
  return streams;
}

function foldFor(atLeastMs: number): { passes: number; ms: number } {
  const start = performance.now();
  let passes = 0;
  let ms = 0;
  // Every fold is looked at, so that none can be left out.
  for (let heads = 0; ms < atLeastMs; ms = performance.now() - start) {
    for (const log of streams.values()) heads += foldStream(log).state!.seq;
    passes++;
    if (heads !== passes * events) throw new Error(`folded to ${heads}, not ${passes * events}`);
  }
  return { passes, ms };
}
