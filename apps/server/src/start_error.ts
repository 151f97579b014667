/** What can be expected to stand in the way of a start, in words that say what to do. @module */
import { DirectoryUnavailable, MigrationLocked, StorageMisconfigured } from "@gatz/storage/contract";
import { EmbeddedPostgresError } from "@gatz/storage/embedded";
import { type Config, ConfigError } from "./config.ts";
import { SecretsError } from "./secrets.ts";

/** Something about this machine or its configuration stands in the way; the message says what, and what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Whether an error is to be shown as its message alone. */
export function isForPeople(error: unknown): error is Error {
  return error instanceof StartError || error instanceof ConfigError || error instanceof SecretsError ||
    error instanceof EmbeddedPostgresError;
}

/** The port can't be had. */
export function portError(error: unknown, { host, port }: Pick<Config, "host" | "port">): unknown {
  if (error instanceof Deno.errors.AddrInUse) {
    return new StartError(
      `Port ${port} on ${host} is taken by another program (another gatz?). ` +
        `Stop that, or choose another port, such as: GATZ_PORT=${port + 1}`,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.AddrNotAvailable) {
    return new StartError(`Can't listen on ${host} port ${port}: ${error.message}. Set GATZ_HOST and GATZ_PORT.`);
  }
  return error;
}

/** SQLSTATEs and system errors that a wrong or sleeping database answers with → what to do. */
const DATABASE_ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^(ECONN\w+|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|CONNECT\w+|ERR_STREAM_\w+|57P0\d)$/,
    "Is it running, and are host and port right?",
  ],
  [/^28/, "Are user and password right?"],
  [/^3D000$/, "Make the database first: CREATE DATABASE."],
  [/^53300$/, "It takes no more connections: end some, or raise max_connections."],
  [/^53/, "It has no more room (disk or memory)."],
  [/^42501$/, "Its user must be allowed to create schemas there."],
];

const VARIABLE_OF: Readonly<Record<StorageMisconfigured["setting"], string>> = {
  servers: "GATZ_SERVERS",
  shards: "GATZ_SHARDS",
  digestKey: "GATZ_DIGEST_KEY: it belongs to the data, and never changes",
  restore: "deno task restore: with the same files it goes on where it was ended",
};

/** The database can't be used as it is. What else went wrong passes unchanged. */
export function databaseError(error: unknown, { embedded }: Pick<Config, "embedded">): unknown {
  if (error instanceof StorageMisconfigured) {
    return new StartError(`${error.message}. See ${VARIABLE_OF[error.setting]}.`);
  }
  if (error instanceof MigrationLocked) return new StartError(lockedMessage(error));
  const code = codeOf(error);
  const advice = DATABASE_ADVICE.find(([pattern]) => pattern.test(code))?.[1];
  if (advice === undefined) return error;
  if (embedded && code.startsWith("28")) {
    return new StartError(
      "The embedded database was made with another password (GATZ_DB_PASSWORD). Put back the secrets that it was made with.",
    );
  }
  return new StartError(`The database of DATABASE_URL or GATZ_SERVERS can't be used (${code}). ${advice}`);
}

function lockedMessage({ waitedMs, pid }: MigrationLocked): string {
  return `Another program has been changing the tables of the directory's database for ${waitedMs / 1_000} s. ` +
    "If it is at work, start again once it is done; if it is frozen, end it" +
    (pid === undefined ? "." : `, or its session: select pg_terminate_backend(${pid})`);
}

function codeOf(error: unknown): string {
  if (error instanceof DirectoryUnavailable) return codeOf(error.cause);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
