import type { Storage, StorageConfig } from "./contract.ts";
import { SqlDirectory } from "./directory/directory.ts";
import { installGuard } from "./postgres/guard.ts";
import { PostgresBackend } from "./postgres_backend.ts";
import type { Reads } from "./reads/reads.ts";

/** Reads of a database beside whoever writes it. */
export interface OpenReads extends Omit<Reads, "ground">, Pick<Storage, "incarnation" | "shards">, Disposable {}

/** Opens no shard and takes no locks. Throws `DirectoryUnavailable` without the directory. */
export async function openReads(config: StorageConfig): Promise<OpenReads> {
  installGuard();
  const { directory: url, limits } = config;
  const directory = new SqlDirectory({ url, deadlineMs: limits.readDeadlineMs, limits });
  try {
    const { incarnation, shards } = await directory.installation(config.digestKey);
    const backend = new PostgresBackend({
      ...{ config, directory, incarnation, shards },
      observe: () => {},
      unmigrated: new Set(),
    });
    return { ...backend.reads, incarnation, shards: [...shards.keys()], [Symbol.dispose]: () => backend.close() };
  } catch (error) {
    directory.close();
    throw error;
  }
}
