import assert from "node:assert/strict";
import * as path from "node:path";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { startEntryPoint } = await import("./entry_point.ts");
  const { joinEmbeddedPostgres, removeEmbeddedPostgres } = await import("@gatz/storage/embedded");
  const { parseSecretsFile } = await import("../../apps/server/src/secrets.ts");
  const { databaseUrl, sharedServers, testDatabase } = await import("@gatz/testing/test_database.ts");

  const DEV = "apps/server/dev.ts";
  const READY = "Ctrl-C stops everything";

  /** A data folder of the test's own. */
  const withData = (test: (data: string) => Promise<void>) => async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-dev-" });
    await Deno.chmod(folder, 0o755);
    try {
      await test(path.join(folder, "data"));
    } finally {
      await removeEmbeddedPostgres(path.join(folder, "data", "postgres"));
      await Deno.remove(folder, { recursive: true });
    }
  };

  const devIn = (data: string, env: Record<string, string> = {}) =>
    startEntryPoint(DEV, { env: { GATZ_DATA: data, GATZ_PORT: "0", ...env } });

  /** The embedded server of a data folder, if it runs. */
  const embeddedOf = async (data: string) => {
    const password = parseSecretsFile(await Deno.readTextFile(path.join(data, "secrets.env"))).GATZ_DB_PASSWORD ?? "";
    return await joinEmbeddedPostgres({ dataDir: path.join(data, "postgres"), password });
  };

  const urlIn = (block: string) => {
    const url = block.match(/gatz +(http:\/\/127\.0\.0\.1:\d+)/)?.[1];
    assert.ok(url, block);
    return url;
  };

  /** What the printed curl line would send. */
  const curlIn = (block: string) => {
    const line = block.match(/curl -s (\S+) .*-H 'authorization: (Bearer \S+)' -d '(.*)'/);
    const [, url = "", authorization = "", body = ""] = line ?? [];
    assert.ok(url, block);
    return { url, authorization, body };
  };

  const post = async ({ url, authorization, body }: ReturnType<typeof curlIn>) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, text };
  };

  const textsIn = async (block: string) => {
    const { authorization, body } = curlIn(block);
    const { discussion } = JSON.parse(body).json;
    const input = encodeURIComponent(JSON.stringify({ json: { discussion, limit: 50 } }));
    const answer = await fetch(`${urlIn(block)}/trpc/messages.byDiscussion?input=${input}`, {
      headers: { authorization },
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return { discussion, texts: [...text.matchAll(/"text":"([^"]*)"/g)].map((match) => match[1]) };
  };

  Deno.test(
    "[LOG4] dev starts with nothing set up; what was said is there after a restart; reset clears it",
    withData(async (data) => {
      await using first = devIn(data);
      const block = await first.printed(READY);
      assert.match(block.trim().split("\n")[0] ?? "", /^gatz +http:\/\/127\.0\.0\.1:\d+ +\(ready in \d+\.\d s/);
      assert.match(block, /alice +http:\S+#a=/);
      assert.match(block, /bob +http:\S+#a=/);
      assert.ok(!/\?\S*(token|a)=/.test(block), "no token in a query");
      const curl = curlIn(block);
      assert.match((await post(curl)).text, /"kind":"accepted"/);
      assert.match((await post(curl)).text, /"kind":"duplicate"/);
      const before = await textsIn(block);
      assert.deepEqual(before.texts, ["Hello from the shell"]);

      const refused = await startEntryPoint("tools/reset.ts", { env: { GATZ_DATA: data } }).ended();
      assert.equal(refused.code, 1);
      assert.match(refused.output, new RegExp(`in use by process ${first.pid}`));
      const embedded = await embeddedOf(data);
      assert.ok(embedded);
      assert.equal((await first.end("SIGINT")).code, 0);
      assert.equal(await embeddedOf(data), undefined);

      await using second = devIn(data);
      assert.deepEqual(await textsIn(await second.printed(READY)), before);
      assert.equal((await second.end("SIGTERM")).code, 0);
      assert.equal(await embeddedOf(data), undefined);

      const cleared = await startEntryPoint("tools/reset.ts", { env: { GATZ_DATA: data } }).ended();
      assert.equal(cleared.code, 0, cleared.output);
      assert.deepEqual([...Deno.readDirSync(data)].map(({ name }) => name), []);
    }),
  );

  Deno.test(
    "a taken port is named, with how to choose another, and nothing is started",
    withData(async (data) => {
      const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = taken.addr;
      const { code, output } = await devIn(data, { GATZ_PORT: String(port) }).ended();
      taken.close();
      assert.equal(code, 1);
      assert.match(output, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken.*GATZ_PORT=${port + 1}`));
      assert.equal(await embeddedOf(data), undefined);
    }),
  );

  Deno.test(
    "a run killed by kill -9 leaves nothing in the way of the next",
    withData(async (data) => {
      await using killed = devIn(data);
      await post(curlIn(await killed.printed(READY)));
      await killed.end("SIGKILL");
      await using next = devIn(data);
      assert.deepEqual((await textsIn(await next.printed(READY))).texts, ["Hello from the shell"]);
      await next.end("SIGINT");
    }),
  );

  Deno.test(
    "with DATABASE_URL, that database is used, and no embedded one is made",
    withData(async (data) => {
      await using database = await testDatabase({ servers: 1, migrated: false });
      await using dev = devIn(data, {
        DATABASE_URL: database.directoryUrl,
        GATZ_SERVERS: `a=${database.directoryUrl}`,
      });
      assert.match((await post(curlIn(await dev.printed(READY)))).text, /"kind":"accepted"/);
      await dev.end("SIGINT");
      await assert.rejects(Deno.lstat(path.join(data, "postgres")), Deno.errors.NotFound);
    }),
  );

  Deno.test(
    "[SEC3] a database that can't be used is explained without its password",
    withData(async (data) => {
      const shared = sharedServers().a;
      const cases = [
        { url: "postgres://gatz:hush-hush@127.0.0.1:1/gatz", says: /ECONNREFUSED.*Is it running/ },
        { url: databaseUrl(shared, "no_such_database"), says: /3D000.*CREATE DATABASE/ },
        { url: shared.replace(/:[^:@]*@/, ":hush-hush@"), says: /28P01.*password/ },
      ];
      for (const { url, says } of cases) {
        const { code, output } = await devIn(data, { DATABASE_URL: url }).ended();
        assert.equal(code, 1, output);
        assert.match(output, says);
        assert.doesNotMatch(output, /hush-hush|\n +at /);
      }
    }),
  );

  Deno.test("[SEC1] production refuses to start on missing or weak secrets, and has no development sign-in", async () => {
    await using database = await testDatabase({ servers: 1, migrated: false });
    const folder = await Deno.makeTempDir({ prefix: "gatz-start-" });
    const [DATABASE_URL, GATZ_SERVERS] = [database.directoryUrl, `a=${database.directoryUrl}`];
    const env = { DATABASE_URL, GATZ_SERVERS, GATZ_PORT: "0" };
    const main = (more: Record<string, string> = {}) =>
      startEntryPoint("apps/server/main.ts", { env: { ...env, ...more }, cwd: folder });

    const missing = await main().ended();
    assert.equal(missing.code, 1);
    assert.match(missing.output, /GATZ_TOKEN_KEY is not set[\s\S]*deno task generate-secrets/);
    const weak = await main({ GATZ_TOKEN_KEY: "A".repeat(43), GATZ_DIGEST_KEY: "B".repeat(43) }).ended();
    assert.equal(weak.code, 1);
    assert.match(weak.output, /GATZ_TOKEN_KEY is weak[\s\S]*GATZ_DIGEST_KEY is weak/);
    assert.ok(!weak.output.includes("AAAA"));
    assert.ok(!missing.output.includes(new URL(sharedServers().a).password));

    const generated = await startEntryPoint("tools/generate_secrets.ts", { env: {} }).ended();
    await Deno.writeTextFile(path.join(folder, "secrets.env"), generated.output);
    await using running = main();
    const url = (await running.printed(/gatz serves on \S+\n/)).match(/serves on (\S+)/)?.[1] ?? "";
    const health = await fetch(`${url}/health`);
    assert.equal(health.status, 200, await health.text());
    const signIn = await post({
      url: `${url}/trpc/auth.devSignIn`,
      authorization: "",
      body: '{"json":{"handle":"mallory"}}',
    });
    assert.notEqual(signIn.status, 200);
    assert.ok(!signIn.text.includes('"token"'));
    assert.equal((await running.end("SIGTERM")).code, 0);
    await Deno.remove(folder, { recursive: true });
  });
}
