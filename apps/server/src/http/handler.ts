/** The one port: paths, origins, and what every answer carries. @module */
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { Page } from "@gatz/web-debug";
import superjson from "superjson";
import { bearerToken } from "../auth/tokens.ts";
import { type Peer, peerOf } from "../auth/peer.ts";
import type { Network } from "../auth/proxies.ts";
import type { Context, Services } from "../context.ts";
import { ApiError, type ApiErrorCode, errorShape, malformed, rateLimited, toApiError } from "../errors.ts";
import { NODES_ENDPOINT } from "../nodes/nodes.ts";
import { reportError } from "../reports.ts";
import { appRouter } from "../router.ts";
import { boundedRequest } from "./bounded.ts";
import { metricsResponse } from "./metrics_page.ts";
import { type Health, healthStatus, type NodePhase } from "./health.ts";
import { corsHeaders, originAllowed, type OriginPolicy, preflight } from "./origins.ts";
import { servePage } from "./page.ts";
import { comeAgain, type OpenStreams, wantsEventStream } from "./streams.ts";

export interface HttpParts {
  readonly services: Services;
  readonly origins: () => OriginPolicy;
  readonly phase: () => NodePhase;
  readonly health: () => Promise<Health>;
  readonly page: () => Promise<Page>;
  /** Who shows it may read the metrics; undefined: nobody may. */
  readonly metricsToken: string | undefined;
  readonly streams: OpenStreams;
  readonly trustedProxies: readonly Network[];
  /** Takes a request for a WebSocket whose origin may have one. */
  readonly upgrade: (request: Request, peer: Peer) => Response;
  /** Takes another node's request for a WebSocket; null: it is none of this installation's. */
  readonly upgradeNode: (request: Request) => Response | null;
}

const ENDPOINT = "/trpc";

const STOPPING_RETRY_MS = 1_000;
const SWITCHING_PROTOCOLS = 101;

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function createHttpHandler(parts: HttpParts): Deno.ServeHandler<Deno.NetAddr> {
  return async (request, { remoteAddr, completed }) => {
    const peer = peerOf(remoteAddr.hostname, request.headers, parts.trustedProxies);
    const response = await answer(request, { parts, peer, gone: whenGone(completed) });
    const refusal = refusals.get(response);
    if (refusal !== undefined) parts.services.metrics.count("gatz_requests_refused_total", { code: refusal });
    if (response.status === SWITCHING_PROTOCOLS) return response;
    for (const [name, value] of Object.entries(EVERYWHERE)) response.headers.set(name, value);
    return response;
  };
}

/** Whatever is thrown is an answer too: Deno's own for it has no envelope, and logs what was thrown as it is. */
async function answer(request: Request, caller: Omit<Call, "url">): Promise<Response> {
  // Made of the request's Host header, which can be anything.
  const url = URL.parse(request.url);
  if (url === null) return errorResponse(malformed("", "the Host header names no host"));
  const call = { ...caller, url };
  try {
    return isUpgrade(request) ? upgradeIfAllowed(request, call) : await answerPath(request, call);
  } catch (error) {
    reportError({ error });
    return errorResponse(toApiError(error));
  }
}

/** Aborted when the answer could not be delivered. */
function whenGone(completed: Promise<void>): AbortSignal {
  const gone = new AbortController();
  completed.catch((reason) => gone.abort(reason));
  return gone.signal;
}

interface Call {
  readonly parts: HttpParts;
  readonly url: URL;
  readonly peer: Peer;
  readonly gone: AbortSignal;
}

function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

function upgradeIfAllowed(request: Request, { parts, url, peer }: Call): Response {
  if (url.pathname === NODES_ENDPOINT) return parts.upgradeNode(request) ?? errorResponse(nothingHere());
  if (url.pathname !== ENDPOINT) return errorResponse(nothingHere());
  if (!originAllowed(request.headers.get("origin"), parts.origins())) return errorResponse(foreignOrigin());
  // A client that is told to connect anew finds another node, or asks again until this one is back.
  if (parts.phase() === "draining") return errorResponse(stopping());
  return parts.upgrade(request, peer);
}

async function answerPath(request: Request, call: Call): Promise<Response> {
  const { parts, peer, url: { pathname, searchParams } } = call;
  if (pathname === ENDPOINT || pathname.startsWith(`${ENDPOINT}/`)) return await answerCall(request, call);
  if (request.method !== "GET" && request.method !== "HEAD") return errorResponse(nothingHere());
  if (pathname === "/health") {
    const health = await parts.health();
    const strict = searchParams.has("strict");
    return Response.json(health, {
      status: healthStatus(health, { strict }),
      headers: { "cache-control": "no-store" },
    });
  }
  if (pathname === "/metrics") {
    const { services: { metrics, config }, metricsToken } = parts;
    const isOpen = config.dev && peer.loopback;
    return await metricsResponse(request, { metrics, token: metricsToken, isOpen }) ?? errorResponse(nothingHere());
  }
  // The page is a window for developers; to bundle it takes permissions that a server in production has not.
  if (!parts.services.config.dev) return errorResponse(nothingHere());
  if (!peer.loopback) return errorResponse(notForOthers());
  return await servePage(pathname, parts.page) ?? errorResponse(nothingHere());
}

async function answerCall(request: Request, call: Call): Promise<Response> {
  const origin = request.headers.get("origin");
  if (!originAllowed(origin, call.parts.origins())) return errorResponse(foreignOrigin());
  if (request.method === "OPTIONS") return preflight(origin);
  const response = await callOrRefuse(request, call);
  for (const [name, value] of Object.entries(corsHeaders(origin))) response.headers.set(name, value);
  response.headers.set("cache-control", "no-store");
  return response;
}

async function callOrRefuse(request: Request, call: Call): Promise<Response> {
  const { phase, services, streams } = call.parts;
  if (phase() === "draining" && wantsEventStream(request)) return comeAgain(services.live.random);
  try {
    return streams.watch(await callProcedure(request, call));
  } catch (error) {
    // A body that is refused is the caller's fault, and tRPC never saw it.
    if (error instanceof ApiError) return errorResponse(error);
    throw error;
  }
}

async function callProcedure(request: Request, { parts: { services }, url, peer, gone }: Call): Promise<Response> {
  const { config: { limits }, rates } = services;
  const context = httpContext(request, { services, peer });
  const { caller } = context;
  // A batch of more is refused whole.
  if (!caller.charge(Math.min(callsIn(url), limits.batchCalls))) {
    throw rateLimited({ limiter: "calls", retryAfterMs: caller.retryAfterMs });
  }
  const leave = rates.admitRequest(peer.place);
  try {
    return await fetchRequestHandler({
      endpoint: ENDPOINT,
      router: appRouter,
      req: await boundedRequest(request, { bounds: limits, gone }),
      maxBatchSize: limits.batchCalls,
      createContext: () => context,
      onError: reportError,
    });
  } finally {
    leave();
  }
}

/** tRPC decodes the path before it splits it. */
function callsIn({ pathname, searchParams }: URL): number {
  return searchParams.get("batch") === "1" ? pathname.replaceAll(/%2c/gi, ",").split(",").length : 1;
}

/** A token that is not good is as none: what needs one says `Unauthenticated`. */
function httpContext(request: Request, { services, peer }: { services: Services; peer: Peer }): Context {
  const token = bearerToken(request.headers);
  const session = token === null ? null : services.tokens.read(token);
  const caller = services.rates.caller(session?.user ?? `address ${peer.place}`);
  return { services, peer, caller, session, connection: null };
}

/** An error before or beside tRPC, in the envelope that its clients read, for a whole batch too. */
function errorResponse(error: ApiError): Response {
  const shape = errorShape(error);
  const response = Response.json({ error: superjson.serialize(shape) }, { status: shape.data.httpStatus });
  refusals.set(response, error.apiCode);
  return response;
}

/** Why, of answers that no procedure gave: to be counted. */
const refusals = new WeakMap<Response, ApiErrorCode>();

function nothingHere(): ApiError {
  return new ApiError("NotFound", { message: "nothing here" });
}

function stopping(): ApiError {
  return new ApiError("Unavailable", { message: "this node is about to stop", retryAfterMs: STOPPING_RETRY_MS });
}

function notForOthers(): ApiError {
  return new ApiError("Forbidden", { message: "in development only for this machine, as localhost or 127.0.0.1" });
}

function foreignOrigin(): ApiError {
  return new ApiError("Forbidden", { message: "pages of this origin may not call" });
}
