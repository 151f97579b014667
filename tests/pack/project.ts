/** A program of somebody else's: an empty Vite project outside the repository, with the package installed. @module */
import assert from "node:assert/strict";
import * as path from "node:path";
import { LOADING_MS, type Ran, run, succeed } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** superjson is for the stock tRPC client. */
const DEV_DEPENDENCIES = { superjson: "2.2.6", typescript: "7.0.2", vite: "8.3.8" };

/** Stricter than what Vite's own template begins with. */
const TSCONFIG = {
  compilerOptions: {
    ...{ target: "ES2022", module: "ESNext", moduleResolution: "bundler", lib: ["ES2022", "DOM"], types: [] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
    ...{ skipLibCheck: false, noEmit: true },
  },
  include: ["src"],
};

export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** The installed package. */
  readonly installed: string;
  /** By their paths from the project's folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** One of the programs that the project has installed. */
  run(program: "vite" | "tsc", ...args: string[]): Promise<Ran>;
}

/** Packs the client as a developer does, and installs it with npm. */
export async function openProject(): Promise<Project> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-project-" });
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) {
      await Deno.mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await Deno.writeTextFile(path.join(folder, file), text);
    }
  };
  try {
    await succeed(Deno.execPath(), ["task", "--quiet", "pack", "--out", folder], { cwd: ROOT });
    const archive = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert.deepEqual(archive.map((name) => name.replace(/\d+\.\d+\.\d+/, "N")), ["gatz-client-N.tgz"]);
    await write({
      "package.json": JSON.stringify({
        ...{ name: "project", private: true, type: "module", devDependencies: DEV_DEPENDENCIES },
        dependencies: { "@gatz/client": `file:${archive[0]}` },
      }),
      "tsconfig.json": JSON.stringify(TSCONFIG),
    });
    await succeed("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], {
      ...{ cwd: folder, timeoutMs: LOADING_MS },
    });
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return {
    ...{ folder, write, installed: path.join(folder, "node_modules/@gatz/client") },
    run: (program, ...args) => run(path.join(folder, "node_modules/.bin", program), args, { cwd: folder }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
