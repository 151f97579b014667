/**
 * How signals, and word of news in the logs, get to all nodes: those of a shard meet at the node that writes it, and every node follows each such node. So a node that
 * writes nothing, which the others do not know of, hears and is heard too; a signal takes two steps at most, one message a node (LIVE7).
 * @module
 */
import type { ShardNumber } from "@gatz/domain";
import type { NodeAddress, NodeId, ShardOwner } from "@gatz/storage/contract";
import type { ServerLimits } from "../limits.ts";
import { pause } from "../live/pause.ts";
import { meetingShardOf, type NodeMessage, type SignalMessage, zNodeMessage } from "../live/signals/message.ts";
import type { Traffic } from "../live/traffic.ts";
import type { Connection } from "../ws/connection.ts";
import { AT_ONCE, Follower, Outgoing } from "./signal_queues.ts";

/** This node's own part in signals. */
export interface SignalsHere {
  receive(message: SignalMessage): Promise<void>;
  /** For a node that knows nothing yet. */
  snapshot(): Iterable<SignalMessage>;
  /** A node through which others hear of this one has just begun to be followed. */
  repeat(): void;
  /** A node is there no more. Returns what those should hear who can't have noticed. */
  gone(node: NodeId): readonly SignalMessage[];
}

/** What is needed of the connection to another node. */
export interface SignalLink {
  /** False if they did not arrive, as far as is known. Never rejects. */
  give(messages: readonly SignalMessage[]): Promise<boolean>;
  /** Resolves when there is no more to come. Never rejects. */
  follow(
    heard: { readonly begun: () => void; readonly messages: (messages: readonly unknown[]) => void },
  ): Promise<void>;
}

export interface SignalExchangeOptions {
  readonly here: SignalsHere;
  readonly owners: () => ReadonlyMap<ShardNumber, ShardOwner>;
  /** The owner of a shard says that it has news. */
  readonly hint: (shard: ShardNumber) => void;
  readonly linkTo: (address: ReachableNode) => SignalLink;
  readonly limits: Pick<ServerLimits, "nodeSignals" | "presenceGraceMs">;
  readonly traffic: Pick<Traffic, "lostSignals">;
}

export type ReachableNode = NodeAddress & { readonly url: string };

const LOOK_MS = 250;
/** A node that could not be followed is tried again after so long. */
const AGAIN_MS = 1_000;

export class SignalExchange {
  readonly #options: SignalExchangeOptions;
  readonly #followers = new Map<NodeId, Follower>();
  readonly #followed = new Set<NodeId>();
  /** How many connections there are with a node, whoever began them. */
  readonly #connections = new Map<NodeId, number>();
  readonly #outgoing = new Map<NodeId, Outgoing>();
  readonly #stop = new AbortController();

  constructor(options: SignalExchangeOptions) {
    this.#options = options;
    void this.#followOwners();
  }

  stop(): void {
    this.#stop.abort();
    for (const follower of this.#followers.values()) follower.end();
  }

  /** Takes what was said here to all other nodes. What can't be taken there now is lost. */
  publish(message: SignalMessage): void {
    const owner = this.#options.owners().get(meetingShardOf(message));
    if (owner?.kind === "here") return this.#passOn(message, { except: null });
    if (owner?.kind !== "elsewhere" || !isReachable(owner.address)) return this.#lost(1);
    this.#outgoingTo(owner.address).put(message);
  }

  /** A shard that is written here has news. */
  announce(shard: ShardNumber): void {
    this.#passOn({ kind: "news", shard }, { except: null });
  }

  /** What another node gives to be passed on. */
  take(messages: readonly unknown[], from: NodeId): void {
    // It may be gone before it has begun to follow: then nothing else tells of its end.
    if (!this.#connections.has(from)) this.#count(from, 0);
    for (const message of this.#read(messages)) {
      if (message.kind === "news") continue; // that only an owner knows
      this.#passOn(message, { except: from });
      void this.#options.here.receive(message);
    }
  }

  /** All that meets here, for another node: what is known already, then what comes, in lists of as many as wait. */
  async *follow(
    node: NodeId,
    { connection, signal }: { readonly connection: Connection; readonly signal: AbortSignal | undefined },
  ): AsyncGenerator<readonly NodeMessage[], void, void> {
    const follower = new Follower(this.#options.limits.nodeSignals);
    this.#followers.get(node)?.end();
    this.#followers.set(node, follower);
    this.#count(node, 1);
    const end = () => follower.end();
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    try {
      yield* chunks(this.#known());
      while (await follower.ready()) {
        await connection.room();
        yield follower.takeAll();
      }
    } finally {
      if (this.#followers.get(node) === follower) this.#followers.delete(node);
      this.#count(node, -1);
    }
  }

  #count(node: NodeId, change: 1 | 0 | -1): void {
    const connections = (this.#connections.get(node) ?? 0) + change;
    this.#connections.set(node, connections);
    if (connections === 0) void this.#miss(node);
  }

  /**
   * A node that is not back soon is gone. Every node follows those that write shards, and so misses them itself; when one of the others is
   * gone, only the former can tell.
   */
  async #miss(node: NodeId): Promise<void> {
    const { here, limits } = this.#options;
    await pause(limits.presenceGraceMs, this.#stop.signal);
    if (this.#stop.signal.aborted || this.#connections.get(node) !== 0) return;
    this.#connections.delete(node);
    for (const message of here.gone(node)) this.#passOn(message, { except: null });
  }

  *#known(): Generator<SignalMessage, void, void> {
    const owners = this.#options.owners();
    for (const message of this.#options.here.snapshot()) {
      if (owners.get(meetingShardOf(message))?.kind === "here") yield message;
    }
  }

  #passOn(message: NodeMessage, { except }: { except: NodeId | null }): void {
    for (const [node, follower] of this.#followers) {
      if (node !== except && follower.put(message)) this.#lost(1);
    }
  }

  async #followOwners(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const owner of this.#options.owners().values()) {
        if (owner.kind !== "elsewhere" || !isReachable(owner.address)) continue;
        if (!this.#followed.has(owner.address.node)) void this.#follow(owner.address);
      }
      await pause(LOOK_MS, signal);
    }
  }

  async #follow(address: ReachableNode): Promise<void> {
    const { here, hint, linkTo } = this.#options;
    this.#followed.add(address.node);
    let hasBegun = false;
    await linkTo(address).follow({
      begun: () => {
        if (!hasBegun) this.#count(address.node, 1);
        hasBegun = true;
        here.repeat();
      },
      messages: (messages) => {
        for (const message of this.#read(messages)) {
          if (message.kind === "news") hint(message.shard);
          else void here.receive(message);
        }
      },
    });
    if (hasBegun) this.#count(address.node, -1);
    await pause(AGAIN_MS, this.#stop.signal);
    this.#followed.delete(address.node);
    this.#outgoing.delete(address.node);
  }

  #outgoingTo(address: ReachableNode): Outgoing {
    const known = this.#outgoing.get(address.node);
    if (known !== undefined) return known;
    const { linkTo, limits } = this.#options;
    const outgoing = new Outgoing({
      most: limits.nodeSignals,
      give: (messages) => linkTo(address).give(messages),
      lost: (count) => this.#lost(count),
    });
    this.#outgoing.set(address.node, outgoing);
    return outgoing;
  }

  #lost(count: number): void {
    this.#options.traffic.lostSignals += count;
  }

  /** Of a newer node there may be kinds of signals that this one does not know. */
  #read(messages: readonly unknown[]): NodeMessage[] {
    return messages.flatMap((message) => {
      const { data } = zNodeMessage.safeParse(message);
      if (data === undefined) this.#lost(1);
      return data ?? [];
    });
  }
}

function* chunks<T>(all: Iterable<T>): Generator<T[], void, void> {
  let chunk: T[] = [];
  for (const one of all) {
    chunk.push(one);
    if (chunk.length < AT_ONCE) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function isReachable(address: NodeAddress): address is ReachableNode {
  return address.url !== null;
}
