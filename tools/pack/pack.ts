/** Puts the npm package together. @module */
import * as path from "node:path";
import { create } from "tar";
import { bundleCode } from "./code.ts";
import { bundleDeclarations } from "./declarations.ts";
import { dependenciesOf, manifest } from "./manifest.ts";
import { type Member, readWorkspace, specifiers } from "./workspace.ts";

const ROOT = path.join(import.meta.dirname ?? ".", "../..");
const PACKED = "@gatz/client";
/** Refuses to run where the rest could not. */
const EFFECTFUL = [path.join(ROOT, "packages/client/src/node_version.ts")];
/** What the server's procedures are handed: the type of a router names it, and nobody who calls the router can use it. */
const WITHHELD = [path.join(ROOT, "apps/server/src/context.ts")];
/** Of every file, so that the same sources give the same archive. */
const MODIFIED = new Date("2000-01-01T00:00:00Z");

export interface Packed {
  /** The archive's path. */
  readonly file: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Writes `gatz-client-<version>.tgz` into a folder, which is made if need be. Rejects with what the compiler or the bundler said. */
export async function pack(folder: string): Promise<Packed> {
  const members = await readWorkspace(ROOT);
  const member = members.find(({ name }) => name === PACKED);
  if (member === undefined) throw new Error(`${PACKED} is not in the workspace`);
  const staged = await Deno.makeTempDir({ prefix: "gatz-pack-" });
  try {
    const { version, dependencies } = await stage(member, { members, folder: staged });
    await Deno.mkdir(folder, { recursive: true });
    const file = path.join(folder, `${PACKED.slice(1).replace("/", "-")}-${version}.tgz`);
    const files = (await filesIn(staged)).sort();
    await create({ file, gzip: true, cwd: staged, prefix: "package", portable: true, mtime: MODIFIED }, files);
    return { file, dependencies };
  } finally {
    await Deno.remove(staged, { recursive: true });
  }
}

/** Lays the package's files out. */
async function stage(
  member: Member,
  { members, folder }: { readonly members: readonly Member[]; readonly folder: string },
) {
  const files = new Map([...member.entries.keys()].map((key) => [key, key === "." ? "index" : key.slice(2)]));
  const entries = Object.fromEntries([...member.entries].map(([key, module]) => [files.get(key)!, module]));
  const shared = { entries, specifiers: specifiers(members), root: ROOT, folder: path.join(folder, "dist") };
  await bundleCode({ ...shared, effectful: EFFECTFUL });
  await bundleDeclarations({ ...shared, withheld: WITHHELD });
  const texts = await Promise.all((await filesIn(folder)).map((file) => Deno.readTextFile(path.join(folder, file))));
  const described = manifest({ member, files, dependencies: dependenciesOf(texts, members) });
  await Deno.writeTextFile(path.join(folder, "package.json"), JSON.stringify(described, null, 2) + "\n");
  await Deno.copyFile(path.join(member.folder, "README.md"), path.join(folder, "README.md"));
  await Deno.copyFile(path.join(ROOT, "LICENSE"), path.join(folder, "LICENSE"));
  return described;
}

/** Every file in a folder and its folders, by its path from there. */
async function filesIn(folder: string, under = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path.join(folder, under))) {
    const at = path.join(under, name);
    found.push(...(isDirectory ? await filesIn(folder, at) : [at]));
  }
  return found;
}
