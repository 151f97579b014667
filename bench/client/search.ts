import { isMessageEvent, type LogEvent } from "@gatz/domain";
import { sqliteStore } from "../../packages/client/sqlite.ts";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { memoryStore } from "../../packages/client/src/store/memory.ts";
import { HeldStream } from "../../packages/client/src/stream/held_stream.ts";
import { searchStored } from "../../packages/client/src/stream/search.ts";
import { putWhole } from "../../packages/client/src/stream/stored_items.ts";
import { compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median } from "../stats.ts";
import { BOB, longTalk, nthDiscussion, wholeOf } from "./long_talk.ts";

const DISCUSSIONS = 200;
const MESSAGES = 180;
const TIMES = 10;
/** Two words that are together in a few messages of each discussion, and one that is in none. */
const TEXTS = ["LÜNCH plan", "nowhere"];

/** A search of 200 stored discussions of 250 events; against one reading of all of them that compares lower case only, and finds what was deleted too. */
export async function searchRows(plan: Plan): Promise<Row[]> {
  const path = await Deno.makeTempDir({ prefix: "gatz-search-" });
  try {
    const inMemory = await searchRow(plan, { name: "memory", store: memoryStore() });
    const inFile = await searchRow(plan, { name: "sqlite", store: await sqliteStore({ path: `${path}/store.db` }) });
    return [inMemory, inFile];
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

async function searchRow(plan: Plan, { name, store }: { name: string; store: Store }): Promise<Row> {
  const events = await fill(store);
  const search = async (text: string) =>
    (await searchStored(store, text, { viewer: BOB, blocks: new Set(), limit: 50 })).length;
  const walk = async (text: string) => {
    const words = text.toLowerCase().split(" ");
    return (await store.list("events")).filter(({ value }) => value.type === "event" && says(value.event, words))
      .length;
  };
  const [took, walked]: [number[], number[]] = [[], []];
  for (let n = -1; n < plan.repetitions; n++) {
    const [found, seen] = [await timed(search), await timed(walk)];
    if (n < 0) continue; // warms up
    took.push(found);
    walked.push(seen);
  }
  await store.close();
  const against = { name: "one reading", values: walked };
  return compared({ name: `search/${name}/${events}`, unit: "ms", values: took, against, wanted: { atMost: 2 } });
}

/** Answers with how many events are in it then. */
async function fill(store: Store): Promise<number> {
  let events = 0;
  const talk = longTalk(MESSAGES);
  for (let n = 0; n < DISCUSSIONS; n++) {
    const stream = nthDiscussion(n);
    const held = new HeldStream({ stream, viewer: BOB });
    held.open(wholeOf(talk, stream));
    await store.write(putWhole(held, { openedAt: 0 }));
    events += held.items.length;
  }
  return events;
}

function says(event: LogEvent, words: readonly string[]): boolean {
  if (!isMessageEvent(event) || !("text" in event.body)) return false;
  const text = event.body.text.toLowerCase();
  return words.every((word) => text.includes(word));
}

async function timed(find: (text: string) => Promise<number>): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const from = performance.now();
    await find(TEXTS[n % TEXTS.length]!);
    took.push(performance.now() - from);
  }
  return median(took);
}
