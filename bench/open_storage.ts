import { openStorage, type Storage } from "@gatz/storage";
import { processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { storageConfig } from "../apps/server/src/database.ts";
import { readSecrets } from "../apps/server/src/secrets.ts";
import { processSecrets } from "../apps/server/src/secrets_file.ts";

/** Opens the storage that the environment names, as a server would. Its schema must be there. */
export async function openStorageHere(): Promise<Storage> {
  const config = readConfig(processEnvironment(), { GATZ_DEV: "1" });
  const secrets = readSecrets(processSecrets(), { embedded: false });
  return await openStorage(storageConfig(config, { secrets, directory: config.databaseUrl! }));
}
