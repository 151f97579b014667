/**
 * `deno task restore --promoted`: declares that these databases are promoted copies that may have lost events. The installation gets a
 * new incarnation (LOG9), by which clients know to read anew. Exit code 2 if something stands in the way, such as a server that runs.
 * @module
 */
import { declarePromoted } from "@gatz/storage";
import { parseArgs } from "node:util";
import { runTool, withDatabase } from "./database.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({ args: Deno.args, options: { promoted: { type: "boolean", default: false } } });
  if (!values.promoted) {
    console.error("usage: deno task restore --promoted");
    return 2;
  }
  console.log(`the installation begins a new life: ${await withDatabase(declarePromoted)}`);
  return 0;
}

await runTool(main);
