import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";
import { callApi } from "./call_api.ts";

if (await needsLoopback(import.meta.url)) {
  /** What a server with these answers, one a request, gives a newcomer; and how many of them were asked for. */
  async function asked(...statuses: readonly number[]) {
    let count = 0;
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      const status = statuses[count++];
      return Response.json(status === 200 ? { result: { data: { json: 7 } } } : {}, { status: status ?? 500 });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const call = callApi<number>(url, { path: "auth.devSignIn", kind: "mutation", input: {} });
    const told = await call.catch(({ message }: Error) => message);
    return { told, count };
  }

  Deno.test("[LOG4] what a newcomer's start can't have now it asks for again; what is refused is told at once", async () => {
    assert.deepEqual(await asked(503, 503, 200), { told: 7, count: 3 });
    assert.deepEqual(await asked(400, 200), { told: "auth.devSignIn answered 400: {}", count: 1 });
  });
}
