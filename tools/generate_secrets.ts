/** `deno task generate-secrets`: prints a secrets.env and nothing else. @module */
import { makeSecretsFile } from "../apps/server/src/secrets.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
await Deno.stdout.write(new TextEncoder().encode(makeSecretsFile(random)));
