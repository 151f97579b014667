import assert from "node:assert/strict";
import { untilAnswered } from "./call_api.ts";

Deno.test("[LOG4] what a newcomer's start can't have now it asks for again; what is refused it says", async () => {
  const answers = [{ problem: "not now" }, { answer: 7 }];
  assert.equal(await untilAnswered(() => Promise.resolve(answers.shift()!)), 7);
  await assert.rejects(untilAnswered(() => Promise.reject(new Error("refused"))), /refused/);
});
