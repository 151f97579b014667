/** `deno task start`: production. Everything comes from the environment, and the secrets from secrets.env if it is there. @module */
import { processEnvironment, readConfig } from "./src/config.ts";
import { readSecrets } from "./src/secrets.ts";
import { findSecrets, productionFile } from "./src/secrets_file.ts";
import { runUntilSignal, startServer } from "./src/start.ts";

async function start() {
  const config = readConfig(processEnvironment());
  const secrets = readSecrets(await findSecrets([productionFile()]), { embedded: config.embedded });
  const server = await startServer(config, secrets);
  console.log(`gatz serves on ${server.url}`);
  return server;
}

Deno.exit(await runUntilSignal(start));
