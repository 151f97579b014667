/** What the parts of one run share: time, servers, nodes, what there is to talk about, and the record. */
import {
  type DiscussionId,
  type EventId,
  type GroupId,
  type Incarnation,
  incarnation,
  type MessageId,
  type ShardNumber,
  shardNumber,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { Forward } from "@gatz/storage/contract";
import { createHash } from "node:crypto";
import { PATIENCE_MS } from "../../apps/server/src/auth/accounts.ts";
import { Chance } from "./chance.ts";
import type { FaultName } from "./faults.ts";
import type { History, PlainMark } from "./history.ts";
import { forwardBetween } from "./forward.ts";
import { LIMITS } from "./limits.ts";
import { SimNode } from "./node.ts";
import { SimServer } from "./postgres/sim_server.ts";
import type { SimShard } from "./postgres/sim_shard.ts";
import { VirtualTime } from "./virtual_time.ts";

export interface WorldOptions {
  readonly seed: number;
  /** Told every line of what happens. */
  readonly tell?: ((line: string) => void) | undefined;
  /** The kinds of faults that happen, if any do; default: some by chance. */
  readonly faults?: readonly FaultName[] | undefined;
}

export class World {
  readonly chance: Chance;
  readonly time: VirtualTime;
  readonly servers: readonly SimServer[];
  readonly shards: readonly ShardNumber[];
  #lives = 1;
  readonly nodes: (SimNode | null)[];
  readonly users: UserId[] = [];
  readonly groups: GroupId[] = [];
  readonly talks: {
    id: DiscussionId;
    readonly group: GroupId;
    readonly by: UserId;
    readonly mayBeJoined: boolean;
  }[] = [];
  readonly messages: { id: MessageId; readonly talk: DiscussionId; readonly by: UserId }[] = [];
  readonly flags: { id: EventId; readonly talk: DiscussionId }[] = [];
  readonly invites: { id: EventId; readonly group: GroupId }[] = [];
  readonly history: History = {
    offers: [],
    marks: [],
    sessions: [],
    devices: [],
    apps: [],
    appsAtEnd: [],
    shards: [],
    states: [],
    breaches: [],
    endedAt: Infinity,
    frameItems: LIMITS.frameEvents,
    deadlineMs: LIMITS.callDeadlineMs,
    accountMs: PATIENCE_MS,
    ownStreamMs: LIMITS.ownStreamMs,
  };
  readonly doesAnyoneRule: boolean;
  readonly faults: readonly FaultName[] | undefined;
  /** No node reaches another. */
  areNodesApart = false;
  /** `active`: clients do things and faults happen. `healing`: all is well, and what was begun is finished. */
  phase: "active" | "healing" | "over" = "active";
  readonly #forward: Forward;
  #started = 0;
  #ops = 0;
  readonly #hash = createHash("sha256");
  readonly #tell: ((line: string) => void) | undefined;

  constructor({ seed, tell, faults }: WorldOptions) {
    this.faults = faults;
    this.chance = new Chance(seed, "world");
    this.#tell = tell;
    this.#forward = forwardBetween(this);
    this.time = new VirtualTime(this.chance.fork("platform"));
    const shards = this.chance.whole(1, 3);
    this.shards = Array.from({ length: shards }, (_, n) => shardNumber(n));
    const names = shards > 1 && this.chance.happens(0.5) ? ["a", "b"] : ["a"];
    this.servers = names.map((name, n) =>
      new SimServer({
        name,
        shards: this.shards.filter((shard) => shard % names.length === n),
        time: this.time,
        chance: this.chance.fork(`server ${name}`),
      })
    );
    this.doesAnyoneRule = this.chance.happens(0.7);
    this.nodes = this.chance.happens(0.6) ? [null, null] : [null];
  }

  get running(): readonly SimNode[] {
    return this.nodes.filter((node) => node !== null && node.isRunning) as SimNode[]; // null is left out
  }

  /** All that exist: what lists would name, and more. */
  get streams(): readonly StreamId[] {
    return this.servers.flatMap((server) => [...server.shards.values()].flatMap((tables) => tables.streams));
  }

  server(shard: ShardNumber): SimServer {
    return this.servers.find((server) => server.shards.has(shard))!; // every shard is on one
  }

  /** Which life of the installation it is; each begins with all that there was before (LOG9). */
  get incarnation(): Incarnation {
    return incarnation(`life ${this.#lives}`);
  }

  beginNewLife(): void {
    this.#lives++;
    this.note(`a new life: ${this.incarnation}`);
  }

  async startNode(n: number): Promise<void> {
    const name = `node ${n}.${++this.#started}`;
    this.note(`${name} starts`);
    this.nodes[n] = await SimNode.start({
      name,
      servers: this.servers,
      incarnation: this.incarnation,
      chance: this.chance.fork(name),
      forward: this.#forward,
      report: (what, details) => this.note(`${name}: ${what} ${JSON.stringify(details)}`),
    });
  }

  /** Numbers what apps are asked for. */
  nextOp(): number {
    return ++this.#ops;
  }

  /** An app makes its own ids of what somebody has thought of: from here on others know it by these. */
  renamed(thought: Made, made: Made): void {
    // Of one kind, each; what an app says is what its types say.
    for (const known of [...this.messages, ...this.flags, ...this.invites]) {
      if (known.id === thought.id) known.id = made.id as never;
    }
    for (const talk of this.talks) if (talk.id === thought.stream) talk.id = made.stream as never;
    const at = this.groups.indexOf(thought.stream as GroupId);
    if (at >= 0) this.groups[at] = made.stream as GroupId;
  }

  /** One line of what happens: two runs are the same if all their lines are. */
  note(line: string): void {
    const timed = `${this.time.now.toFixed(3)} ${line}`;
    this.#hash.update(timed);
    this.#tell?.(timed);
  }

  breach(what: string): void {
    this.note(`BREACH ${what}`);
    this.history.breaches.push(what);
  }

  traceHash(): string {
    return this.#hash.copy().digest("hex");
  }

  #state(stream: StreamId) {
    return this.server(shardOf(stream)).shard(shardOf(stream)).state(stream);
  }

  /** What is left in the end, as plain data. */
  recordShards(): void {
    this.history.endedAt = this.time.now;
    this.history.shards = this.servers.flatMap((server) => [...server.shards.values()]).map((tables) => ({
      shard: tables.shard,
      log: tables.log.map(({ text }) => JSON.parse(text)),
      positions: tables.log.map(({ position }) => position),
      committedAt: tables.log.map(({ committedAt }) => committedAt),
      effects: tables.effects.map((row) => ({
        id: row.draft.id,
        stream: row.draft.stream,
        position: row.position,
        ordinal: row.ordinal,
        target: row.target,
        isWaiting: tables.isWaiting(row),
        code: row.code,
      })),
      reads: marksOf(tables),
    }));
    this.history.states = this.streams.map((stream) => JSON.parse(JSON.stringify(this.#state(stream))));
    for (const server of this.servers) {
      for (const { breaches, personal } of server.shards.values()) {
        this.history.breaches.push(...breaches, ...personal.breaches);
      }
    }
  }
}

interface Made {
  readonly id: string;
  readonly stream: string;
}

/** The marks of a shard's users, as they stand. */
export function marksOf({ personal }: SimShard): (PlainMark & { user: string })[] {
  return [...personal.records.values()].flatMap(({ user, change }) =>
    change.type === "read"
      ? [{ user, discussion: change.discussion, epoch: change.epoch, seq: change.seq, rev: change.rev }]
      : []
  );
}
