/** Development's secrets: made on the first start, kept beside the data they belong to. @module */
import * as path from "node:path";
import type { Config } from "../config.ts";
import { embeddedFolder } from "../database.ts";
import { makeSecretsFile, parseSecretsFile, readSecrets, type Secrets, SecretsError } from "../secrets.ts";
import { developmentFile, noPermission, processSecrets, productionFile, readIfThere } from "../secrets_file.ts";

/**
 * Those of the environment if any is set there, else those of `secrets.env` in the data folder, made if missing.
 * @throws {SecretsError} if the file is not there and data made under another is
 */
export async function developmentSecrets(config: Config): Promise<Secrets> {
  const set = processSecrets();
  if (Object.keys(set).length > 0) return readSecrets(set, config);
  return readSecrets(parseSecretsFile(await secretsFile(config)), config);
}

async function secretsFile(config: Config): Promise<string> {
  const file = developmentFile(config);
  const found = await readIfThere(file);
  if (found !== undefined) return found;
  const data = embeddedFolder(config);
  if (await readIfThere(path.join(data, "PG_VERSION")) !== undefined) throw await withoutItsSecrets(data, file);
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

/** Such data may be production's, so clearing it is not the advice. */
async function withoutItsSecrets(data: string, file: string): Promise<SecretsError> {
  const others = productionFile();
  const isProduction = await readIfThere(others) !== undefined;
  return new SecretsError(
    isProduction
      ? `The database in ${data} was not made by deno task dev, which would have left ${file}, but perhaps by deno task start with ` +
        `${others}. Develop elsewhere, such as: GATZ_DATA=.gatz-dev`
      : `${file} is lost, and the database in ${data} can't be opened without the secrets that it was made with. Put them back, or ` +
        "begin elsewhere, such as: GATZ_DATA=.gatz-dev. (If nothing in it is needed any more: deno task reset)",
  );
}
