import { position, seq, shardNumber, type StreamId } from "@gatz/domain";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { FeedQueue, type QueueLimits } from "./queue.ts";

const limits: QueueLimits = { feedQueueEvents: 10, feedQueueBytes: 100_000, feedSignals: 3, frameEvents: 4 };
const stream = (n: number) => `disc_${n}` as StreamId;

function streaming(more: Partial<QueueLimits> = {}): FeedQueue {
  const queue = new FeedQueue({ ...limits, ...more });
  queue.startStreaming();
  return queue;
}

let positions = 0;
function put(queue: FeedQueue, n: number, at: number): number {
  const text = JSON.stringify({ type: "event", stream: stream(n), seq: at });
  const place = { shard: shardNumber(0), position: position(++positions) };
  queue.put({ kind: "item", text, bytes: text.length, ...place, stream: stream(n), seq: seq(at) });
  return positions;
}

interface Item {
  type: string;
  stream?: string;
  seq?: number;
  head?: number;
  from?: number;
  to?: number;
  heads?: { stream: string; seq: number }[];
}

function takeAll(queue: FeedQueue): Item[] {
  const items: Item[] = [];
  while (queue.ready) items.push(...queue.take(0).texts.map((text) => JSON.parse(text)));
  return items;
}

Deno.test("[LIVE3] nothing streams before the cutover, and what is put ahead goes first", () => {
  const queue = new FeedQueue(limits);
  put(queue, 1, 1);
  queue.putAhead('{"type":"live"}');
  assert.deepEqual(takeAll(queue).map(({ type }) => type), ["live"]);
  queue.startStreaming();
  queue.putAhead('{"type":"shard"}');
  assert.deepEqual(takeAll(queue).map(({ type }) => type), ["shard", "event"]);
  assert.ok(queue.drained);
});

Deno.test("[LIVE5] past the bound what is dropped is told as one behind a stream, and what follows comes", () => {
  const queue = streaming();
  for (let at = 1; at <= 11; at++) put(queue, at % 2, at);
  put(queue, 1, 13);
  put(queue, 3, 1);
  assert.deepEqual(takeAll(queue).map(({ type, stream, seq, head }) => `${type} ${stream} ${seq ?? head}`), [
    "behind disc_1 13",
    "behind disc_0 10",
    "event disc_3 1",
  ]);
});

Deno.test("[LIVE5] however much comes, a queue holds no more than its bounds", () => {
  const queue = streaming({ feedQueueEvents: 1_000_000, feedQueueBytes: 10_000 });
  for (let at = 1; at <= 50_000; at++) put(queue, at % 7, at);
  const { entries, bytes, dropped } = queue.held;
  assert.ok(bytes <= 10_000 && entries < 100, `${entries} entries, ${bytes} bytes`);
  assert.equal(dropped, 7);
});

Deno.test("[LIVE5] the cursor does not move past what was dropped before all of it was told", () => {
  const queue = streaming({ feedQueueEvents: 5, frameEvents: 2 });
  let last = 0;
  for (let n = 1; n <= 6; n++) last = put(queue, n, 1);
  const frames = [queue.take(0), queue.take(0), queue.take(0)];
  assert.deepEqual(frames.map(({ texts, places }) => [texts.length, places.at(-1)?.position]), [
    [2, undefined],
    [2, undefined],
    [2, last],
  ]);
});

Deno.test("[VIS2] opaque seqs that touch are one range", () => {
  const queue = streaming();
  const hide = (n: number, at: number) =>
    queue.putOpaque({ shard: shardNumber(0), position: position(++positions), stream: stream(n), seq: seq(at) });
  for (const at of [3, 4, 5]) hide(1, at);
  hide(2, 6);
  hide(1, 6);
  hide(1, 8);
  assert.deepEqual(takeAll(queue).map(({ stream, from, to }) => [stream, from, to]), [
    ["disc_1", 3, 5],
    ["disc_2", 6, 6],
    ["disc_1", 6, 6],
    ["disc_1", 8, 8],
  ]);
});

Deno.test("[LIVE4] one beat waits at most, behind all that it tells of", () => {
  const queue = streaming();
  put(queue, 1, 1);
  queue.putBeat([{ stream: stream(1), seq: seq(1) }]);
  put(queue, 2, 1);
  queue.putBeat([{ stream: stream(2), seq: seq(1) }]);
  const items = takeAll(queue);
  assert.deepEqual(items.map(({ type }) => type), ["event", "event", "beat"]);
  assert.deepEqual(items.at(-1)?.heads, [{ stream: "disc_1", seq: 1 }, { stream: "disc_2", seq: 1 }]);
});

Deno.test("[LIVE5] for every mix of putting and taking, each stream's seqs come once, in order, or within a behind", () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ put: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.constant("take" as const) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const queue = streaming();
    const heads = new Map<number, number>();
    const told = new Map<string, number>();
    const check = (items: Item[]) => {
      for (const { stream, seq, head } of items) {
        const before = told.get(stream!) ?? 0;
        if (seq !== undefined) assert.equal(seq, before + 1);
        else assert.ok(head! > before);
        told.set(stream!, (seq ?? head)!);
      }
    };
    for (const each of steps) {
      if (each === "take") check(queue.take(0).texts.map((text) => JSON.parse(text)));
      else {
        heads.set(each.put, (heads.get(each.put) ?? 0) + 1);
        put(queue, each.put, heads.get(each.put)!);
      }
    }
    check(takeAll(queue));
    for (const [n, head] of heads) assert.equal(told.get(stream(n)), head);
  }));
});

Deno.test("[LIVE5] of news about the same shard only the newest waits, however often it changes", () => {
  const queue = new FeedQueue({ feedQueueEvents: 10, feedQueueBytes: 10_000, feedSignals: 3, frameEvents: 100 });
  for (let n = 0; n < 1_000; n++) {
    queue.putNews("shard 1", `{"n":${n}}`);
    queue.putNews("shard 2", `{"m":${n}}`);
  }
  queue.startStreaming();
  assert.deepEqual(queue.take(0).texts, ['{"n":999}', '{"m":999}']);
});

function signal(about: string, { until = 100, of }: { until?: number; of?: number } = {}) {
  const text = JSON.stringify({ type: "signal", about });
  return { text, about, until, stream: of === undefined ? undefined : stream(of) };
}

Deno.test("[LIVE7] of signals about the same the newest waits, behind all events; what has expired is not sent", () => {
  const queue = streaming();
  for (const about of ["ann types", "ben types"]) queue.putSignal(signal(about, { until: 1 }));
  queue.putSignal(signal("ben types", { until: 9 }));
  put(queue, 1, 1);
  assert.deepEqual(queue.take(5).texts.map((text) => JSON.parse(text).about ?? "event"), ["event", "ben types"]);
  assert.equal(queue.ready, false);
});

Deno.test("[LIVE7] signals are bounded, and dropped before load costs a reader any event", () => {
  const queue = streaming();
  const taken = [1, 2, 3, 4].map((n) => queue.putSignal(signal(`${n}`)));
  assert.deepEqual(taken, [true, true, true, false]);
  assert.equal(takeAll(queue).length, 3);
  for (let at = 1; at <= 6; at++) put(queue, 1, at);
  assert.equal(queue.putSignal(signal("late")), false, "more than half of what may wait does");
  for (let at = 7; at <= 10; at++) put(queue, 1, at);
  assert.deepEqual(takeAll(queue).map(({ type }) => type), Array(10).fill("event"));
  assert.equal(queue.putSignal(signal("in time")), true);
});

Deno.test("[LIVE6] [LIVE7] of a stream that the reader has left no signal waits", () => {
  const queue = streaming();
  queue.putSignal(signal("there", { of: 1 }));
  queue.putSignal(signal("elsewhere", { of: 2 }));
  queue.forgetSignals(stream(1));
  assert.deepEqual(queue.take(0).texts.length, 1);
});
