import { deepStrictEqual } from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { CUT, type Trouble } from "../trouble.ts";
import { Questions } from "./questions.ts";

function asking(answer: (ids: readonly number[], call: number) => readonly number[] | Trouble) {
  const time = new VirtualTime();
  const calls: { at: number; ids: readonly number[] }[] = [];
  const began = time.now();
  const questions = new Questions<number>({
    ask: (ids) => {
      calls.push({ at: time.now() - began, ids });
      return Promise.resolve(answer(ids, calls.length));
    },
    isWanted: (id) => id >= 0,
    most: 3,
    timing: time,
  });
  return { time, calls, questions };
}

Deno.test("what is wanted within a moment is asked in one call, and calls follow one another", async () => {
  const { time, calls, questions } = asking(() => []);
  questions.connected(true);
  for (const id of [1, 2, 3, 4, 2, -1]) questions.want(id);
  await time.pass(1_000);
  deepStrictEqual(calls, [{ at: 50, ids: [1, 2, 3] }, { at: 100, ids: [4] }]);
  questions.close();
});

Deno.test("a call without an answer is made again later and later; what an answer leaves out holds up nothing", async () => {
  const { time, calls, questions } = asking((_ids, call) => call <= 2 ? CUT : call === 3 ? [2] : []);
  questions.connected(true);
  for (const id of [1, 2]) questions.want(id);
  await time.pass(1_600);
  deepStrictEqual(calls.map(({ at }) => at), [50, 550, 1_550]);
  questions.want(3);
  await time.pass(1_000);
  deepStrictEqual(calls.slice(3), [{ at: 1_650, ids: [3] }, { at: 2_100, ids: [2] }]);
  questions.close();
});

Deno.test("nothing is asked without a connection, and with one again all is asked at once", async () => {
  const { time, calls, questions } = asking((_ids, call) => call === 1 ? { ...CUT, retryAfterMs: 60_000 } : []);
  questions.want(1);
  await time.pass(10_000);
  questions.connected(true);
  await time.pass(1_000);
  questions.connected(false);
  await time.pass(5_000);
  questions.connected(true);
  await time.pass(1_000);
  deepStrictEqual(calls.map(({ at }) => at), [10_050, 16_050]);
  questions.close();
});
