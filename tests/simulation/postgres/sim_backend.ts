/** The simulated servers as one node reaches them: what the Postgres backend is to real ones. */
import { type Incarnation, type ShardNumber, shardOf } from "@gatz/domain";
import { ShardUnavailable, type StorageConfig } from "@gatz/storage/contract";
import type { Backend, ShardBackend } from "../../../packages/storage/src/backend.ts";
import type { OwnedWish } from "../../../packages/storage/src/personal/settle.ts";
import type { PersonalStore } from "../../../packages/storage/src/personal/store.ts";
import { deadlineIn } from "../../../packages/storage/src/postgres/deadline.ts";
import type { Chance } from "../chance.ts";
import type { Link } from "./link.ts";
import { Reached } from "./reached.ts";
import { type ReadShard, simReads } from "./sim_reads.ts";
import type { SimServer } from "./sim_server.ts";
import type { SimShard } from "./sim_shard.ts";
import type { SimSession } from "./sim_session.ts";
import { LOSSES, SimTransaction } from "./sim_transaction.ts";
import { sqlError } from "./sql_error.ts";

export interface SimBackendOptions {
  readonly servers: readonly SimServer[];
  readonly incarnation: Incarnation;
  readonly limits: StorageConfig["limits"];
  readonly chance: Chance;
}

const RECORD_MS = 2_000;
/** A page of the log at most: few, so that followers need several. */
const PAGE_EVENTS = 7;
const RETRY_AFTER_MS = 200;

export class SimBackend implements Backend {
  readonly incarnation: Incarnation;
  readonly shards: Backend["shards"];
  readonly servers: ReadonlyMap<string, Reached>;
  readonly directory = directory;
  readonly reads: Backend["reads"];
  readonly #limits: SimBackendOptions["limits"];

  constructor({ servers, incarnation, limits, chance }: SimBackendOptions) {
    this.incarnation = incarnation;
    this.#limits = limits;
    this.servers = new Map(servers.map((server) => [server.name, new Reached(server, chance)]));
    this.shards = new Map(
      servers.flatMap((server) => [...server.shards.keys()].map((shard) => [shard, server.name] as const)),
    );
    this.reads = simReads({ read: this.#read, shards: [...this.shards.keys()], limits });
  }

  /** The ways to the servers, for whoever breaks them. */
  get links(): readonly Link[] {
    return [...this.servers.values()].map(({ link }) => link);
  }

  shard(shard: ShardNumber): ShardBackend {
    const reached = this.#of(shard);
    const { server } = reached;
    const lockTimeoutMs = Math.ceil(this.#limits.flushDeadlineMs / 2);
    return {
      store: {
        transact: (work, deadline) =>
          reached.use((session) => work(new SimTransaction({ server, shard, session, lockTimeoutMs })), deadline),
      },
      log: {
        page: (from) => this.#read(shard, (tables) => tables.page(from, server.chance.whole(1, PAGE_EVENTS))),
        fence: () => this.#read(shard, (tables) => tables.fence),
      },
      outbox: {
        targets: () => this.#read(shard, (tables) => tables.targets()),
        waiting: ({ target, limit }) =>
          this.#read(shard, (tables) => tables.waiting(target).slice(0, limit).map(({ draft }) => draft)),
        stands: (event) => this.#read(shard, (tables) => tables.arrivalOf(event)),
        record: (delivered) =>
          reached.use((session) => session.ask(() => server.shard(shard).record(delivered)), deadlineIn(RECORD_MS)),
      },
      personal: {
        transact: (wishes, settle, deadline) =>
          reached.use(
            (session) => session.ask(() => commitPersonal({ server, shard, session }, wishes, settle)),
            deadline,
          ),
        since: (from) => this.#read(shard, ({ personal }) => personal.since(from, server.chance.whole(1, PAGE_EVENTS))),
        sinceOf: (user, from, limit) => this.#read(shard, ({ personal }) => personal.sinceOf(user, from, limit)),
        of: (user, discussions) => this.#read(shard, ({ personal }) => personal.of(user, discussions)),
      },
      known: (ids) => this.#read(shard, (tables) => tables.known(ids)),
    };
  }

  close(): void {
    for (const server of this.servers.values()) server.close();
  }

  /** What `read` itself throws is a mistake of the simulation, and nothing that a shard which does not answer may stand for. */
  readonly #read: ReadShard = async <T>(shard: ShardNumber, read: (tables: SimShard) => T) => {
    const reached = this.#of(shard);
    const bugs: unknown[] = [];
    const onTables = () => {
      try {
        return read(reached.server.shard(shard));
      } catch (bug) {
        bugs.push(bug);
        throw bug;
      }
    };
    try {
      return await reached.use((session) => session.ask(onTables), deadlineIn(this.#limits.readDeadlineMs));
    } catch (error) {
      if (bugs.length > 0) throw bugs[0];
      throw new ShardUnavailable(shard, RETRY_AFTER_MS, { cause: error });
    }
  };

  #of(shard: ShardNumber): Reached {
    const reached = this.servers.get(this.shards.get(shard) ?? "");
    if (reached === undefined) throw new RangeError(`no shard ${shard}`);
    return reached;
  }
}

type Settle = Parameters<PersonalStore["transact"]>[1];

/** As {@link SimTransaction} commits, in one step: the connection may be lost before, after, or without anybody noticing. */
async function commitPersonal(
  { server, shard, session }: { server: SimServer; shard: ShardNumber; session: SimSession },
  wishes: readonly OwnedWish[],
  settle: Settle,
): ReturnType<PersonalStore["transact"]> {
  const loss = server.chance.happens(server.commitLosses) ? server.chance.of(LOSSES) : null;
  if (loss === "before") session.breakOff({ noticedAfterMs: 0 });
  if (loss === "before") return await session.lost;
  if (server.isDiskFull) throw sqlError("53100");
  const done = server.shard(shard).personal.commit(wishes, settle);
  if (loss === "after") session.breakOff({ noticedAfterMs: 0 });
  if (loss === "unnoticed") return await session.cancelled;
  return done;
}

/** Everybody is at home where their id is, and nobody asks for anything else. */
const directory: Backend["directory"] = {
  home: (user) => Promise.resolve({ home: shardOf(user), past: [] }),
  claimHandle: notSimulated,
  userByHandle: notSimulated,
  endAccount: notSimulated,
  setHome: notSimulated,
  setFirstHome: notSimulated,
  saveSession: notSimulated,
};

function notSimulated(): never {
  throw new Error("nothing in a simulation asks the directory for this");
}
