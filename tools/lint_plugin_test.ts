import assert from "node:assert/strict";
import plugin from "./lint_plugin.ts";

/** The rules that a file of this content would break, each once. */
function broken(file: string, source: string): string[] {
  const found = Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id.replace("gatz/", ""));
  return [...new Set(found)].sort();
}

interface Case {
  readonly file: string;
  readonly source: string;
  readonly breaks: readonly string[];
}

const DOMAIN = "packages/domain/src/decide.ts";
const STORAGE = "packages/storage/src/log.ts";
const SERVER = "apps/server/src/router.ts";
const CLIENT = "packages/client/src/client.ts";
const CONSOLE = "apps/web-debug/src/page.tsx";

const PURITY: readonly string[] = [
  "export const a = Date.now();",
  "export const a = new Date();",
  "export const a = Date();",
  "export const a = Math.random();",
  "export const a = crypto.randomUUID();",
  "export const a = performance.now();",
  "export const a = await fetch('x');",
  "setTimeout(() => 1, 2);",
  "console.log(1);",
  "export const a = Deno.env;",
  "export const a = globalThis.Deno;",
  "export const a = { crypto };",
  "export const a = [fetch];",
  "export const a = 'B'.toLocaleLowerCase();",
];
const PURE: readonly string[] = [
  "export const a = new Date(0).toISOString();",
  "export const a = { performance: 1, fetch: 2 };",
  "export const a = (state: { crypto: string }) => state.crypto;",
  "export interface A { console: string; process(): void }",
  "export const a = Math.max(1, 2);",
];

const CASES: readonly Case[] = [
  ...PURITY.map((source) => ({ file: DOMAIN, source, breaks: ["domain-purity"] })),
  ...PURE.map((source) => ({ file: DOMAIN, source, breaks: [] })),
  { file: "packages/domain/src/decide_test.ts", source: "console.log(Date.now());", breaks: [] },
  { file: SERVER, source: "console.log(Date.now());", breaks: [] },

  { file: DOMAIN, source: 'import * as p from "node:path"; p;', breaks: ["layers"] },
  { file: DOMAIN, source: 'import { z } from "zod"; z;', breaks: [] },
  { file: DOMAIN, source: 'import { sha256 } from "@noble/hashes/sha2.js"; sha256;', breaks: [] },
  {
    file: DOMAIN,
    source: 'import type { Storage } from "@gatz/storage"; export type A = Storage;',
    breaks: ["layers"],
  },
  { file: DOMAIN, source: 'export * from "../../storage/mod.ts";', breaks: ["layers"] },
  { file: DOMAIN, source: 'export * from "./ids.ts";', breaks: [] },
  { file: STORAGE, source: 'import { evolve } from "@gatz/domain"; evolve;', breaks: [] },
  { file: STORAGE, source: 'const server = await import("@gatz/server"); server;', breaks: ["layers"] },
  {
    file: STORAGE,
    source: 'import { needsPostgres } from "@gatz/testing/postgres.ts"; needsPostgres;',
    breaks: ["layers"],
  },
  {
    file: "packages/storage/src/log_test.ts",
    source: 'import { needsPostgres } from "@gatz/testing/postgres.ts"; needsPostgres;',
    breaks: [],
  },
  { file: CLIENT, source: 'import type { AppRouter } from "@gatz/server"; export type A = AppRouter;', breaks: [] },
  { file: CLIENT, source: 'import { type AppRouter } from "@gatz/server"; export type A = AppRouter;', breaks: [] },
  { file: CLIENT, source: 'import { serve } from "@gatz/server"; serve;', breaks: ["layers"] },
  { file: CLIENT, source: 'import "@gatz/server";', breaks: ["layers"] },
  { file: CLIENT, source: 'export { serve } from "@gatz/server";', breaks: ["layers"] },
  { file: CONSOLE, source: 'import { appRouter } from "@gatz/server"; appRouter;', breaks: ["layers"] },
  { file: CONSOLE, source: 'import { openStorage } from "@gatz/storage"; openStorage;', breaks: ["layers"] },
  { file: CONSOLE, source: 'import { useState } from "react"; useState;', breaks: [] },
  { file: SERVER, source: 'import { createRoot } from "react-dom"; createRoot;', breaks: ["layers"] },
  { file: SERVER, source: 'import { thing } from "left-pad"; thing;', breaks: ["layers"] },
  { file: "tools/replay/main.ts", source: 'import { serve } from "@gatz/server"; serve;', breaks: [] },

  { file: SERVER, source: "export const a = `SELECT * FROM events`;", breaks: ["sql-in-storage"] },
  {
    file: SERVER,
    source: "export const a = (n: string) => `insert into ${n} values (1)`;",
    breaks: ["sql-in-storage"],
  },
  { file: SERVER, source: 'export const a = "DELETE FROM streams";', breaks: ["sql-in-storage"] },
  { file: "tools/verify.ts", source: "export const a = `WITH x AS (SELECT 1) SELECT 2`;", breaks: ["sql-in-storage"] },
  { file: "tools/verify.ts", source: 'import postgres from "postgres"; postgres;', breaks: ["sql-in-storage"] },
  { file: STORAGE, source: "export const a = `SELECT * FROM events`;", breaks: [] },
  { file: "bench/yardsticks.ts", source: "export const a = `INSERT INTO naive VALUES (1)`;", breaks: [] },
  { file: "tests/faults/cut_test.ts", source: "export const a = `SELECT * FROM events`;", breaks: [] },
  { file: SERVER, source: 'export const a = "Select a discussion, or update your settings";', breaks: [] },

  {
    file: "tools/a_test.ts",
    source: 'const may = await Deno.permissions.query({ name: "run" }); may;',
    breaks: ["asking"],
  },
  { file: "tests/support/permission.ts", source: 'Deno.permissions.query({ name: "run" });', breaks: [] },

  { file: "apps/server/src/utils.ts", source: "export const a = 1;", breaks: ["file-name"] },
  { file: "apps/server/src/feed_helpers.ts", source: "export const a = 1;", breaks: ["file-name"] },
  { file: "packages/storage/src/common/log.ts", source: "export const a = 1;", breaks: ["file-name"] },
  { file: "packages/storage/src/shard/scheduler.ts", source: "export const a = 1;", breaks: [] },
  { file: SERVER, source: "export const a = 1;\n" + "//\n".repeat(350), breaks: ["file-length"] },
  { file: SERVER, source: "export const a = 1;\n" + "//\n".repeat(349), breaks: [] },
];

for (const { file, source, breaks } of CASES) {
  const title = source.length > 90 ? `${source.slice(0, 20)}... (${source.split("\n").length - 1} lines)` : source;
  Deno.test(`[LOG8] lint: ${file}: ${title} → ${breaks.join() || "fine"}`, () => {
    assert.deepEqual(broken(file, source), breaks);
  });
}
