import assert from "node:assert/strict";
import { foldStream, position, seq, toEvent, unixMs } from "@gatz/domain";
import { registerProposal } from "../../testing/drafts.ts";
import type { Committed } from "../contract.ts";
import { Ring } from "./ring.ts";

const event = toEvent(registerProposal(), {}, { seq: seq(1), at: unixMs(1) });
const { state } = foldStream([event]);
assert.ok(state);
const committed = (n: number): Committed => ({ position: position(n), event, state });
const entry = (n: number, bytes = 1) => ({ committed: committed(n), bytes });
const ringOf = (ringEvents: number, ringBytes = 1_000) => new Ring({ ringEvents, ringBytes });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));
const positions = (found: ReturnType<Ring["since"]>) =>
  typeof found === "string" ? found : found.map((one) => one.position);

Deno.test("[LOG3] a ring gives what came after a position, and says when it has not the first of it", () => {
  const ring = ringOf(4);
  assert.deepEqual(positions(ring.since(position(0))), []);
  ring.append(10, range(11, 13));
  assert.deepEqual(positions(ring.since(position(13))), []);
  assert.deepEqual(positions(ring.since(position(10))), [11, 12, 13]);
  assert.deepEqual(positions(ring.since(position(12))), [13]);
  assert.equal(ring.since(position(9)), "in the log");
});

Deno.test("[LOG3] a ring holds the newest and forgets the oldest", () => {
  const ring = ringOf(4);
  for (let n = 0; n < 30; n++) ring.append(n, [entry(n + 1)]);
  assert.equal(ring.head, 30);
  assert.deepEqual(positions(ring.since(position(26))), [27, 28, 29, 30]);
  assert.equal(ring.since(position(5)), "in the log");
});

Deno.test("[LOG3] a ring has no holes: what was appended elsewhere is in the log", () => {
  const ring = ringOf(10);
  ring.append(0, range(1, 3));
  ring.advance(5);
  assert.equal(ring.since(position(3)), "in the log");
  ring.append(5, range(6, 7));
  assert.equal(ring.since(position(3)), "in the log");
  assert.equal(ring.since(position(4)), "in the log");
  assert.deepEqual(positions(ring.since(position(5))), [6, 7]);
});

Deno.test("[LOG3] a fence that was read before the writer says what it appended makes no hole", () => {
  const ring = ringOf(10);
  ring.append(0, range(1, 3));
  ring.advance(5);
  ring.append(3, range(4, 5));
  assert.deepEqual(positions(ring.since(position(2))), [3, 4, 5]);
});

Deno.test("[LOG3] who waits is woken by news, or by the end", async () => {
  const ring = ringOf(10);
  const stop = new AbortController();
  const waiting = ring.movedBeyond(position(0), stop.signal);
  ring.advance(1);
  await waiting;
  const forever = ring.movedBeyond(position(1), stop.signal);
  stop.abort();
  await forever;
});

Deno.test("[SHARD2] a ring holds no more bytes than it may, whatever the size of its events; what it lacks is in the log", () => {
  const ring = ringOf(1_000, 100);
  let before = 0;
  for (const bytes of [30, 30, 30]) ring.append(before, [entry(++before, bytes)]);
  assert.deepEqual(positions(ring.since(position(0))), [1, 2, 3]);
  ring.append(before, [entry(++before, 20)]);
  assert.equal(ring.since(position(1)), "in the log");
  assert.deepEqual(positions(ring.since(position(2))), [3, 4], "half of what it may hold");
  ring.append(before, [entry(++before, 500)]);
  assert.equal(ring.since(position(4)), "in the log", "one that is too large is not held at all");
  ring.append(before, [entry(++before, 10)]);
  assert.equal(ring.since(position(4)), "in the log");
  assert.deepEqual(positions(ring.since(position(5))), [6]);
  for (let n = 0; n < 100; n++) ring.append(before, [entry(++before, 10)]);
  const held = [...Array(before).keys()].filter((from) => ring.since(position(from)) !== "in the log").length;
  assert.ok(held >= 5 && held <= 10, `events held: ${held}`);
});
