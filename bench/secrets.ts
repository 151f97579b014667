import { makeSecretsFile, parseSecretsFile } from "../apps/server/src/secrets.ts";

/** Secrets for one database, as the environment of whoever opens it: they do not outlive the run. */
export function throwawaySecrets(): Record<string, string> {
  const file = makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  return Object.fromEntries(
    Object.entries(parseSecretsFile(file)).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}
