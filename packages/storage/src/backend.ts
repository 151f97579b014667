/** All of storage that talks to Postgres, as the rest sees it: what that rest is put together on, here or in a simulation. @module */
import type { Incarnation, ShardNumber, Uuid } from "@gatz/domain";
import type { Directory, ServerName, Storage } from "./contract.ts";
import type { Fence } from "./log/fences.ts";
import type { LogRows } from "./log/shard_log.ts";
import type { ServerReading } from "./observe.ts";
import type { OutboxRows } from "./outbox/rows.ts";
import type { PersonalStore } from "./personal/store.ts";
import type { Reads } from "./reads/reads.ts";
import type { KnownEvents } from "./shard/ground.ts";
import type { LockSession } from "./shard/locks.ts";
import type { ShardStore } from "./shard/shard_store.ts";

export interface Backend {
  readonly incarnation: Incarnation;
  /** Where each shard lives. */
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  readonly servers: ReadonlyMap<ServerName, ServerBackend>;
  readonly directory: Directory;
  readonly reads: Reads & Pick<Storage, "resume" | "outbox">;
  shard(shard: ShardNumber): ShardBackend;
  close(): void;
}

export interface ServerBackend {
  /** Whether it is skipped because it lately did not answer. */
  readonly isDown: boolean;
  readonly reading: ServerReading;
  /** It did not answer, or too late: finds out whether it is down. */
  suspect(): void;
  openLocks(): Promise<LockSession>;
  /** The fences of many of its shards in one question; throws if it can't be answered for all of them. */
  fences(shards: readonly ShardNumber[]): Promise<ReadonlyMap<ShardNumber, Fence>>;
}

export interface ShardBackend {
  readonly store: ShardStore;
  readonly log: LogRows;
  readonly outbox: OutboxRows;
  readonly personal: PersonalStore;
  /** Which of the ids are in the log; throws `ShardUnavailable`. */
  known(ids: ReadonlySet<Uuid>): Promise<KnownEvents>;
}
