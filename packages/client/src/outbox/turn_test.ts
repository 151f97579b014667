import assert from "node:assert/strict";
import { LockLost, StoreFailed } from "../store/contract.ts";
import { Turn } from "./turn.ts";

Deno.test("[LOG4] a turn ends with the lock, after what it is writing, and writes nothing then", async () => {
  const [held, writing] = [new AbortController(), Promise.withResolvers<void>()];
  const turn = new Turn(held.signal);
  const written = turn.write(() => writing.promise);
  let hasEnded = false;
  const ended = turn.ended().then(() => hasEnded = true);
  held.abort();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(hasEnded, false);
  assert.equal(await turn.write(() => assert.fail("it writes")), false);
  writing.resolve();
  await ended;
  assert.equal(await written, true);
});

Deno.test("[LOG4] a full disk is no end of a turn; a lost lock is, and so is a bug, which is told", async () => {
  const turns = Array.from({ length: 3 }, () => new Turn(new AbortController().signal));
  const [full, lost, buggy] = turns as [Turn, Turn, Turn];
  assert.equal(await full.write(() => Promise.reject(new StoreFailed("full"))), false);
  assert.equal(await lost.write(() => Promise.reject(new LockLost("lost"))), false);
  await buggy.start(() => Promise.reject(new TypeError("a bug")));
  assert.deepEqual(turns.map(({ signal }) => signal.aborted), [false, true, true]);
  await lost.ended();
  await assert.rejects(buggy.ended(), TypeError);
});
