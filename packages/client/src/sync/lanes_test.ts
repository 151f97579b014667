import { shardNumber } from "@gatz/domain";
import assert from "node:assert/strict";
import { UNAVAILABLE } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import type { Trouble } from "../trouble.ts";
import { Lanes } from "./lanes.ts";

function lanes(ready = () => Promise.resolve()) {
  const time = new VirtualTime();
  const running = new Map<string, PromiseWithResolvers<{ ok: true } | Trouble>>();
  const answers: boolean[] = [];
  const made = new Lanes({
    timing: time,
    ready,
    onAnswer: (_, does) => void answers.push(does),
    signal: new AbortController().signal,
  });
  const ask = (name: string, shard: number) => {
    const question = () => {
      running.set(name, Promise.withResolvers());
      return running.get(name)!.promise;
    };
    void made.ask(shardNumber(shard), { question, wanted: () => true });
  };
  const answer = async (name: string, value: { ok: true } | Trouble) => {
    const asked = running.get(name);
    running.delete(name);
    asked?.resolve(value);
    await time.settle();
  };
  return { time, running, answers, ask, answer };
}

Deno.test("[LIVE8] two questions of a shard are asked side by side; one by one while it is silent, and others are not held up", async () => {
  const { time, running, answers, ask, answer } = lanes();
  for (const name of ["a", "b", "c"]) ask(name, 1);
  await time.settle();
  assert.deepEqual([...running.keys()], ["a", "b"]);
  for (const name of ["a", "b"]) await answer(name, UNAVAILABLE);
  assert.deepEqual([[...running.keys()], answers], [["c"], [false]]);
  ask("other", 2);
  await time.pass(30_000);
  assert.deepEqual([...running.keys()], ["c", "other"]);
  await answer("c", { ok: true });
  assert.deepEqual([[...running.keys()].sort(), answers], [["a", "b", "other"], [false, true]]);
});

Deno.test("[LIVE6] who waited for a turn asks no sooner than it is known whose the connection is by then", async () => {
  let ready = Promise.resolve();
  const { time, running, ask, answer } = lanes(() => ready);
  for (const name of ["a", "b", "c"]) ask(name, 1);
  await time.settle();
  const checked = Promise.withResolvers<void>();
  ready = checked.promise;
  await answer("a", { ok: true });
  assert.deepEqual([...running.keys()], ["b"]);
  checked.resolve();
  await time.settle();
  assert.deepEqual([...running.keys()], ["b", "c"]);
});
