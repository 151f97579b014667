/** This node among the others: takes their offers, and forwards to them what they write. @module */
import type { ShardNumber } from "@gatz/domain";
import type { Forward, NodeId, Storage } from "@gatz/storage/contract";
import type { Drain } from "../drain.ts";
import { DEFAULT_SERVER_LIMITS, LIFTED_FOR_LOAD, type ServerLimits } from "../limits.ts";
import type { SignalMessage } from "../live/signals/message.ts";
import { Traffic } from "../live/traffic.ts";
import { Rates } from "../rates/rates.ts";
import { reportError } from "../reports.ts";
import { createWebSockets } from "../ws/upgrade.ts";
import type { Credentials } from "./credentials.ts";
import { Link } from "./link.ts";
import { nodeRouter } from "./router.ts";
import { type ReachableNode, SignalExchange, type SignalsHere } from "./signal_exchange.ts";

export interface NodesOptions {
  readonly storage: Pick<Storage, "node" | "offerHere" | "owners" | "hint">;
  readonly signals: SignalsHere;
  readonly credentials: Credentials;
  readonly drain: Drain;
  readonly limits: Pick<ServerLimits, "stuckReaderMs" | "nodeSignals" | "presenceGraceMs">;
  readonly traffic: Pick<Traffic, "lostSignals">;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

export interface Nodes {
  readonly forward: Forward;
  /** Tells the other nodes that a shard that is written here has news. */
  announce(shard: ShardNumber): void;
  /** Takes a signal to all other nodes. */
  publish(message: SignalMessage): void;
  /** Takes another node's request for a connection; null: it is none of this installation's. */
  upgrade(request: Request): Response | null;
  close(): Promise<void>;
}

/** Beside `/trpc`, on the same port. */
export const NODES_ENDPOINT = "/nodes";

/** Twice what one link may have under way, as JSON in one frame. Only nodes get so far as to send one. */
const FRAME_BYTES = 16 * 1024 * 1024;
const JSON_DEPTH = 32;

export function createNodes({ storage, credentials, drain, limits, now, ...options }: NodesOptions): Nodes {
  const unlimited = new Rates({ limits: { ...DEFAULT_SERVER_LIMITS, ...LIFTED_FOR_LOAD }, now, refused: () => {} });
  const sockets = createWebSockets<typeof nodeRouter, NodeId>({
    router: nodeRouter,
    limits: {
      frameBytes: FRAME_BYTES,
      socketBytes: FRAME_BYTES,
      stuckReaderMs: limits.stuckReaderMs,
      batchCalls: Number.MAX_SAFE_INTEGER,
      jsonDepth: JSON_DEPTH,
    },
    createContext: ({ peer: from, connection }) => ({ storage, drain, exchange, from, connection }),
    // What other nodes forward was paid for where it came in.
    admit: () => unlimited.admit(""),
    refused: unlimited.refused,
    now,
    onError: reportError,
    // Not what clients send and get, which is what the server counts.
    traffic: new Traffic(),
  });
  const links = new Map<string, Link>();
  const linkTo = ({ node, url }: ReachableNode): Link => {
    const known = links.get(node);
    if (known) return known;
    const link = new Link({
      url: endpointOf(url),
      authorization: () => credentials.issue({ from: storage.node, to: node }),
      onClosed: () => {
        if (links.get(node) === link) links.delete(node);
      },
    });
    links.set(node, link);
    return link;
  };
  const { signals: here, traffic } = options;
  const exchange = new SignalExchange({
    ...{ here, linkTo, limits, traffic },
    owners: () => storage.owners(),
    hint: (shard) => storage.hint(shard),
  });
  return {
    announce: (shard) => exchange.announce(shard),
    publish: (message) => exchange.publish(message),
    forward: async (offer, { to, ...options }) => {
      const { node, url } = to;
      return url === null ? { kind: "unreachable" } : await linkTo({ node, url }).forward(offer, options);
    },
    upgrade(request) {
      const from = credentials.read(request.headers.get("authorization"), storage.node);
      return from === null ? null : sockets.upgrade(request, from);
    },
    async close() {
      exchange.stop();
      sockets.closeAll();
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}

function endpointOf(url: string): string {
  const endpoint = new URL(NODES_ENDPOINT, url);
  endpoint.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";
  return endpoint.href;
}
