/**
 * `deno task pack [--out DIR]`: writes the client as an npm package, `gatz-client-<version>.tgz`, into DIR (default: where it is called).
 * It holds what the client reaches of the workspace, and names the libraries that it needs.
 * @module
 */
import { parseArgs } from "node:util";
import { pack } from "./pack.ts";

const { values: { out = "." } } = parseArgs({ args: Deno.args, options: { out: { type: "string" } } });
const { file, dependencies } = await pack(out);
const needed = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`).join(", ");
console.log(`${file}: ${(await Deno.stat(file)).size} bytes; needs ${needed}`);
