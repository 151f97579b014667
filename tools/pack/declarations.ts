/** The package's types. What procedures take and answer is inferred, so it takes the compiler to write it down. @module */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { isOurs, memberModules } from "./modules.ts";

export interface DeclarationOptions {
  /** By the name of the file to write: the module's path. */
  readonly entries: Readonly<Record<string, string>>;
  /** See `specifiers`. */
  readonly specifiers: ReadonlyMap<string, string>;
  /** All modules are in it. */
  readonly root: string;
  /** Modules whose types nobody outside needs to know: each of them becomes `object`. */
  readonly withheld: readonly string[];
  readonly folder: string;
}

/** tRPC's types name `Disposable`, which is in no ES2024 or older `lib`. */
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

/** Writes a declaration file an entry. */
export async function bundleDeclarations(options: DeclarationOptions): Promise<void> {
  const { entries, root, specifiers, withheld, folder } = options;
  const emitted = await Deno.makeTempDir({ prefix: "gatz-pack-" });
  try {
    await emitDeclarations(options, emitted);
    const declarationOf = (module: string) => path.join(emitted, path.relative(root, module)).replace(/\.ts$/, ".d.ts");
    for (const module of withheld) await withhold(declarationOf(module));
    await using bundle = await rolldown({
      input: Object.fromEntries(Object.entries(entries).map(([name, module]) => [name, declarationOf(module)])),
      external: (specifier) => !isOurs(specifier),
      ...{ cwd: emitted, tsconfig: false },
      plugins: [
        memberModules(new Map([...specifiers].map(([specifier, module]) => [specifier, declarationOf(module)]))),
        siblingDeclarations,
        dts({ dtsInput: true, tsconfig: false }),
      ],
    });
    await bundle.write({ dir: folder, format: "es", banner: DISPOSABLE, chunkFileNames: "shared-[hash].d.ts" });
  } finally {
    await Deno.remove(emitted, { recursive: true });
  }
}

async function withhold(declaration: string): Promise<void> {
  const names = (await Deno.readTextFile(declaration)).matchAll(/^export (?:interface|type) (\w+)/gm);
  await Deno.writeTextFile(declaration, [...names].map(([, name]) => `export type ${name} = object;\n`).join(""));
}

/** Declarations name each other as the sources do: `./ids.ts` is beside them as `./ids.d.ts`. */
const siblingDeclarations = {
  name: "sibling-declarations",
  resolveId: (specifier: string, from: string | undefined) =>
    from !== undefined && specifier.startsWith(".") && !specifier.endsWith(".d.ts")
      ? path.resolve(path.dirname(from), specifier.replace(/\.ts$/, ".d.ts"))
      : undefined,
};

/** Of every module that the entries reach, into the same folders as under the root. Rejects with what the compiler said. */
async function emitDeclarations({ entries, specifiers, root }: DeclarationOptions, folder: string): Promise<void> {
  const runtime = path.join(folder, "runtime.d.ts");
  await Deno.writeTextFile(runtime, await run(["types"], root));
  const config = path.join(folder, "tsconfig.json");
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      compilerOptions: {
        ...{ target: "esnext", module: "esnext", moduleResolution: "bundler", allowImportingTsExtensions: true },
        ...{ strict: true, noUncheckedIndexedAccess: true, noImplicitOverride: true, jsx: "react-jsx" },
        ...{ lib: ["esnext", "dom"], types: ["node"], typeRoots: [path.join(root, "node_modules/@types")] },
        // Those of Deno and of the web declare many things twice.
        skipLibCheck: true,
        ...{ declaration: true, emitDeclarationOnly: true, noEmitOnError: true, rootDir: root, outDir: folder },
        paths: Object.fromEntries([...specifiers].map(([specifier, module]) => [specifier, [module]])),
      },
      files: [runtime, ...Object.values(entries)],
    }),
  );
  const compiler = fileURLToPath(new URL("./bin/tsc", import.meta.resolve("typescript/package.json")));
  await run(["run", "--allow-all", compiler, "--project", config], root);
}

/** What a `deno` of this version prints. */
async function run(args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd }).output();
  const said = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`deno ${args.join(" ")}:\n${said}${new TextDecoder().decode(stderr)}`);
  return said;
}
