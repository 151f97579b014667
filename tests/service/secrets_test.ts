/** Marked secrets go through every input; none of them is in the logs, the metrics, the traces, or in an error (SEC3, SEC4). */
import { strict as assert } from "node:assert";
import { z } from "zod";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { describeApi } = await import("@gatz/server");
  const { connect, freshId } = await import("@gatz/testing/test_server.ts");
  const { sent } = await import("../api/talk.ts");
  const { startCollector } = await import("./collector.ts");
  const { startProduction } = await import("./production.ts");

  /** In values: nothing says it again. In names of fields, which an error may name to who sent them. */
  const [VALUE, NAME] = ["mArKeDvalue", "mArKeDname"];

  /** The names of a procedure's input's fields. */
  const fieldsOf = (inputs: readonly z.ZodType[]) =>
    inputs.flatMap((input) => input instanceof z.ZodObject ? Object.keys(input.shape) : []);

  /** Inputs with the mark at every place where a value or a name can be. */
  const markedInputs = (inputs: readonly z.ZodType[]): unknown[] => {
    const fields = fieldsOf(inputs);
    return [
      VALUE,
      [VALUE],
      { [NAME]: VALUE },
      ...fields.flatMap((field) => [{ [field]: VALUE }, { [field]: [VALUE] }, { [field]: { [NAME]: VALUE } }]),
      Object.fromEntries(fields.map((field) => [field, `${VALUE} ${field}`])),
    ];
  };

  Deno.test("[SEC3] [SEC4] marked secrets through every input are in no log, metric, trace or error", async () => {
    await using collector = startCollector();
    await using production = await startProduction({
      GATZ_LOG_LEVEL: "debug",
      GATZ_LIMITS: "lifted-for-load,beatMs=500",
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const { url, ann, ben, discussion, shard, metricsToken } = production;
    const answers: string[] = [];
    const ask = async (target: string, init: RequestInit = {}) => {
      const response = await fetch(target, { ...init, signal: AbortSignal.timeout(10_000) });
      answers.push(`${[...response.headers].join("\n")}\n${await response.text()}`);
    };
    const authorization = `Bearer ${ann.token}`;
    const json = { authorization, "content-type": "application/json" };

    let calls = 0;
    for (const { path, kind, inputs } of describeApi()) {
      if (kind === "subscription") continue;
      for (const input of markedInputs(inputs)) {
        calls++;
        const body = JSON.stringify({ json: input });
        if (kind === "mutation") await ask(`${url}/trpc/${path}`, { method: "POST", headers: json, body });
        else await ask(`${url}/trpc/${path}?input=${encodeURIComponent(body)}`, { headers: { authorization } });
      }
    }
    assert.ok(calls > 100, `${calls} calls`);
    assert.ok(!answers.some((answer) => answer.includes("RateLimited")), "inputs were refused unread");

    // What is no call: paths, queries, headers, bodies, and a token in the URL.
    for (
      const path of [`trpc/${VALUE}`, `trpc/${VALUE}.${VALUE}`, VALUE, `health?${VALUE}`, `metrics?token=${VALUE}`]
    ) {
      await ask(`${url}/${path}`, { headers: { authorization } });
      await ask(`${url}/${path}`, { method: "POST", headers: json, body: `{"${NAME}":"${VALUE}` });
    }
    await ask(`${url}/trpc/auth.me`, {
      headers: { authorization: `Bearer ${VALUE}`, cookie: VALUE, "x-forwarded-for": VALUE },
    });
    await ask(`${url}/trpc/auth.me`, {
      headers: { authorization: `Bearer gatz1.${VALUE}.${VALUE}`, origin: `http://${VALUE}` },
    });
    await ask(`${url}/trpc/auth.me?connectionParams=${encodeURIComponent(JSON.stringify({ token: ann.token }))}`);
    await ask(`${url}/trpc/live.inbox?input=${encodeURIComponent(JSON.stringify({ json: { cursor: VALUE } }))}`, {
      headers: { authorization, accept: "text/event-stream" },
    });

    // A socket that is opened with secrets and told nonsense, and one that is used as it should be.
    const heard = Promise.withResolvers<void>();
    const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1&${VALUE}=${VALUE}`);
    socket.onclose = () => heard.resolve();
    socket.onmessage = ({ data }) => answers.push(data);
    socket.onopen = () => {
      socket.send(JSON.stringify({ method: "connectionParams", data: { token: VALUE, [NAME]: VALUE } }));
      socket.send(VALUE);
      socket.send(JSON.stringify({ id: 1, method: VALUE, params: { path: VALUE, input: VALUE } }));
      socket.send(JSON.stringify({ id: 2, method: "query", params: { path: "auth.me", input: { json: VALUE } } }));
      socket.send(new Uint8Array([1, 2, 3]));
    };
    await heard.promise;
    {
      await using client = connect(url, { transport: "ws", token: ann.token });
      const id = freshId("msg", shard);
      sent((await client.api.messages.send.mutate({ id, discussion, text: `${VALUE} is what I say` })).outcome);
      const again = await client.api.messages.send.mutate({ id, discussion, text: `${VALUE} is not what I said` });
      assert.equal(again.outcome.kind, "rejected");
    }

    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
    const scraped = await metrics.text();
    assert.match(scraped, /gatz_calls_total/);
    assert.equal((await production.process.end("SIGTERM")).code, 0);
    const { output } = await production.process.ended();
    const lines = output.split("\n").filter((line) => line.startsWith("{"));
    assert.ok(
      lines.filter((line) => JSON.parse(line).properties.event === "api.call").length > 100,
      output.slice(0, 3_000),
    );

    assert.ok(collector.spans.length > 100, `${collector.spans.length} spans`);

    const secrets = [VALUE, ann.token, ben.token, ...production.secrets];
    const holds = (text: string, secret: string) => text.includes(secret);
    for (const secret of [...secrets, NAME]) {
      assert.ok(!holds(output, secret), `logged: ${output.split("\n").find((line) => holds(line, secret))}`);
      assert.ok(!holds(scraped, secret), `in the metrics: ${secret}`);
      assert.ok(!collector.bodies.some((body) => holds(body, secret)), `exported: ${secret}`);
    }
    for (const secret of secrets) {
      const said = answers.find((answer) => holds(answer, secret));
      assert.equal(said, undefined, "an answer repeats it");
    }
  });
}
