import assert from "node:assert/strict";
import { LAYERS, packageOf, refusal } from "./layering.ts";
import { forbiddenPaths, type ModuleGraph } from "./layers.ts";

function layer(name: string) {
  const found = LAYERS.find((one) => one.name === name);
  assert.ok(found);
  return found;
}

function check(name: string, edges: Record<string, string[]>): string[] {
  const graph: ModuleGraph = new Map(Object.entries(edges));
  return forbiddenPaths(layer(name), graph, `${layer(name).folder}/mod.ts`);
}

Deno.test("[LOG8] the domain reaches neither node nor a detour around the layers", () => {
  const found = check("@gatz/domain", {
    "packages/domain/mod.ts": ["packages/domain/src/a.ts", "npm:zod@4.6.7"],
    "packages/domain/src/a.ts": ["tools/odd.ts", "node:fs"],
    "tools/odd.ts": ["packages/domain/src/a.ts"],
  });
  assert.deepEqual(found, [
    "@gatz/domain reaches packages/domain/mod.ts → packages/domain/src/a.ts → tools/odd.ts",
    "@gatz/domain reaches packages/domain/mod.ts → packages/domain/src/a.ts → node:fs",
  ]);
});

Deno.test("the console may load the client and the domain, never the server or storage", () => {
  const client = { "packages/client/mod.ts": ["packages/domain/mod.ts", "npm:@trpc/client@11.25.2"] };
  assert.deepEqual(check("@gatz/web-debug", { "apps/web-debug/mod.ts": ["packages/client/mod.ts"], ...client }), []);
  assert.deepEqual(
    check("@gatz/web-debug", {
      "apps/web-debug/mod.ts": ["packages/client/mod.ts"],
      "packages/client/mod.ts": ["apps/server/mod.ts"],
    }),
    ["@gatz/web-debug reaches apps/web-debug/mod.ts → packages/client/mod.ts → apps/server/mod.ts"],
  );
});

Deno.test("storage brings its database driver to the server, and nothing to the client", () => {
  const storage = { "packages/storage/mod.ts": ["npm:postgres@3.4.9"] };
  assert.deepEqual(check("@gatz/server", { "apps/server/mod.ts": ["packages/storage/mod.ts"], ...storage }), []);
  assert.equal(check("@gatz/client", { "packages/client/mod.ts": ["packages/storage/mod.ts"], ...storage }).length, 1);
});

Deno.test("an example takes what an app has: the client as it is exported and node", () => {
  const examples = layer("examples");
  const file = "examples/bot.ts";
  const refused = (specifier: string) => refusal(examples, { specifier, typeOnly: true }, file);
  for (const fine of ["@gatz/client", "@gatz/client/sqlite", "node:process", "./more.ts"]) {
    assert.equal(refused(fine), undefined, fine);
  }
  for (const detour of ["@gatz/domain", "@gatz/testing/chance.ts", "superjson", "../packages/client/src/timing.ts"]) {
    assert.notEqual(refused(detour), undefined, detour);
  }
  assert.deepEqual(
    forbiddenPaths(
      examples,
      new Map([[file, ["packages/client/mod.ts", "tests/support/chance.ts"]], ["packages/client/mod.ts", [
        "npm:@trpc/client@11.25.2",
      ]]]),
      file,
    ),
    ["examples reaches examples/bot.ts → tests/support/chance.ts"],
  );
});

Deno.test("a package's name is found in every way of writing it", () => {
  for (
    const text of [
      "@trpc/server",
      "@trpc/server/adapters/ws",
      "npm:@trpc/server@11.25.2/adapters/ws",
      "npm:/@trpc/server@1",
    ]
  ) {
    assert.equal(packageOf(text), "@trpc/server");
  }
  for (const text of ["postgres", "npm:postgres@3.4.9", "npm:/postgres@3.4.9/types"]) {
    assert.equal(packageOf(text), "postgres");
  }
});
