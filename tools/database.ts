/** The database that a tool beside a gatz works on: that of a server that runs here, or the embedded one, started. @module */
import * as path from "node:path";
import { BackupError, DirectoryUnavailable, type StorageConfig } from "@gatz/storage";
import { EmbeddedPostgresError } from "@gatz/storage/embedded";
import { type Config, ConfigError, processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { embeddedFolder, openDatabase } from "../apps/server/src/database.ts";
import { SecretsError } from "../apps/server/src/secrets.ts";
import { presentSecrets, readIfThere } from "../apps/server/src/secrets_file.ts";
import { databaseError, StartError } from "../apps/server/src/start_error.ts";

/** Production's if DATABASE_URL or GATZ_EMBEDDED says so, else development's. */
function readDatabaseConfig(): Config {
  const environment = processEnvironment();
  const isProduction = environment.DATABASE_URL || environment.GATZ_EMBEDDED === "1";
  // It listens nowhere.
  return readConfig(environment, { GATZ_HOST: "127.0.0.1", ...(isProduction ? {} : { GATZ_DEV: "1" }) });
}

/** Does work on a database that is there; an embedded one that is not is made only if asked for. */
export async function withDatabase<T>(
  work: (storage: StorageConfig) => Promise<T>,
  { make = false }: { readonly make?: boolean } = {},
): Promise<T> {
  const config = readDatabaseConfig();
  const secrets = await presentSecrets(config);
  if (!make) await requireDatabase(config);
  const database = await openDatabase(config, { secrets, join: true });
  try {
    return await work(database.storage).catch((error) => {
      // What the directory does not answer is said by whoever asked it.
      throw error instanceof DirectoryUnavailable ? error : databaseError(error, config);
    });
  } finally {
    await database.stop();
  }
}

/** To make an empty database and find nothing wrong with it would prove nothing. */
async function requireDatabase(config: Config): Promise<void> {
  const folder = embeddedFolder(config);
  if (!config.embedded || await readIfThere(path.join(folder, "PG_VERSION")) !== undefined) return;
  throw new ConfigError(`There is no database in ${folder}. Name it with GATZ_DATA or DATABASE_URL.`);
}

/** What is wrong around gatz, and not in it. */
const EXPECTED = [ConfigError, SecretsError, StartError, EmbeddedPostgresError, DirectoryUnavailable, BackupError];

/** Runs a tool: its exit code is what it returns, or 2 with one line for what can be expected to stand in its way. */
export async function runTool(main: () => Promise<number>): Promise<void> {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Error) || !EXPECTED.some((known) => error instanceof known)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}
