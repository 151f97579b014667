/** What storage throws when it can't answer. @module */
import type { ShardNumber } from "@gatz/domain";

/** A shard did not answer in time, or is being skipped because it lately did not (SHARD2). */
export class ShardUnavailable extends Error {
  override readonly name = "ShardUnavailable";
  constructor(readonly shard: ShardNumber, readonly retryAfterMs: number, options?: ErrorOptions) {
    super(`shard ${shard} does not answer`, options);
  }
}

/** The directory did not answer (SHARD4). */
export class DirectoryUnavailable extends Error {
  override readonly name = "DirectoryUnavailable";
}

/** The configuration and what the directory says of the installation do not fit together; the message says how, and holds no secret. */
export class StorageMisconfigured extends Error {
  override readonly name = "StorageMisconfigured";
  constructor(readonly setting: "servers" | "shards" | "digestKey" | "restore", message: string) {
    super(message);
  }
}

/** Somebody else migrates the same database, and has not come to an end in time: perhaps there is a lot to do, perhaps they are frozen. */
export class MigrationLocked extends Error {
  override readonly name = "MigrationLocked";
  constructor(
    readonly waitedMs: number,
    /** Of the session that holds the lock, if it could be found. */
    readonly pid: number | undefined,
  ) {
    super(`somebody else has been migrating for ${waitedMs} ms`);
  }
}
