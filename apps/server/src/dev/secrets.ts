/** Development's secrets: made on the first start, kept beside the data they belong to. @module */
import * as path from "node:path";
import { type Config, processEnvironment } from "../config.ts";
import { embeddedFolder } from "../database.ts";
import {
  makeSecretsFile,
  parseSecretsFile,
  readSecrets,
  SECRET_NAMES,
  type Secrets,
  SecretsError,
} from "../secrets.ts";

/**
 * Those of the environment if any is set there, else those of `secrets.env` in the data folder, made if missing.
 * @throws {SecretsError} if the file is lost and data made under it is there
 */
export async function developmentSecrets(config: Config): Promise<Secrets> {
  const set = processEnvironment(Object.keys(SECRET_NAMES));
  if (Object.values(set).some((value) => value)) return readSecrets(set, config);
  return readSecrets(parseSecretsFile(await secretsFile(config)), config);
}

async function secretsFile(config: Config): Promise<string> {
  const file = path.resolve(config.dataFolder, "secrets.env");
  const found = await readIfThere(file);
  if (found !== undefined) return found;
  if (await readIfThere(path.join(embeddedFolder(config), "PG_VERSION")) !== undefined) {
    throw new SecretsError(
      `${file} is lost, and the database beside it can't be opened without it. Clear it with: deno task reset`,
    );
  }
  const made = makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  try {
    await Deno.mkdir(path.dirname(file), { recursive: true });
    await Deno.writeTextFile(file, made, { mode: 0o600, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file);
    throw error;
  }
  return made;
}

function noPermission(file: string): SecretsError {
  return new SecretsError(
    `No permission at ${file}. Run gatz as the user who owns it, or keep its data elsewhere with GATZ_DATA.`,
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file);
    throw error;
  }
}
