/**
 * `deno task ok`'s check of the module graph: what each layer reaches when it runs, through any number of steps. The
 * lint rules look at one import at a time; this sees a detour through a file that belongs to no layer too.
 * @module
 */
import * as path from "node:path";
import { type Layer, layerOf, LAYERS, packageOf } from "./layering.ts";

const ROOT = path.join(import.meta.dirname ?? ".", "..");

/** Module → the modules that it loads when it runs (types aside). */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
}

/** Each way from the layer's entry to something that it may not reach. */
export function forbiddenPaths(layer: Layer, graph: ModuleGraph, entry: string): string[] {
  const allowed = reachableLayers(layer);
  const cameFrom = new Map<string, string | undefined>([[entry, undefined]]);
  const found: string[] = [];
  for (const [module] of cameFrom) {
    if (!mayReach(module, allowed)) {
      found.push(`${layer.name} reaches ${wayTo(module, cameFrom).join(" → ")}`);
      continue;
    }
    for (const next of graph.get(module) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, module);
  }
  return found;
}

/** The layer itself, what it may import, and what those may. */
function reachableLayers(layer: Layer): readonly Layer[] {
  const reached = new Set<Layer>([layer]);
  for (const { members } of reached) {
    for (const name of members) {
      const member = LAYERS.find((one) => one.name === name);
      if (member !== undefined) reached.add(member);
    }
  }
  return [...reached];
}

function mayReach(module: string, allowed: readonly Layer[]): boolean {
  if (module.startsWith("node:")) return allowed.some(({ node }) => node);
  if (module.startsWith("npm:")) return allowed.some(({ packages }) => packages.includes(packageOf(module)));
  const layer = layerOf(module);
  return layer !== undefined && allowed.includes(layer);
}

function wayTo(module: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let step: string | undefined = module; step !== undefined; step = cameFrom.get(step)) way.unshift(step);
  return way;
}

async function readGraph(entry: string): Promise<ModuleGraph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`deno info ${entry}: ${new TextDecoder().decode(stderr)}`);
  const info = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly InfoModule[] };
  return new Map(info.modules.map((module) => [fromRoot(module.specifier), loads(module)]));
}

function loads(module: InfoModule): string[] {
  return (module.dependencies ?? []).flatMap(({ code }) =>
    code?.specifier === undefined ? [] : [fromRoot(code.specifier)]
  );
}

function fromRoot(specifier: string): string {
  return specifier.startsWith("file:") ? path.relative(ROOT, new URL(specifier).pathname) : specifier;
}

if (import.meta.main) {
  const found: string[] = [];
  for (const layer of LAYERS) {
    for (const name of layer.entries ?? ["mod.ts"]) {
      const entry = `${layer.folder}/${name}`;
      found.push(...forbiddenPaths(layer, await readGraph(entry), entry));
    }
  }
  for (const line of found) console.error(line);
  console.log(found.length === 0 ? `${LAYERS.length} layers keep to themselves` : `${found.length} forbidden ways`);
  Deno.exit(found.length === 0 ? 0 : 1);
}
