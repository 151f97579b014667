/** Puts storage together. @module */
import { type ShardNumber } from "@gatz/domain";
import type { ServerName, Storage, StorageConfig } from "./contract.ts";
import { SqlDirectory } from "./directory/directory.ts";
import { placedAtHome } from "./directory/placement.ts";
import { ShardLog } from "./log/shard_log.ts";
import { Outbox } from "./outbox/outbox.ts";
import { readLag } from "./outbox/rows.ts";
import { installGuard } from "./postgres/guard.ts";
import type { Observe, ShardReading } from "./observe.ts";
import { PostgresServer } from "./postgres/server.ts";
import { createReads } from "./reads/reads.ts";
import { readResume } from "./reads/resume.ts";
import { ServerReads } from "./reads/server_reads.ts";
import type { Report } from "./report.ts";
import { unknownServer } from "./schema/migrate.ts";
import { offer, offerEffects, type Offering } from "./shard/offer.ts";
import { Ownership } from "./shard/ownership.ts";
import { FlushScheduler } from "./shard/scheduler.ts";
import { ShardWriter } from "./shard/writer.ts";

export interface OpenOptions {
  /** What an operator should know; default: `console.warn`. */
  report?: Report;
  /** Told of flushes and connections as they end; default: nobody is. */
  observe?: Observe;
  /** How long effects wait before they are delivered: for tests and drills. Default 0. */
  outboxDelayMs?: number;
  /** From 0 to 1, for jitter; default `Math.random`. */
  random?: () => number;
}

const EFFECTS_MS = 10_000;

/**
 * Opens storage on migrated databases, and takes the shards that nobody else writes. Throws `DirectoryUnavailable` without the
 * directory; a shard's server may be down, and is tried until it is back.
 */
export async function openStorage(config: StorageConfig, options: OpenOptions = {}): Promise<Storage> {
  installGuard();
  const directory = new SqlDirectory({ url: config.directory, deadlineMs: config.limits.readDeadlineMs });
  try {
    const { incarnation, shards } = await directory.installation(config.digestKey);
    const opened = new OpenStorage({ config, directory, shards, options });
    await opened.start();
    return opened.storage(incarnation);
  } catch (error) {
    directory.close();
    throw error;
  }
}

interface Parts {
  readonly config: StorageConfig;
  readonly directory: SqlDirectory;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  readonly options: OpenOptions;
}

class OpenStorage {
  readonly #parts: Parts;
  readonly #report: Report;
  readonly #observe: Observe;
  readonly #servers: ReadonlyMap<ServerName, PostgresServer>;
  readonly #serverOf: ReadonlyMap<ShardNumber, PostgresServer>;
  readonly #owners: ReadonlyMap<PostgresServer, Ownership>;
  readonly #reads: ServerReads;
  readonly #logs: ReadonlyMap<ShardNumber, ShardLog>;
  readonly #writers: ReadonlyMap<ShardNumber, ShardWriter>;
  readonly #outboxes: ReadonlyMap<ShardNumber, Outbox>;
  readonly #offering: Offering;
  readonly #states: ReturnType<typeof createReads>;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { config, directory, shards, options } = parts;
    this.#report = options.report ?? ((what, details) => console.warn(what, details));
    this.#observe = options.observe ?? (() => {});
    this.#servers = this.#makeServers();
    this.#serverOf = new Map([...shards].map(([shard, name]) => [shard, this.#servers.get(name)!])); // made for them
    this.#owners = new Map([...this.#servers.values()].map((server) => [server, this.#makeOwner(server)]));
    this.#reads = new ServerReads({ servers: this.#serverOf, limits: config.limits });
    this.#states = createReads(this.#reads, config.limits);
    this.#logs = this.#perShard((shard) =>
      new ShardLog({
        shard,
        reads: this.#reads,
        limits: config.limits,
        isWrittenHere: () => this.#isWrittenHere(shard),
        report: this.#report,
      })
    );
    this.#writers = this.#makeWriters();
    this.#offering = {
      writers: this.#writers,
      reads: this.#states,
      placement: placedAtHome(directory),
      digestKey: config.digestKey,
    };
    this.#outboxes = this.#perShard((shard, server) => this.#makeOutbox(shard, server));
  }

  async start(): Promise<void> {
    await Promise.all([...this.#owners.values()].map((owner) => owner.start()));
    for (const outbox of this.#outboxes.values()) outbox.start();
  }

  storage(incarnation: Storage["incarnation"]): Storage {
    const { config: { limits }, directory, shards } = this.#parts;
    const log = (shard: ShardNumber) => {
      const found = this.#logs.get(shard);
      if (!found) throw new RangeError(`no shard ${shard}`);
      return found;
    };
    return {
      ...this.#states,
      incarnation,
      shards: [...shards.keys()],
      directory,
      health: () => this.#perShard((shard) => this.#healthOf(shard)),
      readings: () => ({
        shards: this.#perShard((shard) => this.#readingOf(shard)),
        servers: new Map([...this.#servers].map(([name, server]) => [name, server.reading])),
      }),
      offer: (stream, proposals, options) => offer(this.#offering, { stream, proposals, options }),
      follow: (shard, from, signal) => log(shard).follow(from, signal),
      fence: (shard) => log(shard).fence(),
      outbox: (shard) => this.#reads.read(shard, readLag),
      resume: (user, from, budget) => readResume({ pools: this.#reads, limits }, user, { from, budget }),
      close: () => this.#close(),
    };
  }

  #perShard<T>(make: (shard: ShardNumber, server: PostgresServer) => T): Map<ShardNumber, T> {
    return new Map([...this.#serverOf].map(([shard, server]) => [shard, make(shard, server)]));
  }

  #makeServers(): Map<ServerName, PostgresServer> {
    const { config, shards } = this.#parts;
    const servers = new Map<ServerName, PostgresServer>();
    for (const [name, here] of Map.groupBy(shards.keys(), (shard) => shards.get(shard)!)) { // its own keys
      const url = config.servers[name];
      if (url === undefined) throw unknownServer(name);
      servers.set(
        name,
        new PostgresServer({ name, url, limits: config.limits, shards: here.length, observe: this.#observe }),
      );
    }
    return servers;
  }

  #makeOwner(server: PostgresServer): Ownership {
    const shards = [...this.#serverOf].filter(([, its]) => its === server).map(([shard]) => shard);
    return new Ownership({
      lane: server.ownerLane(),
      shards,
      report: (what, details) => this.#report(what, { server: server.name, ...details }),
      onTrouble: () => server.breaker.suspect(),
      onChange: (shard) => {
        this.#writers.get(shard)?.wake();
        this.#outboxes.get(shard)?.wake(undefined);
      },
    });
  }

  #makeWriters(): Map<ShardNumber, ShardWriter> {
    const { limits } = this.#parts.config;
    const schedulers = new Map([...this.#servers.values()].map((server) => [server, new FlushScheduler(limits)]));
    return this.#perShard((shard, server) => {
      const owner = this.#owners.get(server)!; // one was made for each server
      return new ShardWriter({
        shard,
        server: server.name,
        lanes: server.writers,
        isServerDown: () => server.breaker.isOpen,
        scheduler: schedulers.get(server)!, // likewise
        limits,
        lease: () => owner.lease(shard),
        onShutOut: () => owner.shutOut(shard),
        onLog: ({ before, after, entries }) => {
          const ring = this.#logs.get(shard)?.ring;
          ring?.append(before, entries);
          ring?.advance(after);
        },
        onEffects: (targets) => this.#outboxes.get(shard)?.wake(targets),
        report: this.#report,
        observe: this.#observe,
      });
    });
  }

  #makeOutbox(source: ShardNumber, server: PostgresServer): Outbox {
    const { outboxDelayMs = 0, random = Math.random } = this.#parts.options;
    return new Outbox({
      source,
      reads: this.#reads,
      lanes: server.service,
      offer: (shard, proposals) =>
        offerEffects(this.#offering, { shard, proposals, options: { deadlineMs: EFFECTS_MS } }),
      isWrittenHere: () => this.#isWrittenHere(source),
      delayMs: outboxDelayMs,
      random,
      report: this.#report,
    });
  }

  #isWrittenHere(shard: ShardNumber): boolean {
    return this.#writers.get(shard)?.isOwner ?? false;
  }

  #healthOf(shard: ShardNumber): "ok" | "slow" | "down" {
    if (this.#serverOf.get(shard)?.breaker.isOpen) return "down";
    return this.#writers.get(shard)?.health ?? "down";
  }

  #readingOf(shard: ShardNumber): ShardReading {
    const { isOwner, queued } = this.#writers.get(shard)!; // one was made for each shard, as was a log
    const { head } = this.#logs.get(shard)!.ring;
    return { status: this.#healthOf(shard), isOwner, head, queuedDrafts: queued.drafts, queuedBytes: queued.bytes };
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#outboxes.values()].map((outbox) => outbox.close()));
    await Promise.all([...this.#writers.values()].map((writer) => writer.drain()));
    await Promise.all([...this.#owners.values()].map((owner) => owner.close()));
    for (const log of this.#logs.values()) log.close();
    for (const server of this.#servers.values()) server.close();
    this.#parts.directory.close();
  }
}
