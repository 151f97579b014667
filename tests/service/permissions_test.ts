/** `deno task start` with no more permissions than it needs (SEC3). */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId } = await import("@gatz/testing/test_server.ts");
  const { sent } = await import("../api/talk.ts");
  const { startDeno, startEntryPoint } = await import("../end_to_end/entry_point.ts");
  const { startProduction } = await import("./production.ts");
  const { scrape } = await import("./scrape.ts");
  const { followBySse, textsOf } = await import("./sse_reader.ts");

  Deno.test("[SEC3] production starts and serves with the permissions of `deno task start` alone, and has no page", async () => {
    await using production = await startProduction();
    const { url, ann, ben, discussion, shard, metricsToken } = production;
    await using api = connect(url, { transport: "ws", token: ann.token });
    using reader = followBySse(url, ben);
    await reader.until((items) => items.some(({ type }) => type === "live"));
    const id = freshId("msg", shard);
    sent((await api.api.messages.send.mutate({ id, discussion, text: "under lock and key" })).outcome);
    await reader.until((items) => textsOf(items).includes("under lock and key"));
    assert.equal((await fetch(`${url}/health?strict`).then((r) => r.json())).status, "ok");
    assert.equal((await scrape(url, metricsToken)).sum("gatz_outcomes_total", { kind: "accepted" }), 1);
    const page = await fetch(url);
    assert.equal((await page.body?.cancel(), page.status), 404);
    reader[Symbol.dispose]();
    await api[Symbol.asyncDispose]();
    assert.equal((await production.process.end("SIGTERM")).code, 0);
  });

  Deno.test("[SEC3] with GATZ_NODES a node may forward to the one that writes, under the permissions of `deno task start`", async () => {
    await using production = await startProduction();
    const { ann, discussion, shard, metricsToken } = production;
    const other = await production.another();
    await using api = connect(other.url, { transport: "ws", token: ann.token });
    const { outcome } = await api.api.messages.send.mutate({
      id: freshId("msg", shard),
      discussion,
      text: "by way of",
    });
    sent(outcome);
    const [writes, serves] = [await scrape(production.url, metricsToken), await scrape(other.url, metricsToken)];
    assert.deepEqual([writes.sum("gatz_shard_owned"), serves.sum("gatz_shard_owned")], [2, 0]);
    assert.equal(serves.sum("gatz_forwards_total", { result: "answered" }), 1);
    assert.equal(serves.sum("gatz_forwards_total"), 1);
  });

  Deno.test("[SEC3] what production is not granted is refused: other files, programs, hosts, variables, and all writing", async () => {
    const env = { DATABASE_URL: "postgres://gatz:hush-hush@127.0.0.1:5432/gatz", GATZ_PORT: "4000" };
    const printed = await startEntryPoint("tools/start_permissions.ts", { env }).ended();
    assert.equal(printed.code, 0, printed.output);
    assert.ok(!printed.output.includes("hush-hush"));
    const flags = printed.output.trim().split(" ");
    const tries = {
      file: 'Deno.readTextFileSync("/etc/passwd")',
      folder: 'Deno.readDirSync(".")',
      write: 'Deno.writeTextFileSync("secrets.env", "")',
      program: 'new Deno.Command("ls").outputSync()',
      host: 'Deno.listen({ hostname: "127.0.0.1", port: 4001 })',
      database: 'await Deno.connect({ hostname: "127.0.0.1", port: 5433 })',
      variable: 'Deno.env.get("HOME")',
      all: "Deno.env.toObject()",
      system: "Deno.hostname()",
      library: 'Deno.dlopen("libc.so.6", {})',
      granted: 'Deno.env.get("GATZ_PORT")',
    };
    const code = Object.entries(tries).map(([name, attempt]) =>
      `try { ${attempt}; console.log("${name} done"); } catch (e) { console.log("${name} " + e.name); }`
    ).join("\n");
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, code);
    const { output } = await startDeno(["run", "--no-check", ...flags, file], { env: {} }).ended();
    await Deno.remove(file);
    for (const name of Object.keys(tries)) {
      assert.match(output, new RegExp(`${name} ${name === "granted" ? "done" : "NotCapable"}`), output);
    }
  });

  Deno.test("a configuration that can't be read is complained about, whatever it would have granted", async () => {
    const { code, output } = await startDeno(["task", "start"], { env: { GATZ_PORT: "many" } }).ended();
    assert.equal(code, 1, output);
    assert.match(output, /GATZ_PORT must be a whole number[\s\S]*DATABASE_URL is not set/);
  });
}
