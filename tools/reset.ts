/** `deno task reset`: clears what development keeps on this machine, and nothing of production's. @module */
import * as path from "node:path";
import { EmbeddedPostgresError, removeEmbeddedPostgres } from "@gatz/storage/embedded";
import { type Config, ConfigError, processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { embeddedFolder } from "../apps/server/src/database.ts";

async function reset(): Promise<void> {
  const environment = processEnvironment();
  if (environment.GATZ_EMBEDDED === "1" && environment.GATZ_DEV !== "1") {
    throw new ConfigError("GATZ_EMBEDDED=1 says that the embedded database is production's: it is not cleared.");
  }
  const config = readConfig(environment, { GATZ_DEV: "1" });
  await removeEmbeddedPostgres(embeddedFolder(config));
  const files = filesToClear(config);
  for (const file of files) {
    await Deno.remove(path.resolve(config.dataFolder, file)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  console.log(`${config.dataFolder} is cleared`);
  if (config.databaseUrl !== undefined) console.log(DATABASE_STAYS);
}

/** The database of DATABASE_URL is not cleared, so what belongs to its data stays as well (LOG2). */
function filesToClear({ databaseUrl }: Config): readonly string[] {
  return databaseUrl === undefined ? ["postgres.log", "secrets.env"] : ["postgres.log"];
}

const DATABASE_STAYS = "The database of DATABASE_URL stays, and so does the secrets.env that belongs to it.";

try {
  await reset();
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
