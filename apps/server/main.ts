/** `deno task start`: production. Everything comes from the environment, and the secrets from secrets.env if it is there. @module */
import { processEnvironment, readConfig } from "./src/config.ts";
import { parseSecretsFile, readSecrets, SECRET_NAMES } from "./src/secrets.ts";
import { runUntilSignal, startServer } from "./src/start.ts";

const SECRETS_FILE = "secrets.env";

async function start() {
  const config = readConfig(processEnvironment());
  const secrets = readSecrets(await secretsEnvironment(), { embedded: config.embedded });
  const server = await startServer(config, secrets);
  console.log(`gatz serves on ${server.url}`);
  return server;
}

/** Variables of the process win over the file. */
async function secretsEnvironment() {
  const set = Object.entries(processEnvironment(Object.keys(SECRET_NAMES))).filter(([, value]) => value);
  return { ...parseSecretsFile(await secretsFile()), ...Object.fromEntries(set) };
}

async function secretsFile(): Promise<string> {
  try {
    return await Deno.readTextFile(SECRETS_FILE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.exit(await runUntilSignal(start));
