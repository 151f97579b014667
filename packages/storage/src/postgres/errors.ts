/** What goes wrong between this process and a Postgres server, told apart. None of these carries SQL or a parameter. @module */
import postgres from "postgres";

/** The time for it is over; whether the server did it is not known. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

/** The connection is gone; whether the last statements were done is not known. */
export class LaneLost extends Error {
  override readonly name = "LaneLost";
  readonly code = "CONNECTION_LOST";
}

/** No connection is to be had: none could be made, the server lately did not answer and is being skipped, or too many wait for one. Nothing was sent. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  constructor(message: string, readonly retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
  }
}

export function tooManyWait(): ServerUnreachable {
  return new ServerUnreachable("too many wait for a connection already", 200);
}

/** The SQLSTATE of an error that the server answered with, else undefined. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined;
}

/** Whether it is the data's own fault (class 21: cardinality, 22: data exception, 23: integrity constraint): the same data fails again. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && /^2[123]/.test(state);
}

// 57P01–57P03: being shut down or starting; 57P05: idle session ended; 25P03: idle in transaction. The server closes the connection after them.
const CLOSING = new Set(["57P01", "57P02", "57P03", "57P05", "25P03"]);

// The library's, the operating system's, and those of Node's streams.
const BROKEN = /^(CONNECT\w*|E(?!RR_)[A-Z_]+|ERR_(STREAM|SOCKET)_\w+)$/;

/** Whether nothing more can be asked over the connection that this error came by. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof DeadlinePassed || error instanceof LaneLost || error instanceof ServerUnreachable) return true;
  const state = sqlState(error);
  if (state !== undefined) return CLOSING.has(state) || state.startsWith("08");
  return error instanceof Error && "code" in error && typeof error.code === "string" && BROKEN.test(error.code);
}

/** Whether the server answered, and goes on to listen: after any other error nobody knows what the connection is in the middle of. */
export function isServersAnswer(error: unknown): boolean {
  return sqlState(error) !== undefined && !isConnectionError(error);
}

/** Whether the server answered and refused, so that it is up: too many connections, a wrong password, no such database. */
export function isRefusalToConnect(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !CLOSING.has(state);
}

/** Whether the server is up and has no room: too many connections, memory, disk (class 53). That passes. */
export function isShortage(error: unknown): boolean {
  return sqlState(error)?.startsWith("53") ?? false;
}

/** What may be said of an error in a log or a message: its kind, never its SQL or its parameters. */
export function describeError(error: unknown): string {
  const state = sqlState(error);
  if (state !== undefined) return `SQLSTATE ${state}`;
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
