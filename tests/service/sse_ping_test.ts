/** A file of its own, since it waits for long beside the others. */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { person, testServer } = await import("@gatz/testing/test_server.ts");

  Deno.test("[LIVE1] a quiet stream is pinged, so that no proxy ends it and its reader knows a dead one", async () => {
    await using server = await testServer({ database: { shards: 2 }, limits: { beatMs: 600_000 } });
    const { token } = await person(server.url, "ann");
    const over = new AbortController();
    const late = AbortSignal.timeout(60_000);
    const response = await fetch(`${server.url}/trpc/live.inbox?input=%7B%22json%22%3A%7B%7D%7D`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
      signal: AbortSignal.any([over.signal, late]),
    });
    const begun = performance.now();
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("event: ping")) break;
    }
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds > 10 && seconds < 25, `the first ping came after ${seconds} s`);
    assert.match(text, /^retry: \d+$/m);
    assert.match(text, /"reconnectAfterInactivityMs":40000/);
    over.abort();
  });
}
