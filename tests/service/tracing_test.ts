/** A send's trace, as a real server exports it. */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId } = await import("@gatz/testing/test_server.ts");
  const { sent } = await import("../api/talk.ts");
  const { startCollector } = await import("./collector.ts");
  const { startProduction } = await import("./production.ts");
  const { followBySse, textsOf } = await import("./sse_reader.ts");

  Deno.test("a send's trace tells when it was received, queued, decided, committed, handed over and delivered, in that order", async () => {
    await using collector = startCollector();
    await using production = await startProduction({
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const { url, ann, ben, discussion, shard } = production;
    using reader = followBySse(url, ben);
    await reader.until((items) => items.some(({ type }) => type === "live"));
    await using client = connect(url, { transport: "ws", token: ann.token });
    const send = async (text: string) =>
      sent((await client.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text })).outcome);
    await send("a secret to be traced");
    await send("and another");
    await reader.until((items) => textsOf(items).length === 2);
    reader[Symbol.dispose]();
    await client[Symbol.asyncDispose]();
    assert.equal((await production.process.end("SIGTERM")).code, 0);

    const sends = collector.spans.filter(({ name }) => name === "messages.send");
    assert.equal(sends.length, 2);
    assert.notEqual(sends[0]?.traceId, sends[1]?.traceId);
    for (const span of sends) {
      assert.deepEqual(span.events.map(({ name }) => name), ["received", "queued", "decided", "committed"]);
      const [handed, ...more] = collector.spans.filter(({ name, parentSpanId }) =>
        name === "handed over" && parentSpanId === span.spanId
      );
      const [delivered] = collector.spans.filter(({ name, parentSpanId }) =>
        name === "delivered" && parentSpanId === span.spanId
      );
      assert.ok(handed && delivered && more.length === 0, "not all of its way is there");
      assert.deepEqual([handed.traceId, delivered.traceId], [span.traceId, span.traceId]);
      const times = [span.beganAt, ...span.events.map(({ at }) => at), handed.beganAt, delivered.beganAt];
      assert.deepEqual(times, times.toSorted((a, b) => Number(a - b)), "out of order");
    }
    const everything = collector.bodies.join("\n");
    for (const secret of ["a secret to be traced", ann.token, ben.token, ann.user, discussion]) {
      assert.ok(!everything.includes(secret), `exported: ${secret}`);
    }
  });
}
