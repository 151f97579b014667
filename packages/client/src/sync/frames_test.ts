import assert from "node:assert/strict";
import { framesOf } from "./frames.ts";

const call = (id: number, letters: number, letter = "a") => ({ id, method: "query", params: letter.repeat(letters) });
const callsIn = (frames: readonly string[]) => frames.flatMap((frame) => [JSON.parse(frame)].flat());

Deno.test("[LOG4] drafts as large as a frame, and what is asked beside them, are as many frames as a server takes them in", () => {
  const calls = [call(1, 61_000), ...Array.from({ length: 120 }, (_, n) => call(n + 2, 100, "ä"))];
  const frames = framesOf(JSON.stringify(calls));
  assert.deepEqual(callsIn(frames), calls);
  for (const frame of frames) {
    assert(new TextEncoder().encode(frame).length <= 64 * 1024);
    assert([JSON.parse(frame)].flat().length <= 50);
  }
  assert(frames.length <= 4, `${frames.length} frames`);
});

Deno.test("what is one call, or none, is sent as it is", () => {
  for (const message of ["PING", JSON.stringify(call(1, 100_000)), JSON.stringify([call(1, 10), call(2, 10)])]) {
    assert.deepEqual(framesOf(message), [message]);
  }
});
