import assert from "node:assert/strict";
import * as path from "node:path";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { EmbeddedPostgresError, joinEmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } = await import(
    "./mod.ts"
  );
  const { run } = await import("./command.ts");
  const { isServerOf, processTree, signal } = await import("./processes.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  type EmbeddedOptions = Parameters<typeof startEmbeddedPostgres>[0];

  const password = "a password of tests";

  /** A folder of the test's own, and a data folder in it. */
  const inFolder = (test: (options: EmbeddedOptions, folder: string) => Promise<void>, mode = 0o755) => async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-embedded-" });
    await Deno.chmod(folder, mode);
    const dataDir = path.join(folder, "postgres");
    try {
      await test({ dataDir, password, fsync: false }, folder);
    } finally {
      await removeEmbeddedPostgres(dataDir);
      await Deno.remove(folder, { recursive: true });
    }
  };

  const problemOf = async (options: EmbeddedOptions) => {
    try {
      await (await startEmbeddedPostgres(options)).stop();
    } catch (error) {
      assert.ok(error instanceof EmbeddedPostgresError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: "it started" });
  };

  /** A process that starts the server and then waits to be killed. */
  const startElsewhere = async (options: EmbeddedOptions) => {
    const source = `
      import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
      console.log((await startEmbeddedPostgres(${JSON.stringify(options)})).pid);
      await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "-"],
      cwd: import.meta.dirname ?? ".",
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(source));
    await writer.close();
    const reader = child.stdout.getReader();
    const pid = Number(new TextDecoder().decode((await reader.read()).value));
    assert.ok(pid > 0);
    const kill = async () => {
      child.kill("SIGKILL");
      await Promise.all([child.status, reader.cancel()]);
    };
    let killed: Promise<void> | undefined;
    const killOnce = () => killed ??= kill();
    return { pid, kill: killOnce, [Symbol.asyncDispose]: killOnce };
  };

  /** Processes that were given the folder on their command line, as the server and its watchdog are. */
  const processesOf = async (dataDir: string) => {
    // The folder goes in by stdin, so that grep does not find itself.
    const { stdout } = await run(["sh", "-c", "grep -laF -f - /proc/[0-9]*/cmdline | tr -dc '0-9\\n'"], {
      input: dataDir,
    });
    return stdout.split("\n").filter((line) => line.trim() !== "").map(Number);
  };

  const watchdogsOf = async (dataDir: string, server: number) => {
    // A child of the server's has the server's own command line until it has named itself.
    const trees = [await processTree(server)];
    const named = await processesOf(dataDir);
    trees.push(await processTree(server));
    return named.filter((pid) => !trees.flat().includes(pid));
  };

  const untilGone = async (pid: number, dataDir: string) => {
    for (const deadline = performance.now() + 10_000; await isServerOf(pid, dataDir);) {
      assert.ok(performance.now() < deadline, `process ${pid} is still there`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  Deno.test(
    "data outlives a restart, nothing is left running, and a second server on it is refused",
    inFolder(async (options) => {
      const first = await startEmbeddedPostgres(options);
      const [row] = await administer(
        first.url,
        (sql) =>
          sql`SELECT current_setting('server_version_num')::int / 10000 AS major, datcollate, datlocale, encoding
                     FROM pg_database WHERE datname = current_database()`,
      );
      assert.deepEqual({ ...row }, { major: 18, datcollate: "C", datlocale: "C.UTF-8", encoding: 6 });
      await administer(first.url, (sql) => sql`CREATE TABLE kept (id int PRIMARY KEY)`);
      assert.equal((await problemOf(options)).problem, "DataFolderBusy");
      assert.equal((await joinEmbeddedPostgres(options))?.url, first.url);
      assert.ok((await processTree(first.pid)).length > 3);
      assert.equal((await watchdogsOf(options.dataDir, first.pid)).length, 1);
      await first.stop();
      assert.deepEqual(await processesOf(options.dataDir), []);
      assert.equal(await joinEmbeddedPostgres(options), undefined);

      const second = await startEmbeddedPostgres(options);
      const kept = await administer(second.url, (sql) => sql`SELECT to_regclass('kept')::text AS name`);
      assert.equal(kept[0]?.name, "kept");
      await second.stop();
    }),
  );

  Deno.test(
    "[SEC3] the database asks for its password",
    inFolder(async (options) => {
      const server = await startEmbeddedPostgres(options);
      const wrong = server.url.replace(encodeURIComponent(password), "another");
      assert.notEqual(wrong, server.url);
      await assert.rejects(administer(wrong, (sql) => sql`SELECT 1`), { code: "28P01" });
      await server.stop();
    }),
  );

  Deno.test(
    "a paused server answers nobody until it is resumed",
    inFolder(async (options) => {
      const server = await startEmbeddedPostgres(options);
      await administer(server.url, async (sql) => {
        await sql`SELECT 1`;
        await server.pause();
        const answer = sql`SELECT 2 AS two`.then((rows) => rows[0]?.two);
        const silence = new Promise((resolve) => setTimeout(resolve, 200, "silence"));
        assert.equal(await Promise.race([answer, silence]), "silence");
        await server.resume();
        assert.equal(await answer, 2);
      });
      await server.stop();
    }),
  );

  Deno.test(
    "the server ends with the process that started it, even by kill -9",
    inFolder(async (options) => {
      await using elsewhere = await startElsewhere(options);
      await elsewhere.kill();
      await untilGone(elsewhere.pid, options.dataDir);
      await (await startEmbeddedPostgres(options)).stop();
    }),
  );

  Deno.test(
    "a server left running by a killed run is ended by the next start",
    inFolder(async (options) => {
      await using elsewhere = await startElsewhere(options);
      const { pid } = elsewhere;
      // With the watchdog gone, nobody ends the server.
      const watchdogs = await watchdogsOf(options.dataDir, pid);
      assert.equal(watchdogs.length, 1);
      await signal("KILL", watchdogs);
      await elsewhere.kill();
      assert.equal(await isServerOf(pid, options.dataDir), true);
      const server = await startEmbeddedPostgres(options);
      assert.equal(await isServerOf(pid, options.dataDir), false);
      await server.stop();
    }),
  );

  Deno.test(
    "a leftover postmaster.pid with the number of a living stranger is no hindrance",
    inFolder(async (options) => {
      await (await startEmbeddedPostgres(options)).stop();
      await Deno.writeTextFile(path.join(options.dataDir, "postmaster.pid"), `${Deno.pid}\n${options.dataDir}\n0\n1\n`);
      await (await startEmbeddedPostgres(options)).stop();
    }),
  );

  Deno.test(
    "a foreign data folder is refused, untouched, with what to do",
    inFolder(async (options) => {
      await Deno.mkdir(options.dataDir);
      await Deno.writeTextFile(path.join(options.dataDir, "thesis.txt"), "precious");
      const refused = await problemOf(options);
      assert.equal(refused.problem, "ForeignDataFolder");
      assert.match(refused.message, /gatz did not make.*Move it away/);
      await assert.rejects(removeEmbeddedPostgres(options.dataDir), { problem: "ForeignDataFolder" });
      assert.equal(await Deno.readTextFile(path.join(options.dataDir, "thesis.txt")), "precious");
      await Deno.remove(path.join(options.dataDir, "thesis.txt"));
    }),
  );

  Deno.test(
    "data of another major version is refused with what to do",
    inFolder(async (options) => {
      await (await startEmbeddedPostgres(options)).stop();
      await Deno.writeTextFile(path.join(options.dataDir, "PG_VERSION"), "17\n");
      assert.match((await problemOf(options)).message, /made by PostgreSQL 17.*deno task reset/);
    }),
  );

  Deno.test(
    "a first start cut short is made anew",
    inFolder(async (options) => {
      await Deno.mkdir(`${options.dataDir}.unfinished`);
      await Deno.writeTextFile(path.join(`${options.dataDir}.unfinished`, "PG_VERSION"), "18\n");
      await (await startEmbeddedPostgres(options)).stop();
    }),
  );

  Deno.test(
    "a taken port is named",
    inFolder(async (options) => {
      const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const problem = await problemOf({ ...options, port: taken.addr.port });
      taken.close();
      assert.equal(problem.problem, "PortBusy");
      assert.match(problem.message, new RegExp(`Port ${taken.addr.port} `));
    }),
  );

  Deno.test(
    "in a folder closed to others it runs too, and is cleared away whole",
    inFolder(async (options, folder) => {
      const server = await startEmbeddedPostgres(options);
      await administer(server.url, (sql) => sql`SELECT 1`);
      await server.stop();
      const place = await Deno.realPath(options.dataDir);
      assert.equal(place.startsWith(folder), Deno.uid() !== 0);
      await removeEmbeddedPostgres(options.dataDir);
      await assert.rejects(Deno.lstat(place), Deno.errors.NotFound);
      await assert.rejects(Deno.lstat(options.dataDir), Deno.errors.NotFound);
    }, 0o700),
  );

  Deno.test(
    "a copied link to another's data: clearing the copy leaves the original alone",
    inFolder(async (options, folder) => {
      await (await startEmbeddedPostgres(options)).stop();
      const original = await Deno.realPath(options.dataDir);
      const copy = path.join(folder, "copy");
      await Deno.symlink(original, copy);
      await removeEmbeddedPostgres(copy);
      await assert.rejects(Deno.lstat(copy), Deno.errors.NotFound);
      assert.equal(await Deno.readTextFile(path.join(original, "PG_VERSION")), "18\n");
      await (await startEmbeddedPostgres(options)).stop();
    }, 0o700),
  );

  Deno.test(
    "a server whose log can't be written runs, and says that it can't",
    inFolder(async (options, folder) => {
      const said: unknown[] = [];
      const { warn } = console;
      console.warn = (text) => said.push(text);
      try {
        const server = await startEmbeddedPostgres({ ...options, logFile: folder });
        await administer(server.url, (sql) => sql`SELECT 1`);
        await server.stop();
      } finally {
        console.warn = warn;
      }
      assert.equal(said.length, 1);
      assert.match(String(said[0]), new RegExp(`log can't be written to ${folder}`));
    }),
  );
}
