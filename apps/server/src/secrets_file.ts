/** Where an installation's secrets are found: in variables of the process, and in a secrets.env. @module */
import * as path from "node:path";
import { type Config, type Environment, processEnvironment } from "./config.ts";
import { parseSecretsFile, readSecrets, SECRET_NAMES, type Secrets, SecretsError } from "./secrets.ts";

const SECRETS_FILE = "secrets.env";

/** Where `deno task start` looks: in the folder that it is started in. */
export function productionFile(): string {
  return path.resolve(SECRETS_FILE);
}

/** Where `deno task dev` keeps its own: beside the data. */
export function developmentFile({ dataFolder }: Pick<Config, "dataFolder">): string {
  return path.resolve(dataFolder, SECRETS_FILE);
}

/** The secrets that are set in the process. */
export function processSecrets(): Environment {
  return Object.fromEntries(
    Object.entries(processEnvironment(Object.keys(SECRET_NAMES))).filter(([, value]) => value),
  );
}

/** Those of the process, before those of the first file that is there. */
export async function findSecrets(files: readonly string[]): Promise<Environment> {
  for (const file of files) {
    const text = await readIfThere(file);
    if (text !== undefined) return { ...parseSecretsFile(text), ...processSecrets() };
  }
  return processSecrets();
}

/**
 * For a tool beside a database: the secrets of the server that made it. They are never made here, since others would not fit the data.
 * @throws {SecretsError} naming what is missing, and the files that were looked for
 */
export async function presentSecrets(config: Config): Promise<Secrets> {
  const files = [productionFile(), developmentFile(config)];
  if (config.dev) files.reverse();
  return readSecrets(await findSecrets(files), {
    embedded: config.embedded,
    advice: `They belong to the data: give those of the server that made it, in the environment or in ${
      files.join(" or ")
    }.`,
  });
}

/** @throws {SecretsError} if it may not be read */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file);
    throw error;
  }
}

export function noPermission(file: string): SecretsError {
  return new SecretsError(
    `No permission at ${file}. Run gatz as the user who owns it, or keep its data elsewhere with GATZ_DATA.`,
  );
}
