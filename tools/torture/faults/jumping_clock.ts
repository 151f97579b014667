/** A machine whose clock is set while it works: a database's, which `at` is read from (LOG5), or a server's. @module */
import { pause } from "../client/pause.ts";
import { between, type Fault } from "./fault.ts";

const MOST_SECONDS = 7_200;

export const JUMPING_CLOCK: Fault = {
  name: "jumping-clock",
  lane: "database",
  impossible: ({ databases: [database] }) =>
    database?.clock === undefined ? "libfaketime is not installed (Debian: libfaketime)" : undefined,
  run: async ({ installation, chance }) => {
    const machine = chance.pick([...installation.databases, ...installation.nodes]);
    const jumps: number[] = [];
    for (let left = 1 + chance.below(3); left > 0; left--) {
      const ahead = between(chance, -MOST_SECONDS, MOST_SECONDS);
      await machine.clock?.set(ahead);
      jumps.push(ahead);
      // Longer than a process takes to notice.
      await pause(between(chance, 1_200, 2_500));
    }
    await machine.clock?.set(0);
    return `${machine.name}, by ${jumps.join(" s, by ")} s`;
  },
};
