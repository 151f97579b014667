import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { EXAMPLE_SAYS, exampleFor } from "./readme_blocks.ts";

const ROOT = new URL("../", import.meta.url);

if (await needsPostgres(import.meta.url)) {
  const { testServer } = await import("@gatz/testing/test_server.ts");

  Deno.test("the README's typed example type-checks, runs, and says what it sent", async () => {
    await using server = await testServer();
    const example = await exampleFor(server.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--check", "--allow-net=127.0.0.1", "-"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Response(example).body!.pipeTo(child.stdin);
    const { code, stdout, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(new TextDecoder().decode(stdout), EXAMPLE_SAYS);
  });

  Deno.test("the README's commands are tasks of deno.json", async () => {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))) as {
      tasks: Record<string, string>;
    };
    const readme = await Deno.readTextFile(new URL("README.md", ROOT));
    const named = [...readme.matchAll(/(?:deno|deno@[\d.]+) task ([a-z:-]+)/g)].map((match) => match[1]!);
    assert(named.length > 4);
    for (const task of named) assert(task in tasks, `the README names a task that does not exist: ${task}`);
  });
}
