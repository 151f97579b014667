import assert from "node:assert/strict";
import { type FeedItem, incarnation, type LogEvent, makeId, seq, shardNumber, unixMs } from "@gatz/domain";
import { type LogItem, Notebook } from "./notebook.ts";

const ingredients = (n: number) => ({ shard: shardNumber(0), unixMs: 0, random: new Uint8Array(8).fill(n) });
const STREAM = makeId("disc", ingredients(1));
const OTHER = makeId("disc", ingredients(2));
const ANN = makeId("user", ingredients(3));
const message = (n: number) => makeId("msg", ingredients(n));

const event = (more: LogEvent): LogItem => ({ type: "event", event: more });
/** The create event at seq 1, else a message. */
function sent(n: number, text = `text ${n}`): LogItem {
  const common = { stream: STREAM, version: 1, actor: ANN, seq: seq(n), at: unixMs(n), decided: {} } as const;
  const id = makeId("evt", ingredients(n));
  const body = { group: makeId("grp", ingredients(4)), name: "one", members: [] };
  if (n === 1) return event({ ...common, id, type: "create", body });
  return event({ ...common, id: message(n), type: "new-message", body: { text, mentions: [], attachments: [] } });
}
const hidden = (from: number, to: number): LogItem => ({
  type: "opaque",
  stream: STREAM,
  from: seq(from),
  to: seq(to),
});
const heads = (type: "live" | "beat", n: number): FeedItem =>
  type === "beat"
    ? { type, heads: [{ stream: STREAM, seq: seq(n) }] }
    : { type, incarnation: incarnation("one"), heads: [{ stream: STREAM, seq: seq(n) }] };
const behind = (n: number): FeedItem => ({ type: "behind", stream: STREAM, head: seq(n) });
function joined(visibleFrom: number, head: number, stream = STREAM): FeedItem {
  const state = { kind: "user", id: ANN, seq: seq(1), handle: "ann", name: "Ann" } as const;
  return { type: "joined", stream, visibleFrom: seq(visibleFrom), head: seq(head), state };
}

async function noted(log: readonly LogItem[], ...items: FeedItem[]) {
  const notebook = new Notebook({
    viewer: "ann",
    streams: new Set([STREAM]),
    readLog: (_stream, fromSeq) =>
      Promise.resolve(log.filter((one) => (one.type === "event" ? one.event.seq : one.to) >= fromSeq).slice(0, 2)),
  });
  notebook.take(items);
  await notebook.settled();
  const { seq, messages } = notebook.held(STREAM);
  const texts = [...messages.values()].map((message) => message.kind === "live" ? message.text : "deleted");
  return { seq, texts, faults: notebook.faults.map(({ path, expected, found }) => `${path}: ${expected}, ${found}`) };
}

Deno.test("[LIVE3] a notebook reads up to where it joined, and goes on with the feed", async () => {
  const log = [hidden(1, 2), sent(3), sent(4)];
  const found = await noted(log, joined(3, 4), sent(5), heads("beat", 5));
  assert.deepEqual(found, { seq: 5, texts: ["text 3", "text 4", "text 5"], faults: [] });
});

Deno.test("[LIVE3] behind is read, a repeated joined or event changes nothing", async () => {
  const log = [sent(1), sent(2), sent(3)];
  const found = await noted(log, joined(1, 1), behind(3), joined(1, 1), sent(2, "again"), heads("live", 3));
  assert.deepEqual(found, { seq: 3, texts: ["text 2", "text 3"], faults: [] });
});

Deno.test("[LIVE3] an item that the feed drops is a fault, though the next read would hide it", async () => {
  const log = [sent(1), sent(2), sent(3)];
  const found = await noted(log, joined(1, 1), sent(3));
  assert.deepEqual(found, { seq: 3, texts: ["text 2", "text 3"], faults: ["the feed's next seq: 2, 3"] });
});

Deno.test("[LIVE4] a head that was not brought is a fault", async () => {
  const found = await noted([sent(1), sent(2)], joined(1, 1), heads("beat", 2));
  assert.deepEqual(found, { seq: 1, texts: [], faults: ["what came before a head: 2, 1"] });
});

Deno.test("[VIS2] hidden seqs count as received", async () => {
  const found = await noted([sent(1)], joined(1, 1), hidden(2, 4), sent(5));
  assert.deepEqual(found, { seq: 5, texts: ["text 5"], faults: [] });
});

Deno.test("[VIS1] joining again with more history reads anew what was hidden", async () => {
  const log: LogItem[] = [hidden(1, 2), sent(3)];
  const notebook = new Notebook({
    viewer: "ann",
    streams: new Set([STREAM]),
    readLog: (_stream, fromSeq) =>
      Promise.resolve(log.filter((one) => (one.type === "event" ? one.event.seq : one.to) >= fromSeq)),
  });
  notebook.start(STREAM, 3);
  await notebook.settled();
  log.splice(0, 2, sent(1), sent(2), sent(3), sent(4));
  notebook.take([joined(1, 4)]);
  await notebook.settled();
  assert.deepEqual([...notebook.held(STREAM).messages.keys()], [2, 3, 4].map(message));
  assert.deepEqual(notebook.faults, []);
});

Deno.test("a read that brings nothing ends in a fault, not in a loop", async () => {
  const found = await noted([sent(1)], behind(3));
  assert.deepEqual(found.faults, ["log.read from seq 2: items up to seq 3, none"]);
});

Deno.test("other streams of the feed are not noted", async () => {
  assert.deepEqual(await noted([], joined(1, 9, OTHER)), { seq: 0, texts: [], faults: [] });
});
