/** A whole server for a test: fresh databases, storage, and the API on a free port; called with the stock tRPC client. @module */
import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  type TRPCClient,
  TRPCClientError,
  wsLink,
} from "@trpc/client";
import { type IdPrefix, makeId, type ShardNumber, shardNumber, type TypedId, type UserId } from "@gatz/domain";
import {
  ALL_DEFAULT_LIMITS,
  type AppRouter,
  countStorage,
  LIFTED_FOR_LOAD,
  type Limits,
  Metrics,
  serve,
  type ServeOptions,
  type Server,
} from "@gatz/server";
import { openStorage, type Storage } from "@gatz/storage";
import superjson from "superjson";
import { type TestDatabase, testDatabase, type TestDatabaseOptions } from "./test_database.ts";

export interface TestServerOptions {
  readonly database?: TestDatabaseOptions;
  /** Another node on the database and with the secrets of this server, which is to be stopped last. */
  readonly beside?: Pick<TestServer, "database" | "secrets">;
  /** Default: a free one. */
  readonly port?: number;
  /** Deadlines are long unless one is given, or the servers are the test's own: a busy machine is no broken one. */
  readonly limits?: Partial<Limits>;
  /** How fast and how often one may call (SEC2): lifted unless the test is about that, since tests do at once what people do in hours. */
  readonly rates?: "lifted" | "default";
  /** Default true. */
  readonly dev?: boolean;
  readonly origins?: readonly string[];
  /** Default: as in production. */
  readonly placement?: NonNullable<ServeOptions["config"]["placement"]>;
  /** Who shows it may read /metrics. */
  readonly metricsToken?: string;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly database: TestDatabase;
  readonly storage: Storage;
  readonly server: Server;
  readonly secrets: ServeOptions["secrets"];
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { dev = true, origins = [], beside, port = 0 } = options;
  const rates = options.rates === "default" ? {} : LIFTED_FOR_LOAD;
  const limits = { ...ALL_DEFAULT_LIMITS, ...rates, ...deadlinesOf(options), ...options.limits };
  await using parts = new AsyncDisposableStack();
  const database = beside?.database ?? parts.use(await testDatabase(options.database));
  const metrics = new Metrics();
  const storage = await openStorage(database.storageConfig(limits), {
    report: () => {},
    observe: countStorage(metrics),
  });
  parts.defer(() => storage.close());
  const tokenKey = beside?.secrets.tokenKey ?? crypto.getRandomValues(new Uint8Array(32));
  const secrets = { tokenKey, metricsToken: options.metricsToken };
  const { placement = "inviter" } = options;
  const server = await serve({
    config: { dev, host: "127.0.0.1", port, origins, limits, placement },
    secrets,
    storage,
    metrics,
  });
  parts.defer(() => server.stop());
  const open = parts.move();
  return { url: server.url, database, storage, server, secrets, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const PATIENT = {
  callDeadlineMs: 30_000,
  readDeadlineMs: 20_000,
  flushDeadlineMs: 20_000,
  ownStreamMs: 20_000,
} as const;

/** How long a broken part is waited for is for those tests to say that break one. */
function deadlinesOf({ database, limits = {} }: TestServerOptions): Partial<Limits> {
  const isItsOwn = database?.on !== undefined || Object.keys(PATIENT).some((name) => name in limits);
  return isItsOwn ? {} : PATIENT;
}

export type Transport = "ws" | "http";

export interface Api extends AsyncDisposable {
  readonly api: TRPCClient<AppRouter>;
}

/** The stock client, untouched. */
export function connect(url: string, { transport, token }: { transport: Transport; token?: string }): Api {
  if (transport === "http") {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const link = httpBatchLink<AppRouter>({ url: `${url}/trpc`, headers, transformer: superjson });
    return { api: createTRPCClient<AppRouter>({ links: [link] }), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const client = createWSClient({
    url: `${url.replace(/^http/, "ws")}/trpc`,
    ...(token === undefined ? {} : { connectionParams: { token } }),
  });
  const link = wsLink<AppRouter>({ client, transformer: superjson });
  return { api: createTRPCClient<AppRouter>({ links: [link] }), [Symbol.asyncDispose]: () => client.close() };
}

/** A signed-in user with a connection. */
export interface Person extends Api {
  readonly user: UserId;
  readonly token: string;
  readonly home: ShardNumber;
}

export async function person(
  url: string,
  handle: string,
  { transport = "http", shard }: { transport?: Transport; shard?: number } = {},
): Promise<Person> {
  await using anonymous = connect(url, { transport });
  const { user, token, home } = await signIn(anonymous, { handle, shard });
  return { user, token, home: shardNumber(home), ...connect(url, { transport, token }) };
}

const SIGN_IN_MS = 30_000;

/** As clients do: what is unavailable is asked for again. */
async function signIn({ api }: Api, who: { readonly handle: string; readonly shard: number | undefined }) {
  for (const end = performance.now() + SIGN_IN_MS;;) {
    try {
      return await api.auth.devSignIn.mutate(who);
    } catch (error) {
      const isPassing = error instanceof TRPCClientError && error.data?.code === "Unavailable";
      if (!isPassing || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.data.retryAfterMs ?? 100));
    }
  }
}

/** A new id on a shard. */
export function freshId<P extends IdPrefix>(prefix: P, shard: ShardNumber): TypedId<P> {
  return makeId(prefix, { shard, unixMs: Date.now(), random: crypto.getRandomValues(new Uint8Array(8)) });
}
