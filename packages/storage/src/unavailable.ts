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
