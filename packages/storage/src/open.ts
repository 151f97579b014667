import { assembleStorage, type OpenOptions } from "./assemble.ts";
import type { Storage, StorageConfig } from "./contract.ts";
import { SqlDirectory } from "./directory/directory.ts";
import { PostgresBackend } from "./postgres_backend.ts";
import { installGuard } from "./postgres/guard.ts";

/**
 * Opens storage on migrated databases, and takes the shards that nobody else writes. Throws `DirectoryUnavailable` without the
 * directory; a shard's server may be down, and is tried until it is back. Where a server, or the directory, did not answer within its
 * deadline, what is offered is not-now `Unavailable` until it was asked again, half a second later (LOG4).
 */
export async function openStorage(config: StorageConfig, options: OpenOptions = {}): Promise<Storage> {
  installGuard();
  const { directory: url, limits } = config;
  const directory = new SqlDirectory({ url, deadlineMs: limits.readDeadlineMs, limits });
  try {
    const { incarnation, shards } = await directory.installation(config.digestKey);
    const { observe = () => {}, unmigrated = new Set() } = options;
    const backend = new PostgresBackend({ config, directory, incarnation, shards, observe, unmigrated });
    return await assembleStorage({ backend, limits, digestKey: config.digestKey, options });
  } catch (error) {
    directory.close();
    throw error;
  }
}
