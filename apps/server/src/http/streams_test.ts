import { strict as assert } from "node:assert";
import { Traffic } from "../live/traffic.ts";
import { createStreams } from "./streams.ts";

Deno.test("[LIVE5] a stream that fails is looked after no more, and the server still stops", async () => {
  const options = { limits: { stuckReaderMs: 60_000 }, traffic: new Traffic(), now: () => 0, random: () => 0 };
  const streams = createStreams(options);
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("failed")) });
  const response = streams.watch(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  assert.equal(streams.size, 1);
  await assert.rejects(response.text(), /failed/);
  assert.equal(streams.size, 0);
  streams.endAll();
});
