/** People who act at once, each by a script of their own, while effects are on their way: every order is one schedule. */
import { unreachable } from "../src/asserts.ts";
import type { Facts } from "../src/decision.ts";
import type { LogEvent, Proposal } from "../src/events.ts";
import type { Pair, World } from "./world.ts";

/** `read` takes the facts and holds them; `commit` decides on those held, however old; `offer` does both at once. */
export interface Step {
  readonly kind: "read" | "commit" | "offer";
  readonly proposal: Proposal;
}

export type Script = readonly Step[];

/** A proposal whose facts grow old before it is decided on, as between shards (FACT1). */
export const slowly = (proposal: Proposal): Script => [{ kind: "read", proposal }, { kind: "commit", proposal }];
export const atOnce = (proposal: Proposal): Script => [{ kind: "offer", proposal }];

/** The next step of an actor, by number; or a delivery between two shards. */
export type Choice = number | Pair;

interface Actor {
  readonly left: Script;
  readonly held?: Facts;
}

/** How far a race has come. */
export interface Race {
  readonly world: World;
  readonly actors: readonly Actor[];
  /** What has happened so far. */
  readonly schedule: readonly Choice[];
}

export function startRace(world: World, scripts: readonly Script[]): Race {
  return { world, actors: scripts.map((left) => ({ left })), schedule: [] };
}

/** What can happen next; nothing at the end. */
export function choices({ world, actors }: Race): readonly Choice[] {
  const ready = [...actors.keys()].filter((i) => actors[i]!.left.length > 0);
  return [...ready, ...world.waiting()];
}

/** The race after one more thing has happened; the one before stays as it is. */
export function after(race: Race, choice: Choice): Race {
  const world = race.world.clone();
  const schedule = [...race.schedule, choice];
  if (typeof choice === "string") {
    world.deliver(choice);
    return { ...race, world, schedule };
  }
  return { world, schedule, actors: race.actors.with(choice, acted(race.actors[choice]!, world)) };
}

function acted({ left: [step, ...left], held }: Actor, world: World): Actor {
  const { kind, proposal } = step!; // who has no step left is no choice
  switch (kind) {
    case "read":
      return { left, held: world.facts(proposal) };
    case "commit":
      world.offer(proposal, held);
      return { left };
    case "offer":
      world.offer(proposal);
      return { left };
    default:
      return unreachable(kind);
  }
}

/** Equal for races that can only go on alike, and would be judged alike. An effect's content follows from the logs and its id. */
function fingerprint({ world, actors }: Race): string {
  const logs = [...world.streams].sort().map((stream) => markOf(world.log(stream)));
  const waiting = world.outboxes().map(([pair, drafts]) => [pair, drafts.map(({ id }) => id)]);
  const left = actors.map(({ left, held }) => [left.length, held?.group]);
  return JSON.stringify([logs, waiting, left]);
}

// Worlds share the logs that did not change between them.
const marks = new WeakMap<readonly LogEvent[], string>();

function markOf(log: readonly LogEvent[]): string {
  const known = marks.get(log);
  if (known !== undefined) return known;
  const mark = JSON.stringify(log.map(({ id, decided }) => [id, decided.basis]));
  marks.set(log, mark);
  return mark;
}

/** Every end that some schedule leads to. Ways that meet are followed once. */
export function* everyEnd(start: Race): Generator<Race> {
  const met = new Set<string>();
  const open = [start];
  for (let race = open.pop(); race !== undefined; race = open.pop()) {
    const next = choices(race);
    if (next.length === 0) yield race;
    for (const choice of next) {
      const then = after(race, choice);
      const mark = fingerprint(then);
      if (!met.has(mark)) open.push(then);
      met.add(mark);
    }
  }
}

/** The end that one schedule leads to: each number picks among what can happen then. */
export function oneEnd(start: Race, picks: Iterator<number>): Race {
  let race = start;
  for (let next = choices(race); next.length > 0; next = choices(race)) {
    race = after(race, next[picks.next().value! % next.length]!);
  }
  return race;
}
