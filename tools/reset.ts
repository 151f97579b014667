/** `deno task reset`: clears what development keeps on this machine. @module */
import * as path from "node:path";
import { EmbeddedPostgresError, removeEmbeddedPostgres } from "@gatz/storage/embedded";
import { processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { embeddedFolder } from "../apps/server/src/database.ts";

const config = readConfig(processEnvironment(), { GATZ_DEV: "1" });
try {
  await removeEmbeddedPostgres(embeddedFolder(config));
  for (const file of ["secrets.env", "postgres.log"]) {
    await Deno.remove(path.resolve(config.dataFolder, file)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  console.log(`${config.dataFolder} is cleared`);
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
