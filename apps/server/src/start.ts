/** From configuration and secrets to a running server, and back. @module */
import { migrate, openStorage } from "@gatz/storage";
import { EmbeddedPostgresError } from "@gatz/storage/embedded";
import { type Config, ConfigError } from "./config.ts";
import { openDatabase } from "./database.ts";
import { type Secrets, SecretsError } from "./secrets.ts";
import { serve } from "./serve.ts";
import { untilSignal } from "./signals.ts";

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Ends the server, then its database if that is its own. */
  stop(): Promise<void>;
}

/** Something about this machine or its configuration stands in the way; the message says what, and what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** @throws {StartError | EmbeddedPostgresError} with nothing left running */
export async function startServer(config: Config, secrets: Secrets): Promise<RunningServer> {
  // Asked first: with the port taken, a database would be started for nothing.
  checkPort(config);
  await using parts = new AsyncDisposableStack();
  const database = await openDatabase(config, { secrets });
  parts.defer(() => database.stop());
  await migrate(database.storage);
  const storage = await openStorage(database.storage);
  parts.defer(() => storage.close());
  const server = await serve({ config, secrets, storage });
  parts.defer(() => server.stop());
  const running = parts.move();
  return { url: server.url.replace(/\/$/, ""), stop: () => running.disposeAsync() };
}

/**
 * The life of an entry point: starts, waits for Ctrl-C or SIGTERM, stops. What can be expected to go wrong is shown as
 * one message without a stack.
 * @returns the exit code
 */
export async function runUntilSignal(start: () => Promise<RunningServer>): Promise<number> {
  const signals = untilSignal();
  try {
    const server = await start();
    await signals.asked;
    await server.stop();
    return 0;
  } catch (error) {
    if (!isForPeople(error)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    signals.release();
  }
}

function isForPeople(error: unknown): error is Error {
  return error instanceof StartError || error instanceof ConfigError || error instanceof SecretsError ||
    error instanceof EmbeddedPostgresError;
}

function checkPort({ host, port }: Config): void {
  try {
    Deno.listen({ hostname: host, port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(
        `Port ${port} on ${host} is taken by another program (another gatz?). ` +
          `Stop that, or choose another port, such as: GATZ_PORT=${port + 1}`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.AddrNotAvailable) {
      throw new StartError(`Can't listen on ${host} port ${port}: ${error.message}. Set GATZ_HOST and GATZ_PORT.`);
    }
    throw error;
  }
}
