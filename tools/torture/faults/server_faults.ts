/** Faults of gatz's own processes. @module */
import { pause } from "../client/pause.ts";
import { between, type Fault } from "./fault.ts";

export const SERVER_FAULTS: readonly Fault[] = [
  {
    name: "kill-server",
    lane: "server",
    run: async ({ installation, chance }) => {
      const node = chance.pick(installation.nodes);
      await node.end("SIGKILL");
      await pause(between(chance, 0, 1_500));
      await node.ready();
      return node.name;
    },
  },
  {
    name: "stop-server",
    lane: "server",
    run: async ({ installation, chance }) => {
      const node = chance.pick(installation.nodes);
      await node.end("SIGTERM");
      await pause(between(chance, 0, 500));
      await node.ready();
      return node.name;
    },
  },
  {
    name: "freeze-server",
    lane: "server",
    run: async ({ installation, chance }) => {
      const node = chance.pick(installation.nodes);
      const ms = between(chance, 300, 6_000);
      node.signal("SIGSTOP");
      await pause(ms);
      node.signal("SIGCONT");
      return `${node.name} for ${ms} ms`;
    },
  },
];
