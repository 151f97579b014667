/** From configuration and secrets to a running server, and back. @module */
import { migrate, openStorage, type Storage, type StorageConfig } from "@gatz/storage";
import { trace } from "@opentelemetry/api";
import type { Config } from "./config.ts";
import { openDatabase } from "./database.ts";
import { changedLimits } from "./limits.ts";
import { logEvent } from "./log_events.ts";
import { configureLogging } from "./logging.ts";
import { Metrics } from "./metrics/metrics.ts";
import { countStorage } from "./metrics/storage_metrics.ts";
import { reportStorage } from "./reports.ts";
import type { Secrets } from "./secrets.ts";
import { serve } from "./serve.ts";
import { createTracing } from "./tracing.ts";
import { untilSignal } from "./signals.ts";
import { databaseError, isForPeople, portError } from "./start_error.ts";

export interface RunningServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Ends the server, then its database if that is its own. */
  stop(): Promise<void>;
}

/** @throws {StartError | EmbeddedPostgresError} with nothing left running */
export async function startServer(config: Config, secrets: Secrets): Promise<RunningServer> {
  await configureLogging(config);
  warnOfLimits(config);
  // Asked first: with the port taken, a database would be started for nothing.
  checkPort(config);
  await using parts = new AsyncDisposableStack();
  const database = await openDatabase(config, { secrets });
  parts.defer(() => database.stop());
  const metrics = new Metrics();
  const storage = await openMigrated(database.storage, { config, metrics });
  parts.defer(() => storage.close());
  const server = await serve({
    ...{ config, secrets, storage, metrics },
    tracing: config.tracing ? createTracing(trace.getTracer("gatz")) : undefined,
  });
  parts.defer(() => server.stop());
  const running = parts.move();
  return { url: server.url, stop: () => running.disposeAsync() };
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

async function openMigrated(
  storage: StorageConfig,
  { config, metrics }: { config: Config; metrics: Metrics },
): Promise<Storage> {
  try {
    const unmigrated = await migrate(storage);
    if (unmigrated.size > 0) logEvent("server.without-databases", { servers: [...unmigrated].join() });
    return await openStorage(storage, { report: reportStorage, observe: countStorage(metrics), unmigrated });
  } catch (error) {
    throw databaseError(error, config);
  }
}

/** Limits are there for a reason: a server that has others says so. */
function warnOfLimits({ limits }: Config): void {
  const changed = changedLimits(limits);
  if (changed.length > 0) logEvent("server.limits", { limits: changed.join(", ") });
}

function checkPort(config: Config): void {
  try {
    Deno.listen({ hostname: config.host, port: config.port }).close();
  } catch (error) {
    throw portError(error, config);
  }
}
