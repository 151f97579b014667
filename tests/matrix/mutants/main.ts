/**
 * `deno run -A tests/matrix/mutants/main.ts [--only PATTERN]`: takes each guard away in a copy of the code, and says which cases of the matrix
 * fail. Ends with 1 if some guard's absence is not noticed. About five seconds a guard. @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ownServers } from "../../support/own_servers.ts";
import { TEST_SERVERS } from "../../support/postgres.ts";
import { ROWS } from "../rows.ts";
import { copyOfTheCode } from "./copy.ts";
import { allMutants } from "./guards.ts";

const { values: { only } } = parseArgs({ options: { only: { type: "string", default: "" } } });
const root = fileURLToPath(new URL("../../..", import.meta.url));
const mutants = allMutants(ROWS, (file) => readFileSync(`${root}/${file}`, "utf8"));

await using servers = await ownServers();
Deno.env.set(TEST_SERVERS, `a=${servers.a.url},b=${servers.b.url}`);
await using copy = await copyOfTheCode(root);
const survivors: string[] = [];
for (const mutant of mutants.filter(({ guard }) => new RegExp(only).test(guard))) {
  const { failed, passed } = await copy.casesUnder(mutant);
  console.log(`${mutant.guard}\n  ${failed.length} of ${failed.length + passed} fail: ${failed[0] ?? "SURVIVES"}`);
  if (failed.length === 0) survivors.push(mutant.guard);
}
console.log(`\n${survivors.length} survive${survivors.map((guard) => `\n  ${guard}`).join("")}`);
Deno.exitCode = survivors.length === 0 ? 0 : 1;
