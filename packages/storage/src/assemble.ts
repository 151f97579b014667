/** Puts storage together on a backend: who writes what, the logs, the outboxes. @module */
import type { ShardNumber } from "@gatz/domain";
import type { Backend, ServerBackend } from "./backend.ts";
import type { ServerName, Storage, StorageConfig } from "./contract.ts";
import { placedAtHome } from "./directory/placement.ts";
import { ShardLog } from "./log/shard_log.ts";
import type { Observe, ShardReading } from "./observe.ts";
import { Outbox } from "./outbox/outbox.ts";
import type { Report } from "./report.ts";
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

export interface Parts extends Pick<StorageConfig, "limits" | "digestKey"> {
  readonly backend: Backend;
  readonly options: OpenOptions;
}

const EFFECTS_MS = 10_000;

/** Storage on a backend. Resolves when the shards that nobody else writes were taken, or their servers found not to answer. */
export async function assembleStorage(parts: Parts): Promise<Storage> {
  const assembled = new AssembledStorage(parts);
  await assembled.start();
  return assembled.storage();
}

class AssembledStorage {
  readonly #parts: Parts;
  readonly #report: Report;
  readonly #owners: ReadonlyMap<ServerName, Ownership>;
  readonly #logs: ReadonlyMap<ShardNumber, ShardLog>;
  readonly #writers: ReadonlyMap<ShardNumber, ShardWriter>;
  readonly #outboxes: ReadonlyMap<ShardNumber, Outbox>;
  readonly #offering: Offering;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { backend, limits, options } = parts;
    this.#report = options.report ?? ((what, details) => console.warn(what, details));
    this.#owners = new Map([...backend.servers].map(([name, server]) => [name, this.#makeOwner(name, server)]));
    this.#logs = this.#perShard((shard) =>
      new ShardLog({
        shard,
        rows: backend.shard(shard).log,
        limits,
        isWrittenHere: () => this.#isWrittenHere(shard),
        report: this.#report,
      })
    );
    this.#writers = this.#makeWriters();
    this.#offering = {
      writers: this.#writers,
      reads: backend.reads,
      placement: placedAtHome(backend.directory),
      digestKey: parts.digestKey,
    };
    this.#outboxes = this.#perShard((shard) => this.#makeOutbox(shard));
  }

  async start(): Promise<void> {
    await Promise.all([...this.#owners.values()].map((owner) => owner.start()));
    for (const outbox of this.#outboxes.values()) outbox.start();
  }

  storage(): Storage {
    const { incarnation, shards, servers, directory, reads } = this.#parts.backend;
    const log = (shard: ShardNumber) => {
      const found = this.#logs.get(shard);
      if (!found) throw new RangeError(`no shard ${shard}`);
      return found;
    };
    return {
      ...reads,
      incarnation,
      shards: [...shards.keys()],
      directory,
      health: () => this.#perShard((shard, server) => this.#healthOf(shard, server)),
      readings: () => ({
        shards: this.#perShard((shard, server) => this.#readingOf(shard, server)),
        servers: new Map([...servers].map(([name, server]) => [name, server.reading])),
      }),
      offer: (stream, proposals, options) => offer(this.#offering, { stream, proposals, options }),
      follow: (shard, from, signal) => log(shard).follow(from, signal),
      fence: (shard) => log(shard).fence(),
      close: () => this.#close(),
    };
  }

  #perShard<T>(make: (shard: ShardNumber, server: ServerName) => T): Map<ShardNumber, T> {
    return new Map([...this.#parts.backend.shards].map(([shard, server]) => [shard, make(shard, server)]));
  }

  #makeOwner(name: ServerName, server: ServerBackend): Ownership {
    const shards = [...this.#parts.backend.shards].filter(([, its]) => its === name).map(([shard]) => shard);
    return new Ownership({
      open: () => server.openLocks(),
      shards,
      report: (what, details) => this.#report(what, { server: name, ...details }),
      onTrouble: () => server.suspect(),
      onChange: (shard) => {
        this.#writers.get(shard)?.wake();
        this.#outboxes.get(shard)?.wake(undefined);
      },
    });
  }

  #makeWriters(): Map<ShardNumber, ShardWriter> {
    const { backend, limits, options } = this.#parts;
    const schedulers = new Map([...backend.servers.keys()].map((server) => [server, new FlushScheduler(limits)]));
    return this.#perShard((shard, server) => {
      const owner = this.#owners.get(server)!; // one was made for each server
      return new ShardWriter({
        shard,
        server,
        store: backend.shard(shard).store,
        isServerDown: () => this.#isDown(server),
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
        observe: options.observe ?? (() => {}),
      });
    });
  }

  #makeOutbox(source: ShardNumber): Outbox {
    const { outboxDelayMs = 0, random = Math.random } = this.#parts.options;
    return new Outbox({
      source,
      rows: this.#parts.backend.shard(source).outbox,
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

  #isDown(server: ServerName): boolean {
    return this.#parts.backend.servers.get(server)?.isDown ?? false;
  }

  #healthOf(shard: ShardNumber, server: ServerName): "ok" | "slow" | "down" {
    return this.#isDown(server) ? "down" : this.#writers.get(shard)?.health ?? "down";
  }

  #readingOf(shard: ShardNumber, server: ServerName): ShardReading {
    const { isOwner, queued } = this.#writers.get(shard)!; // one was made for each shard, as was a log
    const { head } = this.#logs.get(shard)!.ring;
    return {
      status: this.#healthOf(shard, server),
      isOwner,
      head,
      queuedDrafts: queued.drafts,
      queuedBytes: queued.bytes,
    };
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#outboxes.values()].map((outbox) => outbox.close()));
    await Promise.all([...this.#writers.values()].map((writer) => writer.drain()));
    await Promise.all([...this.#owners.values()].map((owner) => owner.close()));
    for (const log of this.#logs.values()) log.close();
    this.#parts.backend.close();
  }
}
