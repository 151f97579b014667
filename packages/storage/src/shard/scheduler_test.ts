import assert from "node:assert/strict";
import { FlushScheduler, type Slot } from "./scheduler.ts";

interface Started {
  readonly name: string;
  readonly slot: Slot;
}

function scheduling(limits = { flushesPerServer: 2, flushAgeMs: 40 }) {
  const started: Started[] = [];
  const scheduler = new FlushScheduler(limits);
  const request = (name: string, oldest: number) =>
    scheduler.request({ oldest: () => oldest, start: (slot) => started.push({ name, slot }) });
  const names = () => started.map(({ name }) => name).join("");
  const done = () => started.forEach(({ slot }) => slot.done());
  return { scheduler, started, request, names, done };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("[SHARD2] two flushes run at a time, then the shard that waits longest", () => {
  const { request, started, names, done } = scheduling();
  request("a", 1);
  request("b", 2);
  request("c", 9);
  request("d", 5);
  assert.equal(names(), "ab");
  started[0]?.slot.holdsFence();
  started[0]?.slot.done();
  assert.equal(names(), "abd");
  started[1]?.slot.done();
  assert.equal(names(), "abdc");
  done();
});

Deno.test("[SHARD2] a flush that does not get its fence stops counting; once it has it, it counts", async () => {
  const { request, started, names, done } = scheduling({ flushesPerServer: 1, flushAgeMs: 10_000 });
  request("a", 1);
  request("b", 2);
  assert.equal(names(), "a");
  await pause(80);
  assert.equal(names(), "ab");
  started[0]?.slot.holdsFence();
  started[1]?.slot.done();
  request("c", 3);
  assert.equal(names(), "ab");
  started[0]?.slot.done();
  assert.equal(names(), "abc");
  done();
});

Deno.test("[SHARD2] a flush that grows old stops counting", async () => {
  const { request, started, names, done } = scheduling({ flushesPerServer: 1, flushAgeMs: 20 });
  request("a", 1);
  started[0]?.slot.holdsFence();
  request("b", 2);
  assert.equal(names(), "a");
  await pause(60);
  assert.equal(names(), "ab");
  done();
});

Deno.test("[SHARD2] a slot outside does not count", () => {
  const { scheduler, request, names, done } = scheduling({ flushesPerServer: 1, flushAgeMs: 1_000 });
  const outside = scheduler.outside();
  request("a", 1);
  assert.equal(names(), "a");
  outside.done();
  done();
});
