import { incarnation } from "@gatz/domain";
import assert from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { type Change, StoreFailed } from "../store/contract.ts";
import { Journal } from "./journal.ts";

const put = (key: string, rank: number, value = rank): Change => ({
  ...{ type: "put", table: "events", key, rank },
  value: { type: "opaque", stream: "disc_1", from: value, to: value } as never, // what it is does not matter here
});

function journal() {
  const time = new VirtualTime();
  const writes: (readonly Change[])[] = [];
  const parts = {
    writes,
    fails: false,
    failing: [] as boolean[],
    mistake: null as Error | null,
    bugs: [] as unknown[],
  };
  const write = (changes: readonly Change[]) => {
    if (parts.mistake !== null) return Promise.reject(parts.mistake);
    if (parts.fails) return Promise.reject(new StoreFailed("it is full"));
    writes.push(changes.filter(({ type }) => type !== "if-is"));
    return Promise.resolve([]);
  };
  const made = new Journal({
    ...{ store: { write, get: () => Promise.resolve(undefined) }, timing: time, signal: new AbortController().signal },
    onOvertaken: () => void parts.bugs.push("overtaken"),
    onFailing: (fails) => void parts.failing.push(fails),
    onBug: (bug) => void parts.bugs.push(bug),
  });
  made.begin(incarnation("one"), { isStored: true });
  return Object.assign(parts, { time, journal: made });
}

const place = (cursor: string) => ({ incarnation: incarnation("one"), cursor });
const described = (changes: readonly Change[] | undefined) =>
  changes?.map((change) =>
    change.type === "put" ? `${change.key} ${change.rank ?? JSON.stringify(change.value)}` : change.type
  );

Deno.test("[LIVE3] what comes within a tenth of a second is one write: the newest of each key, and the cursor", async () => {
  const { journal: made, time, writes } = journal();
  made.put([put("a", 1), put("b", 1)]);
  made.reached(place("first"));
  await time.pass(50);
  made.put([put("a", 3), put("a", 2)]);
  made.reached(place("second"));
  await time.pass(49);
  assert.equal(writes.length, 0);
  await time.pass(1);
  assert.deepEqual(writes.map(described), [["a 3", "b 1", 'place {"incarnation":"one","cursor":"second"}']]);
});

Deno.test("[LIVE3] what is put after a deletion stays after it", async () => {
  const { journal: made, time, writes } = journal();
  made.put([put("a", 1)]);
  made.put([{ type: "delete-range", table: "events", from: "a", to: "b" }, put("a", 2)]);
  await time.pass(100);
  assert.deepEqual(writes.map(described), [["a 1", "delete-range", "a 2"]]);
});

Deno.test("[LIVE3] a store that refuses is tried again, in order, and nobody waits for it; what waits for it is told when it is stored", async () => {
  const parts = journal();
  const { journal: made, time, writes, failing } = parts;
  const told: string[] = [];
  parts.fails = true;
  made.put([put("a", 1)]);
  made.reached(place("first"));
  made.afterwards(() => told.push("a"));
  await made.flush();
  made.put([put("b", 1)]);
  made.reached(place("second"));
  await time.pass(2_000);
  assert.deepEqual([writes.length, told, failing.at(-1)], [0, [], true]);
  parts.fails = false;
  await time.pass(10_000);
  assert.deepEqual(writes.map((write) => described(write)?.[0]), ["a 1", "b 1"]);
  assert.deepEqual([told, failing.at(-1)], [["a"], false]);
});

Deno.test("[LIVE3] a store that keeps up no more is given up with what it has: nothing newer follows what it lacks", async () => {
  const parts = journal();
  const { journal: made, time, writes } = parts;
  parts.fails = true;
  let told = 0;
  made.put([put("first", 1)]);
  made.afterwards(() => told++);
  await time.pass(200);
  made.afterwards(() => told++);
  for (let n = 0; n < 25_000; n++) made.put([put(`key ${n}`, 1)]);
  made.reached(place("beyond"));
  parts.fails = false;
  await time.pass(60_000);
  made.put([put("late", 1)]);
  await time.pass(1_000);
  assert.deepEqual(
    [made.isFull, writes.map(described)],
    [true, [["first 1"]]],
    "what was on its way, and nothing after it",
  );
  assert.equal(told, 2, "who waits for what is not stored any more waits for nothing");
});

Deno.test("[LIVE3] after a write that could not be made for a mistake no later cursor is stored", async () => {
  const parts = journal();
  const { journal: made, time, writes, bugs, failing } = parts;
  parts.mistake = new TypeError("what no store can take");
  made.put([put("a", 1)]);
  await time.pass(200);
  parts.mistake = null;
  made.put([put("b", 1)]);
  made.reached(place("beyond"));
  await time.pass(1_000);
  assert.deepEqual([writes, bugs.length, failing.at(-1)], [[], 1, true]);
});
