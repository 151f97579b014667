/** The drill of an operator, with the tasks' own programs. @module */
import assert from "node:assert/strict";
import * as path from "node:path";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { startEntryPoint } = await import("../end_to_end/entry_point.ts");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { readHeldHash } = await import("../../apps/server/src/views/held_hash.ts");
  const { inTempFolder, livedIn } = await import("./lived_in.ts");

  Deno.test("[BAK1] the drill: backup, verify, a new machine's secrets, restore; each says in one line what stands in its way", async () => {
    await using folder = await inTempFolder();
    await using town = await livedIn();
    await using target = await testDatabase({ shards: 4, servers: 1, migrated: false });
    const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
    const secrets = { GATZ_TOKEN_KEY: random(), GATZ_DIGEST_KEY: base64url(town.config.digestKey) };
    const source = {
      ...secrets,
      DATABASE_URL: town.config.directory,
      GATZ_SERVERS: Object.entries(town.config.servers).map(([name, url]) => `${name}=${url}`).join(","),
      GATZ_SHARDS: "4",
    };
    const machine = { ...source, GATZ_SERVERS: "", DATABASE_URL: target.directoryUrl, GATZ_DIGEST_KEY: random() };
    const run = (tool: string, args: readonly string[], env: Record<string, string>) =>
      startEntryPoint(`tools/${tool}.ts`, { cwd: path.dirname(file), args, env }).ended();
    const file = folder.path("monday.gatz");
    const refused = async (...[tool, args, env]: Parameters<typeof run>) => {
      const { code, output } = await run(tool, args, env);
      assert.equal(code, 2, output);
      assert.doesNotMatch(output, /\n +at /, "no stack");
      assert.ok(!output.includes(secrets.GATZ_DIGEST_KEY) && !output.includes("postgres://"), "no secrets");
      return output;
    };

    const made = await run("backup", [file], source);
    assert.equal(made.code, 0, made.output);
    assert.match(made.output, /monday\.gatz: \d+ events of \d+ streams.*keep it secret/);
    assert.match(await refused("backup", [file], source), /is there already/);
    assert.match(await refused("backup", [], source), /usage/);
    const proved = await run("verify", [file, "--json"], {});
    assert.equal(proved.code, 0, proved.output);
    assert.deepEqual(JSON.parse(proved.output).problems, []);

    assert.match(await refused("restore", [file], machine), /GATZ_DIGEST_KEY is not the one.*--digest-key/);
    const key = await run("restore", [file, "--digest-key"], {});
    assert.equal(key.output.trim(), `GATZ_DIGEST_KEY=${secrets.GATZ_DIGEST_KEY}`);
    const right = { ...machine, GATZ_DIGEST_KEY: key.output.trim().slice("GATZ_DIGEST_KEY=".length) };
    assert.match(await refused("restore", [file], { ...right, GATZ_SHARDS: "2" }), /4 shards, and GATZ_SHARDS is 2/);
    const restored = await run("restore", [file], right);
    assert.equal(restored.code, 0, restored.output);
    assert.match(restored.output, /the installation begins a new life/);
    const whole = await run("verify", [], right);
    assert.equal(whole.code, 0, whole.output);

    // What somebody's client should hold is the same in the new life, and what it is told by the server.
    const { users: [owner, user] } = town;
    assert.ok(owner && user);
    const { discussion } = town.lived;
    const { asOf, hash } = await readHeldHash(town.storage, { viewer: user, stream: discussion, messages: 20 });
    const held = ["--state-hash", discussion, user, "--messages", "20"];
    const [before, after] = [await run("verify", held, source), await run("verify", held, right)];
    assert.deepEqual(JSON.parse(before.output), { asOf, hash });
    assert.deepEqual(JSON.parse(after.output), { asOf, hash });
    const stranger = await run("verify", ["--state-hash", discussion, `${user.slice(0, -3)}zzz`], source);
    assert.deepEqual([stranger.code, /not found/.test(stranger.output)], [1, true], stranger.output);
    assert.match(await refused("verify", ["--state-hash", discussion], source), /usage/);

    const cut = folder.path("cut.gatz");
    await Deno.writeFile(cut, (await Deno.readFile(file)).subarray(0, -100));
    const damaged = await run("verify", [cut], {});
    assert.equal(damaged.code, 1, damaged.output);
    assert.match(damaged.output, /cut\.gatz is damaged: it is cut short/);
    assert.match(await refused("restore", [cut], right), /is damaged/);
    assert.match(await refused("verify", [folder.path("none.gatz")], {}), /There is no /);
  });
}
