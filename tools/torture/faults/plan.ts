/** Which faults a run makes, and when: from its seed alone. @module */
import { type Chance, chanceFrom } from "../../replay/plan/random.ts";
import { pause } from "../client/pause.ts";
import type { History } from "../history/history.ts";
import type { Installation } from "../installation/installation.ts";
import { JUMPING_CLOCK } from "./jumping_clock.ts";
import { DATABASE_FAULTS } from "./database_faults.ts";
import { between, type Fault } from "./fault.ts";
import { LINK_FAULTS } from "./link_faults.ts";
import { PROMOTED_COPY } from "./promoted_copy.ts";
import { SERVER_FAULTS } from "./server_faults.ts";

export const FAULTS: readonly Fault[] = [
  ...[...SERVER_FAULTS, ...LINK_FAULTS, ...DATABASE_FAULTS],
  ...[JUMPING_CLOCK, PROMOTED_COPY],
];

export interface StormOptions {
  readonly installation: Installation;
  readonly history: History;
  readonly seed: string;
  /** Those to choose from; each can be made here. */
  readonly faults: readonly Fault[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const LANES = ["database", "server"] as const;
const CALM_MS = [200, 2_500] as const;

/** Makes one fault after the other in each lane until told to stop; resolves once all are healed, with how often each was made. */
export async function storm(options: StormOptions): Promise<Map<string, number>> {
  const made = new Map<string, number>();
  const turn = new Turn();
  const over = new Promise<void>((resolve) =>
    options.signal.addEventListener("abort", () => resolve(), { once: true })
  );
  await Promise.all([over, ...LANES.map((lane) => blow(lane, { ...options, made, turn }))]);
  return made;
}

interface Lane extends StormOptions {
  readonly made: Map<string, number>;
  readonly turn: Turn;
}

async function blow(lane: Fault["lane"], options: Lane): Promise<void> {
  const { installation, history, signal, made, turn, seed, faults, say } = options;
  for (const { fault, afterMs, chance } of plannedFaults(lane, { seed, faults })) {
    await pause(afterMs, signal);
    if (signal.aborted) return;
    await turn.take(fault.alone === true, async () => {
      history.note({ k: "fault", name: fault.name, phase: "begins" });
      const what = await fault.run({ installation, history, chance });
      history.note({ k: "fault", name: fault.name, phase: "ends" });
      made.set(fault.name, (made.get(fault.name) ?? 0) + 1);
      say(`${fault.name}: ${what}`);
    });
  }
}

export interface PlannedFault {
  readonly fault: Fault;
  /** After the one before it in its lane has been healed. */
  readonly afterMs: number;
  /** Decides what it does. */
  readonly chance: Chance;
}

/** The faults of one lane, without end: each has its turn before any comes again. */
export function* plannedFaults(
  lane: Fault["lane"],
  { seed, faults }: { readonly seed: string; readonly faults: readonly Fault[] },
): Generator<PlannedFault, void, void> {
  const choice = faults.filter((fault) => fault.lane === lane);
  if (choice.length === 0) return;
  const chance = chanceFrom(seed, "faults", lane);
  for (let number = 1;;) {
    for (const fault of chance.some(choice, choice.length)) {
      const afterMs = between(chance, ...CALM_MS);
      yield { fault, afterMs, chance: chanceFrom(seed, lane, number++, fault.name) };
    }
  }
}

/** Many may go on side by side, or one alone. */
class Turn {
  #running = new Set<Promise<void>>();
  #alone: Promise<void> = Promise.resolve();

  async take(alone: boolean, work: () => Promise<void>): Promise<void> {
    for (let waited; waited !== this.#alone;) await (waited = this.#alone);
    if (!alone) {
      const running = work();
      this.#running.add(running);
      return await running.finally(() => this.#running.delete(running));
    }
    const others = [...this.#running];
    const running = Promise.allSettled(others).then(work);
    this.#alone = running;
    return await running;
  }
}
