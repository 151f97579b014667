/** Where the data is: the database of the configuration, or the embedded one, started or joined. @module */
import * as path from "node:path";
import type { StorageConfig } from "@gatz/storage";
import { joinEmbeddedPostgres, startEmbeddedPostgres } from "@gatz/storage/embedded";
import type { Config } from "./config.ts";
import type { Secrets } from "./secrets.ts";

export interface OpenDatabase {
  readonly storage: StorageConfig;
  /** Stops what was started for it; a server that was running before goes on. */
  stop(): Promise<void>;
}

/** The folder of the embedded database's files. */
export function embeddedFolder(config: Pick<Config, "dataFolder">): string {
  return path.resolve(config.dataFolder, "postgres");
}

/**
 * @param options.join use the embedded database of a gatz server that runs already, if one does (for tools beside it)
 * @throws {EmbeddedPostgresError} if the embedded one can't be started
 */
export async function openDatabase(
  config: Config,
  { secrets, join = false }: { readonly secrets: Secrets; readonly join?: boolean },
): Promise<OpenDatabase> {
  if (!config.embedded) {
    if (config.databaseUrl === undefined) throw new Error("a configuration without a database");
    return {
      storage: storageConfig(config, { secrets, directory: config.databaseUrl }),
      stop: () => Promise.resolve(),
    };
  }
  const dataDir = embeddedFolder(config);
  const password = secrets.databasePassword;
  const server = (join ? await joinEmbeddedPostgres({ dataDir, password }) : undefined) ??
    await startEmbeddedPostgres({ dataDir, password, logFile: path.resolve(config.dataFolder, "postgres.log") });
  return { storage: storageConfig(config, { secrets, directory: server.url }), stop: server.stop };
}

/** What storage is opened with. New shards are spread over the servers in equal, contiguous parts. */
export function storageConfig(
  config: Pick<Config, "servers" | "shards" | "limits">,
  { secrets, directory }: { readonly secrets: Secrets; readonly directory: string },
): StorageConfig {
  const servers = Object.keys(config.servers).length > 0 ? config.servers : { main: directory };
  const names = Object.keys(servers);
  return {
    directory,
    servers,
    place: (shard) => {
      const name = names[Math.floor((shard * names.length) / config.shards)];
      if (name === undefined) throw new RangeError(`shard ${shard} of ${config.shards}`);
      return name;
    },
    shards: config.shards,
    digestKey: secrets.digestKey,
    limits: config.limits,
  };
}
