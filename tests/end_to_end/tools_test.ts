/** The tools beside a database: whose secrets they take, and what they leave alone. @module */
import assert from "node:assert/strict";
import * as path from "node:path";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { startEntryPoint } = await import("./entry_point.ts");
  const { makeSecretsFile } = await import("../../apps/server/src/secrets.ts");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");

  const freshSecrets = () => makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));

  /** A folder to start programs in, as an operator would. */
  const inFolder = (test: (folder: string) => Promise<void>) => async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-tools-" });
    try {
      await test(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };

  const runIn = (cwd: string, file: string, env: Record<string, string> = {}) =>
    startEntryPoint(file, { cwd, env: { GATZ_PORT: "0", ...env } }).ended();

  const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

  Deno.test(
    "[LOG2] verify takes the secrets that `deno task start` runs with; without them, or with others, it says so and makes none",
    inFolder(async (folder) => {
      await using database = await testDatabase({ servers: 1, migrated: false });
      const env = { DATABASE_URL: database.directoryUrl, GATZ_SHARDS: "2" };
      const file = path.join(folder, "secrets.env");
      await Deno.writeTextFile(file, freshSecrets());
      await using running = startEntryPoint("apps/server/main.ts", { cwd: folder, env: { ...env, GATZ_PORT: "0" } });
      await running.printed(/gatz serves on/);
      await running.end("SIGTERM");

      const verified = await runIn(folder, "tools/verify.ts", env);
      assert.equal(verified.code, 0, verified.output);

      await Deno.remove(file);
      const without = await runIn(folder, "tools/verify.ts", env);
      assert.equal(without.code, 2, without.output);
      assert.match(without.output, /GATZ_DIGEST_KEY is not set/);
      assert.ok(without.output.includes(file), without.output);
      assert.doesNotMatch(without.output, /reset|generate-secrets|\n +at /);
      assert.deepEqual(namesIn(folder), []);

      await Deno.writeTextFile(file, freshSecrets());
      const another = await runIn(folder, "tools/verify.ts", env);
      assert.equal(another.code, 2, another.output);
      assert.match(another.output, /not the one that this database was made with.*GATZ_DIGEST_KEY/);
      const start = await runIn(folder, "apps/server/main.ts", env);
      assert.equal(start.code, 1, start.output);
      assert.match(start.output, /not the one that this database was made with.*GATZ_DIGEST_KEY/);
    }),
  );

  Deno.test(
    "[LOG2] nothing that meets production's embedded data without its secrets makes others, or says to clear it",
    inFolder(async (folder) => {
      const data = path.join(folder, ".gatz", "postgres");
      await Deno.mkdir(data, { recursive: true });
      await Deno.writeTextFile(path.join(data, "PG_VERSION"), "18\n");
      const verified = await runIn(folder, "tools/verify.ts", { GATZ_EMBEDDED: "1" });
      assert.equal(verified.code, 2, verified.output);
      assert.match(verified.output, /GATZ_DB_PASSWORD is not set/);
      assert.doesNotMatch(verified.output, /reset/);

      await Deno.writeTextFile(path.join(folder, "secrets.env"), freshSecrets());
      const dev = await runIn(folder, "apps/server/dev.ts", { GATZ_EMBEDDED: "1" });
      assert.equal(dev.code, 1, dev.output);
      assert.match(dev.output, /deno task start with \S+secrets\.env/);
      assert.doesNotMatch(dev.output, /reset/);

      const reset = await runIn(folder, "tools/reset.ts", { GATZ_EMBEDDED: "1" });
      assert.equal(reset.code, 1, reset.output);
      assert.deepEqual([namesIn(path.join(folder, ".gatz")), namesIn(data)], [["postgres"], ["PG_VERSION"]]);
    }),
  );

  Deno.test(
    "verify finds out nothing about a database that is not there, and makes none",
    inFolder(async (folder) => {
      await Deno.writeTextFile(path.join(folder, "secrets.env"), freshSecrets());
      const { code, output } = await runIn(folder, "tools/verify.ts");
      assert.equal(code, 2, output);
      assert.match(output, /There is no database in \S+\.gatz\/postgres/);
      assert.deepEqual(namesIn(folder), ["secrets.env"]);
    }),
  );

  Deno.test(
    "[LOG2] reset keeps the secrets that belong to the database of DATABASE_URL, and explains itself without a stack",
    inFolder(async (folder) => {
      const [data, text] = [path.join(folder, ".gatz"), freshSecrets()];
      await Deno.mkdir(data);
      await Deno.writeTextFile(path.join(data, "secrets.env"), text);
      const kept = await runIn(folder, "tools/reset.ts", { DATABASE_URL: "postgres://gatz@127.0.0.1:1/gatz" });
      assert.equal(kept.code, 0, kept.output);
      assert.match(kept.output, /secrets\.env.*belongs to it/);
      assert.equal(await Deno.readTextFile(path.join(data, "secrets.env")), text);

      const confused = await runIn(folder, "tools/reset.ts", { GATZ_PORT: "many" });
      assert.equal(confused.code, 1);
      assert.match(confused.output, /^GATZ_PORT must be a whole number/);
      assert.doesNotMatch(confused.output, /\n +at /);
      assert.deepEqual(namesIn(data), ["secrets.env"]);
    }),
  );
}
