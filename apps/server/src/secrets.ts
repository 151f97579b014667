/** The installation's secrets: made, checked, and kept out of sight. @module */
import { parseEnv } from "node:util";
import type { Environment } from "./config.ts";

const KEY_BYTES = 32;
/** 32 random bytes have about 30 different values, and fewer than 16 once in more than 10^14 keys. */
const MIN_DIFFERENT_BYTES = 16;
const MIN_PASSWORD_LENGTH = 16;

/** Name → what it guards. */
export const SECRET_NAMES = {
  GATZ_TOKEN_KEY: "signs log-in tokens; a new one logs everybody out",
  GATZ_DIGEST_KEY: "keys the digests of accepted events; it belongs to the data and never changes",
  GATZ_DB_PASSWORD: "opens the embedded PostgreSQL",
  GATZ_METRICS_TOKEN: "lets who has it read /metrics; without it nobody can",
} as const;

export type SecretName = keyof typeof SECRET_NAMES;

/** Shows nothing of itself when logged or made JSON. */
export class Secrets {
  readonly #tokenKey: Uint8Array<ArrayBuffer>;
  readonly #digestKey: Uint8Array<ArrayBuffer>;
  readonly #databasePassword: string | undefined;
  readonly #metricsToken: string | undefined;

  constructor(values: {
    readonly tokenKey: Uint8Array<ArrayBuffer>;
    readonly digestKey: Uint8Array<ArrayBuffer>;
    readonly databasePassword: string | undefined;
    readonly metricsToken: string | undefined;
  }) {
    this.#tokenKey = values.tokenKey;
    this.#digestKey = values.digestKey;
    this.#databasePassword = values.databasePassword;
    this.#metricsToken = values.metricsToken;
  }

  /** 32 bytes. */
  get tokenKey(): Uint8Array<ArrayBuffer> {
    return this.#tokenKey;
  }

  /** 32 bytes (LOG2). */
  get digestKey(): Uint8Array<ArrayBuffer> {
    return this.#digestKey;
  }

  /** What Prometheus shows; undefined: nobody reads the metrics. */
  get metricsToken(): string | undefined {
    return this.#metricsToken;
  }

  /** Of the embedded PostgreSQL. */
  get databasePassword(): string {
    if (this.#databasePassword === undefined) throw new SecretsError("GATZ_DB_PASSWORD is not set. " + HOW);
    return this.#databasePassword;
  }
}

/** A secret is missing or weak; the message names it, never its value. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
}

const HOW = "Make a set with: deno task generate-secrets > secrets.env";

/**
 * @param options.embedded whether the embedded database's password is needed
 * @param options.advice what to do about a problem; default: to make a set
 * @throws {SecretsError} naming every secret that is missing or weak
 */
export function readSecrets(
  environment: Environment,
  options: { readonly embedded: boolean; readonly advice?: string },
): Secrets {
  const problems: string[] = [];
  const tokenKey = readKey("GATZ_TOKEN_KEY", environment, problems);
  const digestKey = readKey("GATZ_DIGEST_KEY", environment, problems);
  const databasePassword = environment.GATZ_DB_PASSWORD || undefined;
  if (environment.GATZ_TOKEN_KEY && environment.GATZ_TOKEN_KEY === environment.GATZ_DIGEST_KEY) {
    problems.push("GATZ_TOKEN_KEY and GATZ_DIGEST_KEY are the same.");
  }
  if (options.embedded && databasePassword === undefined) problems.push("GATZ_DB_PASSWORD is not set.");
  if (databasePassword !== undefined && isWeakPassword(databasePassword)) {
    problems.push(`GATZ_DB_PASSWORD is weak: at least ${MIN_PASSWORD_LENGTH} characters, not all alike.`);
  }
  const metricsToken = environment.GATZ_METRICS_TOKEN || undefined;
  if (metricsToken !== undefined && isWeakPassword(metricsToken)) {
    problems.push(`GATZ_METRICS_TOKEN is weak: at least ${MIN_PASSWORD_LENGTH} characters, not all alike.`);
  }
  if (problems.length > 0) throw new SecretsError([...problems, options.advice ?? HOW].join("\n"));
  return new Secrets({ tokenKey, digestKey, databasePassword, metricsToken });
}

/** The text of a secrets.env: one `NAME=value` a line. `random` gives that many random bytes. */
export function makeSecretsFile(random: (bytes: number) => Uint8Array): string {
  const names = Object.keys(SECRET_NAMES);
  return names.map((name) => `${name}=${random(KEY_BYTES).toBase64({ alphabet: "base64url", omitPadding: true })}\n`)
    .join("");
}

/** The secrets of a secrets.env's text; other names in it are not looked at. */
export function parseSecretsFile(text: string): Environment {
  const found = parseEnv(text);
  return Object.fromEntries(Object.keys(SECRET_NAMES).map((name) => [name, found[name]]));
}

function readKey(name: SecretName, environment: Environment, problems: string[]): Uint8Array<ArrayBuffer> {
  const text = environment[name];
  const bytes = text ? decode(text) : undefined;
  if (!text) problems.push(`${name} is not set (it ${SECRET_NAMES[name]}).`);
  else if (bytes === undefined) problems.push(`${name} is not base64url.`);
  else if (bytes.length !== KEY_BYTES) problems.push(`${name} must be ${KEY_BYTES} bytes in base64url.`);
  else if (isWeakKey(bytes)) problems.push(`${name} is weak: it is not random.`);
  return bytes ?? new Uint8Array(KEY_BYTES);
}

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isWeakKey(bytes: Uint8Array): boolean {
  const steps = new Set(bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  return new Set(bytes).size < MIN_DIFFERENT_BYTES || steps.size < MIN_DIFFERENT_BYTES;
}

function isWeakPassword(password: string): boolean {
  return password.length < MIN_PASSWORD_LENGTH || new Set(password).size < MIN_PASSWORD_LENGTH / 2;
}
