/** What deno.json and its members say that packing has to know. @module */
import * as path from "node:path";

export interface Member {
  /** Like `@gatz/client`. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly version: string | undefined;
  /** By the key of `exports` (`.` or `./sqlite`): the module's absolute path. */
  readonly entries: ReadonlyMap<string, string>;
  /** By the package's name: its exact version. */
  readonly packages: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly workspace?: readonly string[];
  readonly exports?: string | Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
}

export async function readWorkspace(root: string): Promise<readonly Member[]> {
  const { workspace = [] } = await readManifest(root);
  return await Promise.all(workspace.map((folder) => readMember(path.resolve(root, folder))));
}

/** Every specifier by which a member's module is imported (`@gatz/storage/contract`), with the module's path. */
export function specifiers(members: readonly Member[]): ReadonlyMap<string, string> {
  return new Map(
    members.flatMap(({ name, entries }) => [...entries].map(([key, file]) => [name + key.slice(1), file] as const)),
  );
}

async function readMember(folder: string): Promise<Member> {
  const { name, version, exports = {}, imports = {} } = await readManifest(folder);
  if (name === undefined) throw new Error(`${folder}/deno.json has no name`);
  const entries = typeof exports === "string" ? { ".": exports } : exports;
  return {
    ...{ name, folder, version },
    entries: new Map(Object.entries(entries).map(([key, file]) => [key, path.join(folder, file)])),
    packages: new Map(Object.values(imports).flatMap(npmPackage)),
  };
}

/** `npm:zod@4.6.7` → `zod`, `4.6.7`. */
function npmPackage(target: string): [name: string, version: string][] {
  const match = /^npm:(@?[^@]+)@(\d+\.\d+\.\d+[^/]*)$/.exec(target);
  return match === null ? [] : [[match[1]!, match[2]!]];
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(path.join(folder, "deno.json")));
}
