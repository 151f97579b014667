import { type DiscussionId, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { ALICE, BOB, CLEO, DISCUSSION, draft, HandWrittenLog } from "../../testing/hand_written_log.ts";
import { memoryStore } from "../store/memory.ts";
import { HeldStream } from "./held_stream.ts";
import { searchStored } from "./search.ts";
import { putWhole } from "./stored_items.ts";

async function stored(log: HandWrittenLog, { limit = 500 } = {}) {
  const held = new HeldStream({ stream: DISCUSSION, viewer: BOB });
  held.open(log.opened(BOB, limit));
  const store = memoryStore();
  await store.write(putWhole(held, { openedAt: 0 }));
  return store;
}

const blocks = new Set([CLEO]);
async function found(log: HandWrittenLog, text: string, { limit = 10, blocked = new Set<typeof CLEO>() } = {}) {
  const hits = await searchStored(await stored(log), text, { viewer: BOB, blocks: blocked, limit });
  return hits.map(({ message }) => message.text);
}

Deno.test("what is stored is searched: all words, in any order, without case, accents and width, newest first", async () => {
  const log = new HandWrittenLog();
  for (const text of ["Crème brûlée at Cleo's", "creme only", "Brulee, then CREME", "東京タワーの写真"]) {
    log.say(ALICE, text);
  }
  assert.deepEqual(await found(log, "crème BRULEE"), ["Brulee, then CREME", "Crème brûlée at Cleo's"]);
  assert.deepEqual(await found(log, "タワー"), ["東京タワーの写真"]);
  assert.deepEqual(await found(log, "creme", { limit: 2 }), ["Brulee, then CREME", "creme only"]);
  assert.deepEqual(await found(log, " \n "), []);
});

Deno.test("[MSG2] [MSG3] [MOD1] [BLK1] a text that was edited away, deleted, purged or is of somebody blocked is not found", async () => {
  const log = new HandWrittenLog();
  const content = { mentions: [], attachments: [] };
  const [edited, deleted] = [log.say(ALICE, "secret one"), log.say(ALICE, "secret two")];
  log.say(CLEO, "secret three");
  log.write(ALICE, draft("edit-message", { target: edited.id, text: "nothing", ...content }));
  log.write(ALICE, draft("delete-message", { target: deleted.id }));
  assert.deepEqual(await found(log, "secret"), ["secret three"]);
  assert.deepEqual(await found(log, "nothing"), ["nothing"]);
  assert.deepEqual(await found(log, "secret", { blocked: blocks }), []);
  log.write(ALICE, draft("expunge", { author: CLEO, upToSeq: log.events.at(-1)!.seq, why: "purge" }));
  assert.deepEqual(await found(log, "secret"), []);
});

Deno.test("a message that is older than what is stored is not found by what is known of it alone", async () => {
  const log = new HandWrittenLog();
  const { id: target } = log.say(ALICE, "old");
  log.write(ALICE, draft("edit-message", { target, text: "still old", mentions: [], attachments: [] }));
  const hits = await searchStored(await stored(log, { limit: 1 }), "old", { viewer: BOB, blocks: new Set(), limit: 5 });
  assert.deepEqual(hits, []);
});

Deno.test("the newest of all discussions come first, whichever they are in; groups are not searched", async () => {
  const store = memoryStore();
  const streams = [1, 2, 3].map((n) => uuidToId("disc", `0198c0de-0000-7003-8000-00000000100${n}`));
  const at = (of: DiscussionId, text: string, unixMs: number) => {
    const log = new HandWrittenLog();
    const { id } = log.say(ALICE, text);
    const items = log.items(BOB).map((item) =>
      item.type === "event" ? { ...item, event: { ...item.event, stream: of, at: unixMs } as typeof item.event } : item
    );
    const held = new HeldStream({ stream: of, viewer: BOB });
    for (const item of items) held.take(item);
    return { id, changes: putWhole(held, { openedAt: 0 }) };
  };
  const times = [5_000, 9_000, 7_000];
  const made = streams.map((stream, n) => at(stream, `word ${n}`, times[n]!));
  await store.write(made.flatMap(({ changes }) => changes));
  const hits = await searchStored(store, "word", { viewer: BOB, blocks: new Set(), limit: 2 });
  assert.deepEqual(hits.map(({ discussion, at }) => [discussion, at]), [[streams[1], 9_000], [streams[2], 7_000]]);
});
