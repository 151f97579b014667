import { FOLD_VERSION, intervalsOf, seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { ALICE, BOB, CLEO, DISCUSSION, draft, HandWrittenLog } from "../../testing/hand_written_log.ts";
import type { LogItem } from "../server/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { eventsOf } from "../store/records.ts";
import { HeldStream } from "./held_stream.ts";
import { putItem, putWhole } from "./stored_items.ts";

const empty = () => new HeldStream({ stream: DISCUSSION, viewer: BOB });
const texts = (held: HeldStream) =>
  held.messages.map((message) => message.kind === "live" ? message.text : message.kind);

/** A discussion in which something was said so many times. */
function talk(messages: number, members = [BOB, CLEO]): HandWrittenLog {
  const log = new HandWrittenLog(members);
  for (let n = 1; n <= messages; n++) log.say(ALICE, `${n}`);
  return log;
}

function opened(log: HandWrittenLog, limit?: number): HeldStream {
  const held = empty();
  held.open(log.opened(BOB, limit));
  return held;
}

const welcomeBack = draft("add-members", { users: [BOB], historyFrom: "all" });

Deno.test("[LIVE3] what follows is taken, what was taken is old, and before a gap nothing is taken and the gap is missing", () => {
  const log = talk(3);
  const held = empty();
  const [one, two, three, four] = log.items(BOB);
  assert.deepEqual([held.head, held.isToBeOpenedAnew, held.missing()], [0, true, null]);
  assert.deepEqual([held.take(one!), held.take(four!), held.take(two!), held.take(one!)], [
    "taken",
    "gap",
    "taken",
    "old",
  ]);
  assert.deepEqual([held.head, held.missing(), held.isToBeOpenedAnew], [2, { fromSeq: 3 }, false]);
  assert.deepEqual([held.take(three!), held.take(four!), held.missing()], ["taken", "taken", null]);
  assert.deepEqual(texts(held), ["1", "2", "3"]);
});

Deno.test("[VIS2] a range that is not to be seen is taken from where it is new, and the state is as of its end", () => {
  const held = opened(talk(1));
  const hidden = { type: "opaque", stream: DISCUSSION, from: seq(1), to: seq(5) } as const;
  assert.equal(held.take(hidden), "taken");
  assert.deepEqual([held.head, held.state?.seq, held.items.at(-1)], [5, 5, { ...hidden, from: 3 }]);
});

Deno.test("[LOG8] an older page makes exact what later events did to its messages, and leaves the others the same objects", () => {
  const log = new HandWrittenLog();
  const [first, , third] = ["1", "2", "3", "4", "5", "6"].map((text) => log.say(ALICE, text));
  const content = { mentions: [], attachments: [] };
  log.write(ALICE, draft("edit-message", { target: first!.id, text: "1, edited", ...content }));
  log.write(ALICE, draft("edit-message", { target: third!.id, text: "3, edited", ...content }));
  const held = opened(log, 5); // from the 5th message on
  assert.deepEqual([texts(held), held.from], [["4", "5", "6"], 5]);
  const before = held.messages;
  assert.equal(held.prepend({ asOf: held.head, items: log.items(BOB, { to: 3 }) }), "gap");
  assert.equal(held.prepend({ asOf: held.head, items: log.items(BOB, { from: 3, to: 6 }) }), "taken");
  assert.deepEqual([texts(held), held.from], [["2", "3, edited", "4", "5", "6"], 3]);
  assert.deepEqual(held.messages.slice(2).map((message, n) => message === before[n]), [true, true, true]);
  assert.equal(held.prepend({ asOf: held.head, items: log.items(BOB, { to: 4 }) }), "taken");
  assert.deepEqual([texts(held)[0], held.from], ["1, edited", 1]);
});

Deno.test("[MOD1] marks of an older page are under those of the newer part, and none is lost", () => {
  const log = new HandWrittenLog();
  log.say(CLEO, "first");
  log.write(ALICE, draft("expunge", { author: CLEO, upToSeq: seq(2), why: "purge", reason: "one" }));
  log.say(CLEO, "second");
  log.write(ALICE, draft("expunge", { author: CLEO, upToSeq: seq(4), why: "purge", reason: "two" }));
  log.say(CLEO, "third");
  const held = opened(log, 3);
  const reasons = () => held.messages.map((message) => message.kind === "deleted" && message.reason);
  assert.deepEqual(reasons(), ["two", false]);
  held.prepend({ asOf: held.head, items: log.items(BOB, { to: 3 }) });
  assert.deepEqual(reasons(), ["one", "two", false]);
  for (const message of held.messages) assert.deepEqual(held.message(message.id), message);
});

Deno.test("[VIS1] a new stay is opened anew: what was hidden is read again, and nothing from before it is used any more", () => {
  const log = talk(2);
  const held = opened(log);
  log.write(ALICE, draft("remove-member", { user: BOB }));
  log.say(ALICE, "without Bob");
  const late = { page: { asOf: seq(4), items: log.items(BOB) }, opened: log.opened(BOB) }; // what Bob was told while he was out
  for (const item of log.items(BOB, { from: 4 })) held.take(item);
  log.write(ALICE, welcomeBack);
  log.say(ALICE, "with Bob");
  const shownLive = log.items(BOB).slice(5);
  held.take({ type: "opaque", stream: DISCUSSION, from: seq(5), to: seq(5) }); // from before he was back
  for (const item of shownLive) held.take(item);
  assert.equal(held.isToBeOpenedAnew, true);
  assert.deepEqual(texts(held), ["1", "2", "with Bob"], "what can be shown is shown meanwhile");
  assert.equal(held.open({ ...late.opened, asOf: seq(4) }), "old");
  assert.equal(held.open(log.opened(BOB, 2)), "taken");
  assert.deepEqual([texts(held), held.from, held.isToBeOpenedAnew], [["with Bob"], 6, false]);
  assert.deepEqual([held.open(late.opened), held.prepend(late.page)], ["old", "old"]);
  assert.equal(held.prepend({ asOf: held.head, items: log.items(BOB, { to: 5 }) }), "taken");
  assert.deepEqual(texts(held), ["1", "2", "without Bob", "with Bob"]);
  log.say(ALICE, "more");
  held.open(log.opened(BOB, 1));
  assert.deepEqual(texts(held).length, 5, "of the same stay everything is kept");
});

Deno.test("[MOD2] who becomes a moderator asks for what only moderators see, and goes on meanwhile", () => {
  const log = talk(2);
  const held = opened(log);
  log.write(ALICE, draft("set-role", { user: BOB, role: "moderator" }));
  log.say(ALICE, "3");
  for (const item of log.items(BOB)) held.take(item);
  assert.deepEqual([texts(held), held.isToBeOpenedAnew, held.record({ openedAt: 7 }).base], [
    ["1", "2", "3"],
    true,
    null,
  ]);
  assert.equal(held.open(log.opened(BOB, 1)), "taken");
  assert.deepEqual([texts(held), held.isToBeOpenedAnew], [["1", "2", "3"], false], "the older part is kept");
});

Deno.test("[LIVE3] what is opened joins what is held, unless something between them is missing", () => {
  const log = talk(2);
  const [near, far] = [opened(log), opened(log)];
  for (let n = 3; n <= 9; n++) log.say(ALICE, `${n}`);
  near.open(log.opened(BOB, 7));
  assert.deepEqual([near.from, texts(near).length], [1, 9]);
  far.open(log.opened(BOB, 6));
  assert.deepEqual([far.from, texts(far)[0]], [5, "4"]);
});

Deno.test("[LIVE3] an answer that was overtaken takes nothing back: it gives what is older, or what is not known yet", () => {
  const log = talk(4);
  const late = log.opened(BOB);
  log.write(ALICE, draft("rename", { name: "Other" }));
  log.say(ALICE, "5");
  const [known, unknown, apart] = [opened(log, 3), empty(), opened(log, 1)];
  unknown.take({ type: "opaque", stream: DISCUSSION, from: seq(1), to: seq(1) });
  for (const item of log.items(BOB).slice(1)) unknown.take(item);
  assert.deepEqual([known.open(late), known.from, known.head], ["taken", 1, 7]);
  assert.deepEqual([unknown.open(late), unknown.head], ["taken", 7]);
  assert.deepEqual([apart.open(late), apart.from, apart.head], ["old", 7, 7]);
  for (const { state } of [known, unknown]) assert.equal(state?.kind === "discussion" && state.name, "Other");
});

Deno.test("what is stored comes back, also after what was appended without folding it", () => {
  const log = talk(2);
  const held = opened(log);
  const entries = putWhole(held, { openedAt: 7 }).flatMap((put) =>
    put.type === "put" && put.table === "events" ? [put] : []
  );
  const record = held.record({ openedAt: 7 });
  log.write(ALICE, draft("rename", { name: "Other" }));
  log.say(ALICE, "3");
  const more = log.items(BOB, { from: 4 }).map((item) => putItem(DISCUSSION, item));
  const stored = { ...record, head: seq(5), known: seq(9) };
  const loaded = HeldStream.load({ stream: DISCUSSION, viewer: BOB, record: stored, entries: [...entries, ...more] });
  assert.deepEqual([texts(loaded), loaded.missing(), loaded.isToBeOpenedAnew], [
    ["1", "2", "3"],
    { fromSeq: 6 },
    false,
  ]);
  assert.equal(loaded.state?.kind === "discussion" && loaded.state.name, "Other");
  assert.deepEqual(loaded.record({ openedAt: 7 }).base, loaded.state);
});

Deno.test("[READ0] [LIVE3] whoever opens anew leaves in the store what another tab has brought beyond that", async () => {
  const log = talk(2);
  const [late, early] = [opened(log), opened(log)];
  log.say(ALICE, "3");
  early.take(log.item(4, BOB));
  const store = memoryStore();
  await store.write(putWhole(early, { openedAt: 1 }));
  await store.write(putWhole(late, { openedAt: 2 }));
  const [record, entries] = await Promise.all([
    store.get("streams", DISCUSSION),
    store.list("events", eventsOf(DISCUSSION)),
  ]);
  const loaded = HeldStream.load({ stream: DISCUSSION, viewer: BOB, record, entries });
  assert.deepEqual([loaded.head, texts(loaded), loaded.isToBeOpenedAnew], [4, ["1", "2", "3"], false]);
});

Deno.test("[LOG7] of a store with holes, or of another fold, what can be shown is, and the state is asked for", () => {
  const held = opened(talk(6));
  const record = held.record({ openedAt: 7 });
  const entries = held.items.map((item) => putItem(DISCUSSION, item));
  const load = (parts: Partial<Omit<Parameters<typeof HeldStream.load>[0], "stream" | "viewer">>) =>
    HeldStream.load({ stream: DISCUSSION, viewer: BOB, record, entries, ...parts });
  const holed = load({ entries: entries.toSpliced(3, 1) });
  assert.deepEqual([texts(holed), holed.from, holed.isToBeOpenedAnew], [["4", "5", "6"], 5, false]);
  const cut = load({ entries: entries.slice(0, -1) });
  assert.deepEqual([texts(cut).at(-1), cut.missing(), cut.isToBeOpenedAnew], ["5", { fromSeq: 7 }, true]);
  const other = load({ record: { ...record, foldVersion: FOLD_VERSION + 1 } });
  assert.deepEqual([texts(other).length, other.isToBeOpenedAnew], [6, true]);
  other.keepNewest(1);
  const late = talk(3).opened(BOB);
  assert.deepEqual([other.open(late), other.head], ["old", 7], "it does not reach what is held");
  const lateBase = load({ record: { ...record, base: { ...record.base!, seq: seq(2) } }, entries: entries.slice(4) });
  assert.deepEqual([texts(lateBase), lateBase.isToBeOpenedAnew], [["4", "5", "6"], true]);
  const hidden: LogItem = { type: "opaque", stream: DISCUSSION, from: seq(2), to: seq(4) };
  const twice = load({ entries: [entries[0]!, putItem(DISCUSSION, hidden), ...entries.slice(2)] });
  assert.deepEqual([texts(twice), twice.items.length], [["4", "5", "6"], 5], "what is covered twice is there once");
  assert.deepEqual([load({ record: undefined }).isToBeOpenedAnew, load({ entries: [] }).head], [true, 0]);
});

Deno.test("the oldest items go first, and the state stays", () => {
  const log = talk(6);
  const held = opened(log);
  held.keepNewest(2);
  assert.deepEqual([texts(held), held.from, held.items.length, held.isToBeOpenedAnew], [["5", "6"], 6, 2, false]);
  log.say(BOB, "7");
  held.take(log.item(8, BOB));
  const { state } = held;
  assert.deepEqual([texts(held), state?.kind === "discussion" && intervalsOf(state, BOB).length], [["5", "6", "7"], 1]);
});
