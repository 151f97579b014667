/** The server put together: one port for HTTP, WebSocket and the page. @module */
import type { Storage } from "@gatz/storage/contract";
import { buildPage, type Page } from "@gatz/web-debug";
import { setImmediate } from "node:timers/promises";
import { AccountEnds } from "./auth/account_ends.ts";
import { Accounts } from "./auth/accounts.ts";
import { servingForwarded } from "./auth/forwarded.ts";
import type { Peer } from "./auth/peer.ts";
import { createTokens } from "./auth/tokens.ts";
import type { Config } from "./config.ts";
import type { Services } from "./context.ts";
import { Drain } from "./drain.ts";
import { createHttpHandler } from "./http/handler.ts";
import { createHealth, type NodePhase } from "./http/health.ts";
import { createStreams, type OpenStreams } from "./http/streams.ts";
import type { Delivery } from "./live/delivery.ts";
import { createHub, type Hub } from "./live/hub.ts";
import { within } from "./live/pause.ts";
import { Signals, type SignalsOptions } from "./live/signals/signals.ts";
import { Traffic } from "./live/traffic.ts";
import { readLive } from "./metrics/live_metrics.ts";
import { Metrics } from "./metrics/metrics.ts";
import { watchProcess } from "./metrics/process_metrics.ts";
import { countForwards, readStorage } from "./metrics/storage_metrics.ts";
import { createCredentials } from "./nodes/credentials.ts";
import { createNodes, type Nodes } from "./nodes/nodes.ts";
import { logEvent } from "./log_events.ts";
import { reportError } from "./reports.ts";
import { watchNewcomers } from "./placement/newcomers.ts";
import { Rates } from "./rates/rates.ts";
import { appRouter } from "./router.ts";
import type { Secrets } from "./secrets.ts";
import { portError } from "./start_error.ts";
import type { Tracing } from "./tracing.ts";
import type { Connection } from "./ws/connection.ts";
import { createWebSockets, type WebSockets } from "./ws/upgrade.ts";

export interface ServeOptions {
  readonly config:
    & Pick<Config, "dev" | "host" | "port" | "origins" | "limits">
    & Partial<Pick<Config, "nodeUrl" | "trustedProxies" | "placement">>;
  readonly secrets: Pick<Secrets, "tokenKey"> & Partial<Pick<Secrets, "metricsToken">>;
  /** Open; it is not closed by the server. */
  readonly storage: Storage;
  /** Where what this server does is counted, with what its storage does; default: metrics of its own. */
  readonly metrics?: Metrics;
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** The page at `/`; else it is bundled when it is first asked for. */
  readonly page?: () => Promise<Page>;
}

export interface Server {
  /** Without a trailing slash. */
  readonly url: string;
  /** How many live subscriptions there are. */
  readonly feeds: number;
  /** Takes no more drafts, tells clients to connect elsewhere, lets what is open finish, and closes. */
  stop(): Promise<void>;
}

/** How long a shard that does not answer holds up the start: it joins when it does. */
const READY_MS = 2_000;
/** How long answers may take to be delivered once all work is done. */
const CLOSING_MS = 1_000;

/**
 * Resolves once the server listens and every shard that answers is followed.
 * @throws {StartError} the port can't be had; nothing is left running
 */
export async function serve(options: ServeOptions): Promise<Server> {
  const { config, storage } = options;
  const traffic = new Traffic();
  const accounts = new Accounts({
    storage,
    owners: storage.owners,
    isFollowed: (shard) => hub.position(shard) !== undefined,
    now: () => performance.now(),
  });
  const accountEnds = new AccountEnds(storage.directory);
  const onHanded = onEachEvent(options, { accounts, accountEnds });
  const hub = createHub({ source: storage, now: () => performance.now(), traffic, onHanded });
  const drain = new Drain();
  const signals = createSignals(options, { hub, publish: (message) => nodes.publish(message) });
  const services = createServices(options, { hub, drain, traffic, signals, accounts });
  const sockets = createSockets(services);
  const streams = createStreams({ ...services.live, limits: config.limits });
  const nodes = createNodes({
    storage: servingForwarded(storage, accounts),
    ...{ signals, traffic },
    credentials: createCredentials(options.secrets.tokenKey, { random: services.random }),
    drain,
    limits: config.limits,
    now: () => performance.now(),
  });
  let phase: NodePhase = "starting";
  const abort = new AbortController();
  const answers = new Drain();
  const handle = createHttpHandler({
    services,
    origins: () => ({ allowed: [...config.origins, originOf(http.addr)], loopback: config.dev }),
    phase: () => phase,
    health: createHealth({ storage, phase: () => phase, now: () => performance.now() }),
    streams,
    metricsToken: options.secrets.metricsToken,
    page: options.page ?? (() => buildPage({ whenStale: config.dev })),
    trustedProxies: config.trustedProxies ?? [],
    upgrade: (request, peer) => sockets.upgrade(request, peer),
    upgradeNode: (request) => nodes.upgrade(request),
  });
  let http: Deno.HttpServer<Deno.NetAddr>;
  try {
    http = Deno.serve(
      { hostname: config.host, port: config.port, signal: abort.signal, onListen: () => {} },
      (request, info) => {
        answers.run(() => Promise.allSettled([info.completed]));
        return handle(request, info);
      },
    );
  } catch (error) {
    sockets.closeAll();
    streams.endAll();
    signals.stop();
    await nodes.close();
    await hub.stop();
    throw portError(error, config);
  }
  const url = originOf(http.addr);
  storage.join({
    url: config.nodeUrl ?? (isAnyAddress(config.host) ? null : url),
    forward: countForwards(nodes.forward, services.metrics),
    announce: (shard) => nodes.announce(shard),
  });
  const unwatch = showMetrics(services, { sockets, streams, phase: () => phase });
  await within(READY_MS, Promise.all(storage.shards.map((shard) => hub.placed(shard))));
  phase = "serving";
  logEvent("server.serving", { url });
  const stop = async () => {
    phase = "draining";
    signals.stop();
    await closeDown({ storage, drain, sockets, streams, nodes, hub, drainMs: config.limits.drainMs });
    await accountEnds.stop();
    answers.begin();
    // What does not end, such as a body that never does, is cut. (Deno's own graceful shutdown can't be cut once begun.)
    await answers.finished(CLOSING_MS);
    abort.abort();
    await http.finished;
    unwatch();
    logEvent("server.stopped", { url });
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    get feeds() {
      return hub.size;
    },
    stop: () => stopped ??= stop(),
  };
}

/** What is done about every committed event, besides handing it to feeds. */
function onEachEvent(
  { config, storage, tracing }: ServeOptions,
  { accounts, accountEnds }: { accounts: Accounts; accountEnds: AccountEnds },
): (delivery: Delivery, feeds: number) => void {
  const { placement = "inviter" } = config;
  const missed = (error: unknown) => logEvent("placement.missed", { error: String(error) });
  const placeNewcomer = placement === "inviter" ? watchNewcomers({ storage, missed }) : undefined;
  return (delivery, feeds) => {
    const { event, state } = delivery;
    if (state.kind === "user") accounts.changed(state);
    if (event.type === "end-account") accountEnds.ended(event.stream, { at: event.at });
    placeNewcomer?.(delivery);
    tracing?.handedOver(delivery, feeds);
  };
}

function createServices(
  { config, secrets, storage, tracing, metrics = new Metrics() }: ServeOptions,
  { hub, drain, traffic, ...parts }:
    & { hub: Hub; drain: Drain; traffic: Traffic }
    & Pick<Services, "signals" | "accounts">,
): Services {
  const { limits } = config;
  return {
    config,
    storage,
    drain,
    ...parts,
    live: {
      hub,
      source: storage,
      limits,
      now: () => performance.now(),
      random: Math.random,
      traffic,
      onSent: tracing?.delivered,
    },
    metrics,
    tracing,
    rates: new Rates({
      limits,
      now: () => performance.now(),
      refused: (limiter) => metrics.count("gatz_limited_total", { limiter }),
    }),
    tokens: createTokens(secrets.tokenKey),
    now: Date.now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  };
}

function createSignals(
  { config: { limits }, storage }: ServeOptions,
  { hub, publish }: Pick<SignalsOptions, "hub" | "publish">,
): Signals {
  const now = () => performance.now();
  return new Signals({ ...{ hub, publish, limits, now }, node: storage.node, source: storage, wallClock: Date.now });
}

/** Everything that is looked at when metrics are asked for; what it returns ends what goes on meanwhile. */
function showMetrics(
  { metrics, storage, live: { hub, traffic, now } }: Services,
  { sockets, streams, phase }: Pick<Open, "sockets" | "streams"> & { readonly phase: () => NodePhase },
): () => void {
  const wallClock = Date.now;
  readStorage(metrics, { storage, now, wallClock, handedOver: (shard) => hub.position(shard) });
  const connections = () => ({ ws: sockets.size, sse: streams.size });
  readLive(metrics, { traffic, feeds: () => hub.size, connections, phase });
  return watchProcess(metrics, { now, wallClock });
}

function createSockets(services: Services): WebSockets<Peer> {
  return createWebSockets({
    router: appRouter,
    limits: services.config.limits,
    // A token that is not good is as none: the connection lives, and what needs one says `Unauthenticated`.
    createContext: ({ connection, caller, peer, params }) => {
      const session = params?.token === undefined ? null : services.tokens.read(params.token);
      if (session !== null) whenClosed(connection, services.rates.admitUser(session.user));
      return { services, connection, caller, peer, session };
    },
    admit: ({ place }) => services.rates.admit(place),
    refused: services.rates.refused,
    now: () => performance.now(),
    traffic: services.live.traffic,
    onError: reportError,
  });
}

function whenClosed({ closed }: Connection, leave: () => void): void {
  closed.addEventListener("abort", leave, { once: true });
}

interface Open {
  readonly storage: Storage;
  readonly drain: Drain;
  readonly sockets: WebSockets<Peer>;
  readonly streams: OpenStreams;
  readonly nodes: Nodes;
  readonly hub: Hub;
  readonly drainMs: number;
}

async function closeDown({ storage, drain, sockets, streams, nodes, hub, drainMs }: Open): Promise<void> {
  drain.begin();
  sockets.broadcastReconnect();
  streams.endAll();
  // Another node takes the shards over while calls that only read still run here.
  const left = storage.leave({ withinMs: Math.max(0, drainMs - CLOSING_MS) });
  if (!await drain.finished(drainMs)) logEvent("server.drain-cut", { drainMs });
  // A call is over a few microtasks before its answer is handed to the socket.
  await setImmediate();
  sockets.closeAll();
  await left;
  // What is under way to a node or a database that is frozen is not waited for: it ends with its connection.
  await Promise.all([within(CLOSING_MS, nodes.close()), within(CLOSING_MS, hub.stop())]);
}

/** Nobody can connect to what means all addresses of a machine. */
function isAnyAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function originOf({ hostname, port }: Deno.NetAddr): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}
