import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { isNullSocketWrite } = await import("./guard.ts");

  /** A server that asks for a password and hangs up, met by a client whose password takes a while. */
  const PROGRAM = `
    import * as net from "node:net";
    import postgres from "postgres";
    import { guardedErrors, installGuard } from "./guard.ts";
    if (GUARDED) installGuard();
    const server = net.createServer((socket) => {
      server.close();
      socket.once("data", () => socket.end(new Uint8Array([82, 0, 0, 0, 8, 0, 0, 0, 3])));
      socket.on("error", () => socket.destroy());
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const pass = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); return "secret"; };
    const sql = postgres({ host: "127.0.0.1", port: server.address().port, user: "u", database: "d", max: 1, pass });
    sql\`select 1\`.catch(() => {});
    for (let waited = 0; waited < 10_000 && guardedErrors() === 0; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    console.log("alive, held " + guardedErrors());
    Deno.exit(0);`;

  async function run(isGuarded: boolean): Promise<{ code: number; out: string; err: string }> {
    const program = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--ext=ts", "-"],
      cwd: import.meta.dirname ?? ".",
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdin = program.stdin.getWriter();
    await stdin.write(new TextEncoder().encode(PROGRAM.replace("GUARDED", String(isGuarded))));
    await stdin.close();
    const { code, stdout, stderr } = await program.output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  }

  Deno.test("[SHARD2] the library's uncatchable error ends the process without the guard, and not with it", async () => {
    const bare = await run(false);
    assert.notEqual(bare.code, 0, "if this version of the library does not do it any more, the guard can go");
    assert.match(bare.err, /nextWrite/);
    const guarded = await run(true);
    assert.deepEqual({ code: guarded.code, out: guarded.out.trim() }, { code: 0, out: "alive, held 1" }, guarded.err);
  });

  Deno.test("[SHARD2] the guard knows exactly that error", () => {
    const withStack = (error: Error, stack: string) => Object.assign(error, { stack });
    const message = "Cannot read properties of null (reading 'write')";
    const there = "at Immediate.nextWrite (file:///x/node_modules/postgres/src/connection.js:255:22)";
    assert.ok(isNullSocketWrite(withStack(new TypeError(message), there)));
    assert.ok(
      !isNullSocketWrite(withStack(new TypeError(message), "at send (file:///x/apps/server/src/ws/socket.ts:1:1)")),
    );
    assert.ok(!isNullSocketWrite(withStack(new TypeError("x is not a function"), there)));
    assert.ok(!isNullSocketWrite(withStack(new Error(message), there)));
    assert.ok(!isNullSocketWrite(null));
  });
}
