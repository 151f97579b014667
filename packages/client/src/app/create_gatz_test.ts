import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";
import { memoryStore } from "../store/memory.ts";
import { createGatz } from "./create_gatz.ts";

if (await needsLoopback(import.meta.url)) {
  Deno.test("[LOG4] a client whose store refuses from the start is none: that is told, and nothing is tried any more", async () => {
    let attempts = 0;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      attempts++;
      return new Response(null, { status: 503 });
    });
    const store = memoryStore();
    await store.close();
    const created = createGatz({ url: `http://127.0.0.1:${server.addr.port}`, auth: "token", store });
    await assert.rejects(created, { name: "StoreFailed" });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert(attempts <= 1, `${attempts} attempts`);
    await server.shutdown();
  });
}
