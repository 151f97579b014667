/** What a fault is. @module */
import type { Chance } from "../../replay/plan/random.ts";
import type { History } from "../history/history.ts";
import type { Installation } from "../installation/installation.ts";

export interface Site {
  readonly installation: Installation;
  readonly history: History;
  readonly chance: Chance;
}

export interface Fault {
  readonly name: string;
  /** Faults of one lane come one after the other; `alone`: nothing else goes on meanwhile. */
  readonly lane: "database" | "server";
  readonly alone?: boolean;
  /** Why it can't be made on this machine; undefined if it can. */
  impossible?(installation: Installation): string | undefined;
  /** Does the harm, lets it last, and heals it. Resolves with what was done, in a few words. */
  run(site: Site): Promise<string>;
}

/** Milliseconds between two bounds. */
export function between(chance: Chance, least: number, most: number): number {
  return least + chance.below(most - least + 1);
}
