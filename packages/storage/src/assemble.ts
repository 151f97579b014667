/** Puts storage together on a backend: who writes what, the logs, the outboxes. @module */
import { idToUuid, type ShardNumber, shardOf, type UserId } from "@gatz/domain";
import type { Backend, ServerBackend } from "./backend.ts";
import type { NodeAddress, NodeId, ServerName, ShardOwner, Storage, StorageConfig } from "./contract.ts";
import { placedAtHome } from "./directory/placement.ts";
import { FenceWatch } from "./log/fence_watch.ts";
import { isDoneIn } from "./postgres/deadline.ts";
import { ShardLog } from "./log/shard_log.ts";
import { OfferRouter, type RoutedShard } from "./nodes/offer_router.ts";
import type { Observe, ShardReading } from "./observe.ts";
import { Outbox } from "./outbox/outbox.ts";
import { PersonalLog } from "./personal/log.ts";
import { PersonalWriter } from "./personal/writer.ts";
import type { Report } from "./report.ts";
import { offerHere, type Offering } from "./shard/offer.ts";
import { foresee } from "./shard/foresee.ts";
import { known } from "./shard/known.ts";
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
  /** What `migrate` returned: servers whose shards are to be migrated before anything is written there. Default: none. */
  unmigrated?: ReadonlySet<ServerName>;
  /** A UUID that no other node has or had; default: a random one. */
  node?: string;
}

export interface Parts extends Pick<StorageConfig, "limits" | "digestKey"> {
  readonly backend: Backend;
  readonly options: OpenOptions;
}

const EFFECTS_MS = 10_000;
/** What still runs when storage is closed gets so long. */
const CLOSE_MS = 1_500;
/** A fence that was read so lately tells who writes the shard. */
const OWNER_FRESH_MS = 1_000;

/** Storage on a backend. Resolves when the shards that nobody else writes were taken, or their servers found not to answer. */
export async function assembleStorage(parts: Parts): Promise<Storage> {
  const assembled = new AssembledStorage(parts);
  await assembled.start();
  return assembled.storage();
}

class AssembledStorage {
  readonly #parts: Parts;
  readonly #report: Report;
  readonly #node: NodeId;
  /** Where other nodes reach this one, once it has joined them. */
  #url: string | null = null;
  #announce: ((shard: ShardNumber) => void) | undefined;
  #leaving: Promise<void> | undefined;
  readonly #owners: ReadonlyMap<ServerName, Ownership>;
  readonly #watches: ReadonlyMap<ServerName, FenceWatch>;
  readonly #logs: ReadonlyMap<ShardNumber, ShardLog>;
  readonly #writers: ReadonlyMap<ShardNumber, ShardWriter>;
  readonly #outboxes: ReadonlyMap<ShardNumber, Outbox>;
  readonly #personalLogs: ReadonlyMap<ShardNumber, PersonalLog>;
  readonly #personalWriters: ReadonlyMap<ShardNumber, PersonalWriter>;
  readonly #offering: Offering;
  readonly #router: OfferRouter;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { backend, limits, options } = parts;
    this.#report = options.report ?? ((what, details) => console.warn(what, details));
    this.#node = (options.node ?? crypto.randomUUID()) as NodeId;
    this.#owners = new Map([...backend.servers].map(([name, server]) => [name, this.#makeOwner(name, server)]));
    this.#watches = new Map(
      [...backend.servers].map(([name, server]) => [
        name,
        new FenceWatch({ readTogether: (shards) => server.fences(shards) }),
      ]),
    );
    this.#logs = this.#perShard((shard, server) =>
      new ShardLog({
        shard,
        rows: backend.shard(shard).log,
        limits,
        watch: this.#watches.get(server)!, // one was made for each server
        isWrittenHere: () => this.#isWrittenHere(shard),
        onRev: (rev) => this.#personalLogs.get(shard)?.advance(rev),
        report: this.#report,
      })
    );
    this.#personalLogs = this.#perShard((shard) =>
      new PersonalLog({
        store: backend.shard(shard).personal,
        watch: () => this.#logs.get(shard)!.watch(), // one was made for each shard
      })
    );
    this.#personalWriters = this.#perShard((shard) =>
      new PersonalWriter({
        shard,
        store: backend.shard(shard).personal,
        limits,
        onCommitted: (committed) => this.#personalLogs.get(shard)?.committed(committed),
        report: this.#report,
      })
    );
    this.#writers = this.#makeWriters();
    for (const [shard, log] of this.#logs) {
      log.onOwnerChange(() => log.lastFence && this.#writers.get(shard)?.seen(log.lastFence.fence));
    }
    this.#offering = {
      writers: this.#writers,
      reads: backend.reads,
      placement: placedAtHome(backend.directory),
      digestKey: parts.digestKey,
    };
    this.#router = new OfferRouter({
      node: this.#node,
      shards: new Map([...this.#logs].map(([shard, log]) => [shard, routed(log)])),
      here: (offer, options) => offerHere(this.#offering, { offer, options }),
      limits,
    });
    this.#outboxes = this.#perShard((shard) => this.#makeOutbox(shard));
  }

  async start(): Promise<void> {
    await Promise.all([...this.#owners.values()].map((owner) => owner.start()));
    for (const outbox of this.#outboxes.values()) outbox.start();
  }

  storage(): Storage {
    const { incarnation, shards, servers, directory, reads } = this.#parts.backend;
    const log = (shard: ShardNumber) => of(this.#logs, shard);
    const personal = (user: UserId) => this.#parts.backend.shard(shardOf(user)).personal;
    return {
      ...reads,
      incarnation,
      shards: [...shards.keys()],
      directory,
      node: this.#node,
      owners: () => this.#perShard((shard) => this.#ownerOf(shard)),
      hint: (shard) => this.#watches.get(this.#parts.backend.shards.get(shard) ?? "")?.hint(),
      health: () => this.#perShard((shard, server) => this.#healthOf(shard, server)),
      readings: () => ({
        shards: this.#perShard((shard, server) => this.#readingOf(shard, server)),
        servers: new Map([...servers].map(([name, server]) => [name, server.reading])),
      }),
      join: (membership) => {
        this.#url = membership.url;
        this.#announce = membership.announce;
        this.#router.join(membership);
        for (const writer of this.#writers.values()) writer.wake();
      },
      offer: (stream, proposals, options) => this.#router.offer({ kind: "bundle", stream, proposals }, options),
      offerHere: async (offer, options) => {
        if (!this.#isWrittenHere(offer.kind === "bundle" ? shardOf(offer.stream) : offer.shard)) return null;
        return await offerHere(this.#offering, { offer, options });
      },
      known: (stream, proposals) => {
        const { backend, digestKey } = this.#parts;
        return known(backend.shard(shardOf(stream)), { proposals, digestKey });
      },
      hasArrived: async (event) =>
        await this.#parts.backend.shard(shardOf(event)).outbox.stands(idToUuid(event)) === "done",
      foresee: (stream, proposals) => {
        const { backend, ...parts } = this.#parts;
        const { placement } = this.#offering;
        const shard = backend.shard(shardOf(stream));
        return foresee({ ...parts, reads: backend.reads, placement, shard }, { stream, proposals });
      },
      follow: (shard, from, signal) => log(shard).follow(from, signal),
      setPersonal: (user, wishes, options) => of(this.#personalWriters, shardOf(user)).set(user, wishes, options),
      personalOf: (user, discussions) => personal(user).of(user, discussions),
      personalSince: (user, from, limit) => personal(user).sinceOf(user, from, limit),
      followPersonal: (shard, from, signal) => of(this.#personalLogs, shard).follow(from, signal),
      fence: (shard) => log(shard).fence(),
      leave: ({ withinMs }) => this.#leaving ??= this.#leave(withinMs),
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
        address: () => this.#address,
        onShutOut: () => owner.shutOut(shard),
        onLog: ({ before, after, entries }) => {
          const ring = this.#logs.get(shard)?.ring;
          ring?.append(before, entries);
          ring?.advance(after);
          if (after > before) this.#announce?.(shard);
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
        this.#router.offer({ kind: "effects", shard, proposals }, { deadlineMs: EFFECTS_MS }),
      isWrittenHere: () => this.#isWrittenHere(source),
      delayMs: outboxDelayMs,
      random,
      report: this.#report,
    });
  }

  get #address(): NodeAddress {
    return { node: this.#node, url: this.#url };
  }

  #ownerOf(shard: ShardNumber): ShardOwner {
    if (this.#isWrittenHere(shard)) return { kind: "here" };
    const address = this.#logs.get(shard)?.lastFence?.fence.owner;
    return address ? { kind: "elsewhere", address } : { kind: "unknown" };
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

  async #leave(withinMs: number): Promise<void> {
    await Promise.all(
      this.#perShard(async (shard, server) => {
        const isDone = await isDoneIn(withinMs, this.#writers.get(shard)!.drain()); // one was made for each shard
        if (!isDone) this.#report("a shard was left with drafts unanswered", { shard });
        this.#owners.get(server)?.leave(shard);
      }).values(),
    );
    // One that is just connecting to a server that does not answer is not waited for.
    await isDoneIn(CLOSE_MS, Promise.all([...this.#owners.values()].map((owner) => owner.close())));
  }

  async #close(): Promise<void> {
    const outboxes = Promise.all([...this.#outboxes.values()].map((outbox) => outbox.close()));
    this.#leaving ??= this.#leave(CLOSE_MS);
    await isDoneIn(CLOSE_MS, Promise.all([outboxes, this.#leaving]));
    for (const watch of this.#watches.values()) watch.close();
    this.#parts.backend.close();
  }
}

function of<T>(each: ReadonlyMap<ShardNumber, T>, shard: ShardNumber): T {
  const found = each.get(shard);
  if (found === undefined) throw new RangeError(`no shard ${shard}`);
  return found;
}

function routed(log: ShardLog): RoutedShard {
  return {
    isWrittenHere: log.isWrittenHere,
    onOwnerChange: (changed) => log.onOwnerChange(changed),
    owner: async ({ anew }) => {
      const last = log.lastFence;
      const serves = !anew && last !== undefined && performance.now() - last.at < OWNER_FRESH_MS;
      return (serves ? last.fence : await log.fence()).owner;
    },
  };
}
