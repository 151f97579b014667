/** A production server as `deno task start` runs it, on a database whose people were made before: production has no sign-in yet. */
import type { DiscussionId, ShardNumber } from "@gatz/domain";
import { ALL_DEFAULT_LIMITS, serve } from "@gatz/server";
import { migrate, openStorage } from "@gatz/storage";
import { effectsArrived } from "@gatz/testing/effects.ts";
import { freePort } from "@gatz/testing/free_port.ts";
import { type Person, person } from "@gatz/testing/test_server.ts";
import { testDatabase } from "@gatz/testing/test_database.ts";
import { readConfig } from "../../apps/server/src/config.ts";
import { storageConfig } from "../../apps/server/src/database.ts";
import { makeSecretsFile, parseSecretsFile, readSecrets } from "../../apps/server/src/secrets.ts";
import { talk } from "../api/talk.ts";
import { type EntryPoint, startDeno } from "../end_to_end/entry_point.ts";

export interface Production extends AsyncDisposable {
  readonly url: string;
  readonly process: EntryPoint;
  readonly metricsToken: string;
  /** Of the installation and of its database: what must be seen nowhere. */
  readonly secrets: readonly string[];
  /** Members of one discussion; their tokens are good here, their connections are not. */
  readonly ann: Person;
  readonly ben: Person;
  readonly discussion: DiscussionId;
  readonly shard: ShardNumber;
  /** Another node beside it, which may connect to it. */
  another(): Promise<Pick<Production, "url" | "process">>;
}

/** Resolves once it serves. `env`: beside what every installation has. */
export async function startProduction(env: Readonly<Record<string, string>> = {}): Promise<Production> {
  await using parts = new AsyncDisposableStack();
  const database = parts.use(await testDatabase({ servers: 1, migrated: false }));
  const secrets = parseSecretsFile(makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes))));
  const port = freePort();
  const whole: Record<string, string> = {
    ...{ DATABASE_URL: database.directoryUrl, GATZ_SHARDS: "2", GATZ_PORT: String(port), ...env },
    ...Object.fromEntries(Object.entries(secrets).map(([name, value = ""]) => [name, value])),
  };
  const people = await settle(whole);
  const { url, process } = await start(whole, parts);
  const open = parts.move();
  return {
    secrets: [...Object.values(secrets).map((value = "") => value), new URL(database.directoryUrl).password],
    another: () => start({ ...whole, GATZ_PORT: String(freePort()), GATZ_NODES: url }, open),
    ...{ url, process, metricsToken: whole.GATZ_METRICS_TOKEN!, ...people },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function start(env: Readonly<Record<string, string>>, parts: AsyncDisposableStack) {
  const process = parts.use(startDeno(["task", "start"], { env, endWith: "SIGTERM" }));
  await process.printed("gatz serves on");
  return { url: `http://127.0.0.1:${env.GATZ_PORT}`, process };
}

async function settle(env: Readonly<Record<string, string>>) {
  const secrets = readSecrets(env, { embedded: false });
  const config = storageConfig(readConfig(env), { secrets, directory: env.DATABASE_URL! });
  await migrate(config);
  const storage = await openStorage(config);
  const server = await serve({
    config: { dev: true, host: "127.0.0.1", port: 0, origins: [], limits: ALL_DEFAULT_LIMITS },
    ...{ secrets, storage },
  });
  const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
  const { discussion, shard } = await talk(ann, [ben]);
  // Else a feed may learn of the discussion by a `joined` that stands for what was said before it.
  await effectsArrived(storage);
  await server.stop();
  await storage.close();
  return { ann, ben, discussion, shard };
}
