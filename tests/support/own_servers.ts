/** PostgreSQL servers of a test's own, for what would disturb others: freezing one, stopping one. @module */
import * as path from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@gatz/storage/embedded";
import type { TestServerName, TestServers } from "./test_database.ts";

export interface OwnServers extends AsyncDisposable {
  readonly a: EmbeddedPostgres;
  readonly b: EmbeddedPostgres;
  /** For `testDatabase({ on })`. */
  readonly urls: TestServers;
  /** Stops both and removes their data. */
  stop(): Promise<void>;
}

export interface OwnServersOptions {
  /** Default false: a test does not outlive a crash of the machine. Benchmarks set true. */
  readonly fsync?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

/** For the test files that run at once: some have three nodes, of which each takes up to fifty. */
const MAX_CONNECTIONS = "600";

/** Starts two fresh servers (about 1.5 s). */
export async function ownServers(options: OwnServersOptions = {}): Promise<OwnServers> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-test-" });
  // The servers may run under another account, which has to pass through here.
  await Deno.chmod(folder, 0o755);
  const start = (name: TestServerName) =>
    startEmbeddedPostgres({
      dataDir: path.join(folder, name),
      password: crypto.randomUUID(),
      fsync: options.fsync ?? false,
      logFile: path.join(folder, `${name}.log`),
      settings: { max_connections: MAX_CONNECTIONS, ...options.settings },
    });
  const [a, b] = await Promise.all([start("a"), start("b")]);
  const stop = async () => {
    await Promise.all([a.resume().then(a.stop), b.resume().then(b.stop)]);
    await Deno.remove(folder, { recursive: true });
  };
  return { a, b, urls: { a: a.url, b: b.url }, stop, [Symbol.asyncDispose]: stop };
}
