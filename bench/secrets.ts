import { makeSecretsFile, parseSecretsFile, readSecrets, type Secrets } from "../apps/server/src/secrets.ts";

/** Secrets for one run: nothing outlives it. */
export function throwawaySecrets(): Secrets {
  const file = makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  return readSecrets(parseSecretsFile(file), { embedded: false });
}
