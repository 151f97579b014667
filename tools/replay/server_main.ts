/**
 * The server of a replay, in a process of its own: what `deno task dev` starts, for as long as its standard
 * input is open; so it ends with the replay, however that ends. Prints its URL on one line.
 * @module
 */
import { type Environment, processEnvironment, readConfig } from "../../apps/server/src/config.ts";
import { developmentSecrets } from "../../apps/server/src/dev/secrets.ts";
import { type RunningServer, runUntilSignal, startServer } from "../../apps/server/src/start.ts";

/** One machine plays a whole town: what bounds a person or an address is lifted, and the server says so. */
const OVERRIDES = { GATZ_DEV: "1", GATZ_PORT: "0", GATZ_LIMITS: "lifted-for-load" };

async function start(): Promise<RunningServer> {
  const server = Deno.args.includes("--fresh") ? await startFresh() : await startIn(processEnvironment());
  console.log(server.url);
  void endWithInput();
  return server;
}

async function startIn(environment: Environment): Promise<RunningServer> {
  const config = readConfig(environment, OVERRIDES);
  return await startServer(config, await developmentSecrets(config));
}

/** With a database that is gone afterwards. */
async function startFresh(): Promise<RunningServer> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-replay-" });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  // The database may run under another account, which has to pass through here.
  await Deno.chmod(folder, 0o755);
  const server = await startIn({
    ...processEnvironment(),
    ...{ DATABASE_URL: undefined, GATZ_SERVERS: undefined, GATZ_DATA: folder },
  });
  parts.defer(() => server.stop());
  const running = parts.move();
  return { url: server.url, stop: () => running.disposeAsync() };
}

async function endWithInput(): Promise<void> {
  const reader = Deno.stdin.readable.getReader();
  while (!(await reader.read()).done);
  Deno.kill(Deno.pid, "SIGTERM");
}

Deno.exit(await runUntilSignal(start));
