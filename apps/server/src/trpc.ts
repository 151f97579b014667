/** tRPC as gatz uses it: every procedure starts from one of these, which says who may call it (SEC1). @module */
import { type AnyProcedure, initTRPC, type TRPCCreateRouterOptions as CreateRouterOptions } from "@trpc/server";
import type { KnownAccount } from "./auth/accounts.ts";
import type { Context, Services } from "./context.ts";
import { accountEnded, ApiError, errorShape, rateLimited, toApiError, tokenExpired } from "./errors.ts";
import { isLogged, logEvent } from "./log_events.ts";
import { frameTransformer } from "./live/frames.ts";
import { withLeanChain } from "./procedure_chain.ts";
import { untilOver } from "./rates/until_over.ts";
import type { CallTrace } from "./tracing.ts";

/**
 * Who may call a procedure. `user`: who is logged in. `member`: who is logged in, and the thing asked about is
 * `NotFound` unless they are or were a member of it (VIS3). `moderator`: likewise, and it is `Forbidden` to members who may not moderate the
 * discussion asked about (DISC4). `dev`: anybody on this machine, in development only.
 */
export type Access = "user" | "member" | "moderator" | "dev";

export interface Meta {
  readonly access: Access;
  /** What it does is offer drafts: where other calls get an error, each of them gets an outcome (LOG4). */
  readonly offers?: boolean;
}

const t = initTRPC.context<Context>().meta<Meta>().create({
  transformer: frameTransformer,
  errorFormatter: ({ error }) => errorShape(toApiError(error)),
  isDev: false,
  // A proxy must not take a quiet stream for a dead one, nor a client a dead one for a quiet one.
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
});

/** tRPC's, of procedures whose chains cost less. */
export const router = ((parts: CreateRouterOptions) => t.router(lean(parts))) as typeof t.router;
export const createCallerFactory = t.createCallerFactory;

type Part = CreateRouterOptions[string];

function lean(parts: CreateRouterOptions): CreateRouterOptions {
  const isProcedure = (part: Part): part is AnyProcedure => typeof part === "function" && "_def" in part;
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, isProcedure(part) ? withLeanChain(part) : part]),
  );
}

/** Counts and traces every call, whatever becomes of it. */
const observed = t.middleware(async ({ ctx, path: procedure, type, next }) => {
  const { connection, services: { metrics, tracing, live } } = ctx;
  const begunAt = live.now();
  const trace = type === "subscription" ? undefined : tracing?.startCall(procedure, { root: connection !== null });
  const result = await next({ ctx: { trace } });
  const code = result.ok ? "ok" : toApiError(result.error).apiCode;
  trace?.end(code);
  const seconds = (live.now() - begunAt) / 1000;
  metrics.count("gatz_calls_total", { procedure, code });
  metrics.observe("gatz_call_seconds", { procedure, value: seconds });
  if (isLogged("api.call")) {
    logEvent("api.call", { procedure, code, ms: Math.round(seconds * 1e6) / 1e3, ...idsOf(result, trace) });
  }
  return result;
});

/** What finds a call elsewhere: a failed one's incident in the log, a traced one's trace. */
function idsOf(result: { ok: true } | { ok: false; error: unknown }, trace: CallTrace | undefined) {
  const incident = result.ok ? undefined : toApiError(result.error).detail.incident;
  return { ...(incident === undefined ? {} : { incident }), ...(trace === undefined ? {} : { trace: trace.id }) };
}

/** Before anything else, so that it holds for who is not logged in as well (SEC2). */
const limited = t.middleware(async ({ ctx: { caller }, type, meta, next }) => {
  const { refusal, leave } = caller.enter(type);
  let isOpen = false;
  try {
    if (refusal !== null && meta?.offers !== true) throw rateLimited({ limiter: "", ...refusal });
    const result = await (refusal === null ? next() : next({ ctx: { refusal } }));
    if (type !== "subscription" || !result.ok) return result;
    isOpen = true;
    return { ...result, data: untilOver(result.data as AsyncIterable<unknown>, leave) };
  } finally {
    if (!isOpen) leave();
  }
});

const loggedIn = t.middleware(({ ctx, type, next }) => {
  const { session, services } = ctx;
  if (session === null) throw new ApiError("Unauthenticated", { message: "an access token is needed" });
  if (session.expiresAt <= services.now()) throw tokenExpired();
  const enter = (account: KnownAccount | null) => {
    if (account?.ended) throw accountEnded();
    return letFinish(() => next({ ctx: { session } }), { services, type });
  };
  const account = services.accounts.of(session.user);
  // Nearly every call is by somebody who is known.
  return account instanceof Promise ? account.then(enter) : enter(account);
});

const fromThisMachine = t.middleware(({ ctx: { services, peer }, type, next }) => {
  if (services.config.dev && peer.loopback) return letFinish(next, { services, type });
  throw new ApiError("Forbidden", { message: "only in development, and only from this machine" });
});

/** A server that stops lets calls finish; subscriptions begin anew elsewhere. */
function letFinish<T>(
  call: () => Promise<T>,
  { services, type }: { services: Services; type: "query" | "mutation" | "subscription" },
): Promise<T> {
  return type === "subscription" ? call() : services.drain.run(call);
}

const procedure = t.procedure.use(observed).use(limited);
export const devProcedure = procedure.meta({ access: "dev" }).use(fromThisMachine);
export const userProcedure = procedure.meta({ access: "user" }).use(loggedIn);
export const memberProcedure = userProcedure.meta({ access: "member" });
/** What it answers asks first whether the caller moderates: `requireModerator`. */
export const moderatorProcedure = userProcedure.meta({ access: "moderator" });
/** Those whose one effect is to offer drafts. */
export const userOffer = userProcedure.meta({ access: "user", offers: true });
export const memberOffer = userProcedure.meta({ access: "member", offers: true });
