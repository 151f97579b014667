import type { Incarnation, ShardNumber } from "@gatz/domain";
import type { Backend, ServerBackend, ShardBackend } from "./backend.ts";
import { DirectoryUnavailable, type ServerName, type StorageConfig } from "./contract.ts";
import type { SqlDirectory } from "./directory/directory.ts";
import { readFence, readFences } from "./log/fences.ts";
import { readLog } from "./log/read_log.ts";
import type { Observe } from "./observe.ts";
import {
  type OutboxRows,
  readArrival,
  readLag,
  recordDelivered,
  waitingEffects,
  waitingTargets,
} from "./outbox/rows.ts";
import { SqlPersonalStore } from "./personal/sql_store.ts";
import { deadlineIn } from "./postgres/deadline.ts";
import { PostgresServer } from "./postgres/server.ts";
import { createReads } from "./reads/reads.ts";
import { readResume } from "./reads/resume.ts";
import { ServerReads } from "./reads/server_reads.ts";
import { migrateShards, unknownServer } from "./schema/migrate.ts";
import { shardSchema } from "./schema/names.ts";
import { findKnown } from "./shard/load_ground.ts";
import { type LockSession, openLocks } from "./shard/locks.ts";
import { SqlShardStore } from "./shard/sql_store.ts";
import { statementsOf } from "./shard/statements.ts";

export interface PostgresBackendOptions {
  readonly config: StorageConfig;
  readonly directory: SqlDirectory;
  readonly incarnation: Incarnation;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  readonly observe: Observe;
  /** Servers that did not answer when all were migrated. */
  readonly unmigrated: ReadonlySet<ServerName>;
}

const RECORD_MS = 5_000;
/** A directory that does not answer is asked for so long when the locks are asked for. */
const LIFE_PATIENCE_MS = 5_000;
/** A shard that is stuck must not hide the others' fences for long (SHARD2). */
const FENCES_MS = 1_000;

/** Connects when something is asked of it. */
export class PostgresBackend implements Backend {
  readonly incarnation: Incarnation;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  readonly servers: ReadonlyMap<ServerName, ServerBackend>;
  readonly directory: SqlDirectory;
  readonly reads: Backend["reads"];
  readonly #limits: StorageConfig["limits"];
  readonly #servers: ReadonlyMap<ServerName, PostgresServer>;
  readonly #pools: ServerReads;

  constructor(options: PostgresBackendOptions) {
    const { config: { limits }, directory, incarnation, shards } = options;
    this.#limits = limits;
    this.incarnation = incarnation;
    this.shards = shards;
    this.directory = directory;
    this.#servers = makeServers(options);
    this.servers = new Map(
      [...this.#servers].map(([name, server]) => [
        name,
        asBackend(server, { migrated: migrationOf(name, options), life: new LifeCheck(options) }),
      ]),
    );
    const pools = new ServerReads({
      servers: new Map([...shards.keys()].map((shard) => [shard, this.#serverOf(shard)])),
      limits,
    });
    this.#pools = pools;
    this.reads = {
      ...createReads(pools, limits),
      resume: (user, from, budget) => readResume({ pools, limits }, user, { from, budget }),
      outbox: (shard) => pools.read(shard, readLag),
    };
  }

  shard(shard: ShardNumber): ShardBackend {
    return {
      store: new SqlShardStore(shard, this.#serverOf(shard).writers),
      log: {
        page: (from) => this.#pools.read(shard, (q) => readLog(q, from, this.#limits)),
        fence: () => this.#pools.read(shard, readFence),
      },
      outbox: this.#outbox(shard),
      personal: new SqlPersonalStore({
        shard,
        lanes: this.#serverOf(shard).personal,
        pools: this.#pools,
        pageChanges: this.#limits.pageEvents,
      }),
      known: (ids) =>
        this.#pools.read(
          shard,
          ({ sql, schema }) => findKnown({ sql, statements: statementsOf(schema) }, ids),
        ),
    };
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    this.directory.close();
  }

  #outbox(shard: ShardNumber): OutboxRows {
    const { service } = this.#serverOf(shard);
    const schema = shardSchema(shard);
    return {
      targets: () => this.#pools.read(shard, waitingTargets),
      waiting: (ask) => this.#pools.read(shard, (q) => waitingEffects(q, ask)),
      stands: (event) => this.#pools.read(shard, (q) => readArrival(q, event)),
      record: (delivered) => service.use((sql) => recordDelivered({ sql, schema }, delivered), deadlineIn(RECORD_MS)),
    };
  }

  #serverOf(shard: ShardNumber): PostgresServer {
    const server = this.#servers.get(this.shards.get(shard) ?? "");
    if (!server) throw new RangeError(`no shard ${shard}`);
    return server;
  }
}

function makeServers(
  { config: { servers: urls, limits }, shards, observe }: PostgresBackendOptions,
): Map<ServerName, PostgresServer> {
  const servers = new Map<ServerName, PostgresServer>();
  for (const [name, here] of Map.groupBy(shards.keys(), (shard) => shards.get(shard)!)) { // its own keys
    const url = urls[name];
    if (url === undefined) throw unknownServer(name);
    servers.set(name, new PostgresServer({ name, url, limits, shards: here.length, observe }));
  }
  return servers;
}

/** Migrates what was not migrated when the node started, once. */
function migrationOf(
  server: ServerName,
  { config, shards, unmigrated }: PostgresBackendOptions,
): () => Promise<void> {
  let isDone = !unmigrated.has(server);
  return async () => {
    if (isDone) return;
    await migrateShards(config, { server, shards: [...shards.keys()].filter((shard) => shards.get(shard) === server) });
    isDone = true;
  };
}

/** The installation began another life than this node's (LOG9): it writes nothing any more. */
class NewLife extends Error {
  override readonly name = "NewLife";
}

/**
 * Asks the directory whether a restore or a promotion has been since this node started, which then may not write. Without the directory
 * nobody can say, and after a while shards are written all the same (SHARD4).
 */
class LifeCheck {
  readonly #options: PostgresBackendOptions;
  #silentSince: number | undefined;

  constructor(options: PostgresBackendOptions) {
    this.#options = options;
  }

  /** @throws {NewLife | StorageMisconfigured | DirectoryUnavailable} */
  async require(): Promise<void> {
    const { config, directory, incarnation } = this.#options;
    try {
      const now = await directory.installation(config.digestKey);
      if (now.incarnation !== incarnation) throw new NewLife("start this node anew");
      this.reset();
    } catch (error) {
      if (!(error instanceof DirectoryUnavailable)) throw error;
      this.#silentSince ??= performance.now();
      if (performance.now() - this.#silentSince < LIFE_PATIENCE_MS) throw error;
    }
  }

  /** While the shards' server is silent too, the directory's silence does not count: after an outage both are back, one a little later. */
  reset(): void {
    this.#silentSince = undefined;
  }
}

interface BeforeLocks {
  readonly migrated: () => Promise<void>;
  readonly life: LifeCheck;
}

/** Whoever has the locks writes: so the tables come first, and nobody gets them who lives in the past. */
async function openLocksOf(server: PostgresServer, { migrated, life }: BeforeLocks): Promise<LockSession> {
  let session: LockSession;
  try {
    await migrated();
    session = await openLocks(server.ownerLane());
  } catch (error) {
    life.reset();
    throw error;
  }
  try {
    await life.require();
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

function asBackend(server: PostgresServer, beforeLocks: BeforeLocks): ServerBackend {
  return {
    get isDown() {
      return server.breaker.isOpen;
    },
    get reading() {
      return server.reading;
    },
    suspect: () => server.breaker.suspect(),
    openLocks: () => openLocksOf(server, beforeLocks),
    fences: (shards) => server.readers.use((sql) => readFences(sql, shards), deadlineIn(FENCES_MS)),
  };
}
