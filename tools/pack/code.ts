/** The package's code: each entry with what it reaches of the workspace, and none of the libraries. @module */
import { rolldown } from "rolldown";
import { isOurs, memberModules } from "./modules.ts";

export interface CodeOptions {
  /** By the name of the file to write: the module's path. */
  readonly entries: Readonly<Record<string, string>>;
  /** See `specifiers`. */
  readonly specifiers: ReadonlyMap<string, string>;
  /** Modules that do something by being loaded; of all others what is not used is left out. */
  readonly effectful: readonly string[];
  /** All modules are in it. */
  readonly root: string;
  readonly folder: string;
}

/** Writes the entries, and chunks of what they share. */
export async function bundleCode(options: CodeOptions): Promise<void> {
  const { entries, specifiers, effectful, root, folder } = options;
  await using bundle = await rolldown({
    input: { ...entries },
    // A library stays a library, with a version and a licence of its own.
    external: (specifier) => !isOurs(specifier),
    ...{ cwd: root, platform: "neutral", tsconfig: false },
    treeshake: { moduleSideEffects: (module) => effectful.includes(module) },
    plugins: [memberModules(specifiers)],
  });
  // What an app's own bundler would not find any more to make smaller: it stays code that people can read.
  const minify = { compress: true, mangle: false, codegen: false } as const;
  await bundle.write({ dir: folder, format: "es", chunkFileNames: "shared-[hash].js", minify });
}
