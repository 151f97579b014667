/** Faults of the links: of clients to servers, servers to databases, and servers to each other. @module */
import type { TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import type { Chance } from "../../replay/plan/random.ts";
import { pause } from "../client/pause.ts";
import type { Installation } from "../installation/installation.ts";
import { between, type Fault } from "./fault.ts";

export const LINK_FAULTS: readonly Fault[] = [
  {
    name: "cut-clients",
    lane: "server",
    run: ({ installation, chance }) => cut(pickFront(installation, chance), chance),
  },
  {
    name: "cut-database",
    lane: "server",
    run: ({ installation, chance }) => cut(pickBack(installation, chance), chance),
  },
  {
    name: "cut-servers",
    lane: "server",
    impossible: ({ nodes }) => nodes.length < 2 ? "there is one server only (--servers 2)" : undefined,
    run: ({ installation, chance }) => cut(pickSide(installation, chance), chance),
  },
  {
    name: "slow-link",
    lane: "server",
    run: async ({ installation, chance }) => {
      const { name, proxy } = pickAny(installation, chance);
      const [delay, ms] = [between(chance, 5, 250), between(chance, 500, 4_000)];
      const direction = chance.pick(["up", "down"] as const);
      proxy.delayMs[direction] = delay;
      await pause(ms);
      proxy.delayMs[direction] = 0;
      return `${name} ${direction} by ${delay} ms, for ${ms} ms`;
    },
  },
  {
    // Nothing passes and nobody is told; then all of it passes, late, as TCP sends it again.
    name: "black-hole",
    lane: "server",
    run: async ({ installation, chance }) => {
      const { name, proxy } = pickAny(installation, chance);
      const ms = between(chance, 500, 8_000);
      for (const direction of ["up", "down"] as const) proxy.setFlow(direction, "hold");
      await pause(ms);
      for (const direction of ["up", "down"] as const) proxy.setFlow(direction, "pass");
      return `${name} for ${ms} ms`;
    },
  },
  {
    // What was asked is done, and the answers are lost with their connections.
    name: "swallow-answers",
    lane: "server",
    run: async ({ installation, chance }) => {
      const { name, proxy } = pickAny(installation, chance);
      const ms = between(chance, 50, 1_500);
      proxy.setFlow("down", "swallow");
      await pause(ms);
      proxy.cutAll();
      proxy.setFlow("down", "pass");
      return `${name} for ${ms} ms`;
    },
  },
];

interface Link {
  readonly name: string;
  readonly proxy: TcpProxy;
}

async function cut({ name, proxy }: Link, chance: Chance): Promise<string> {
  const times = 1 + chance.below(4);
  for (let i = 0; i < times; i++) {
    proxy.cutAll();
    await pause(between(chance, 5, 400));
  }
  return `${name}, ${times} times`;
}

function pickFront({ nodes }: Installation, chance: Chance): Link {
  const node = chance.pick(nodes);
  return { name: `clients of ${node.name}`, proxy: node.front };
}

function pickBack({ nodes, databases }: Installation, chance: Chance): Link {
  const node = chance.pick(nodes);
  const which = chance.below(databases.length);
  return { name: `${node.name} to ${databases[which]!.name}`, proxy: node.backs[which]! };
}

function pickSide({ nodes }: Installation, chance: Chance): Link {
  const node = chance.pick(nodes);
  return { name: `servers to ${node.name}`, proxy: node.side };
}

function pickAny(installation: Installation, chance: Chance): Link {
  const picks = installation.nodes.length > 1 ? [pickFront, pickBack, pickSide] : [pickFront, pickBack];
  return chance.pick(picks)(installation, chance);
}
