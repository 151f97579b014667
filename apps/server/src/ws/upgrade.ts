/** The API over WebSocket: tRPC's own protocol on Deno's sockets, on the server's one port. @module */
import type { AnyRouter, inferRouterContext } from "@trpc/server";
import { getWSConnectionHandler, type WSSHandlerOptions } from "@trpc/server/adapters/ws";
import { malformed, rateLimited, tooDeep } from "../errors.ts";
import { nestsDeeperThan } from "../json_depth.ts";
import type { ServerLimits } from "../limits.ts";
import { logEvent } from "../log_events.ts";
import { frameEncoder, frameEncoderTo } from "../live/frames.ts";
import type { Traffic } from "../live/traffic.ts";
import type { Caller } from "../rates/caller.ts";
import type { Admitted } from "../rates/rates.ts";
import type { Connection } from "./connection.ts";
import { Socket } from "./socket.ts";

/** What a connection's context is made of. */
export interface Opening<Peer> {
  readonly connection: Connection;
  readonly caller: Caller;
  readonly peer: Peer;
  /** What the client sent as `connectionParams`; null if it sent none. */
  readonly params: Readonly<Record<string, string | undefined>> | null;
}

export interface WebSocketOptions<TRouter extends AnyRouter, Peer> {
  /** @throws {ApiError} RateLimited */
  readonly admit: (peer: Peer) => Admitted;
  /** Told what a message was refused for. */
  readonly refused: (limiter: string) => void;
  readonly router: TRouter;
  readonly limits: Pick<ServerLimits, "frameBytes" | "socketBytes" | "stuckReaderMs" | "batchCalls" | "jsonDepth">;
  readonly createContext: (
    opening: Opening<Peer>,
  ) => inferRouterContext<TRouter> | Promise<inferRouterContext<TRouter>>;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  readonly traffic: Traffic;
  readonly onError?: WSSHandlerOptions<TRouter>["onError"];
}

export interface WebSockets<Peer> {
  /**
   * Takes a request for a WebSocket, whose URL is one and whose origin has been checked.
   * @throws {ApiError} Malformed: its handshake is none; or what it was not admitted for
   */
  upgrade(request: Request, peer: Peer): Response;
  /** Asks every client to connect anew, as before the server stops; what runs is not cut. */
  broadcastReconnect(): void;
  /** Ends every connection, for good. */
  closeAll(): void;
  readonly size: number;
}

/** Seconds after which a silent connection is pinged, and dropped if that is not answered in as long again. */
const IDLE_SECONDS = 30;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const SERVER_ERROR = 1011;
/** Deno answers a handshake at once; it says nothing if the client is gone by then. */
const HANDSHAKE_MS = 2_000;
/** How often a reader is looked at in the time after which it is given up. */
const LOOKS = 6;

export function createWebSockets<TRouter extends AnyRouter, Peer>(
  options: WebSocketOptions<TRouter, Peer>,
): WebSockets<Peer> {
  const { limits, now, traffic, admit, refused } = options;
  const open = new Set<Socket>();
  /** Since when sockets are being opened. */
  const opening = new Map<Socket, number>();
  const watch = setInterval(() => {
    for (const socket of open) socket.checkProgress(now());
    for (const [socket, since] of opening) {
      if (now() - since < HANDSHAKE_MS) continue;
      opening.delete(socket);
      socket.neverOpened();
    }
  }, limits.stuckReaderMs / LOOKS);
  return {
    upgrade(request, peer) {
      // Read before upgrading: the request is gone afterwards.
      const url = new URL(request.url);
      // tRPC puts its URL together from the host again: two Host headers, or one beside a whole URL, would make none. It keeps them for as long
      // as the connection lasts, and nothing else of them is asked for.
      const asked = { url: url.pathname + url.search, headers: { host: url.host }, socket: {} };
      const { caller, leave } = admit(peer);
      const { socket: native, response } = upgraded(request, leave);
      const socket = new Socket(native, { limits, caller, refused, traffic });
      // Not when it is given up: until it is gone, it is open.
      void socket.gone.then(leave);
      opening.set(socket, now());
      native.onopen = () => {
        // One that was given up is counted no more.
        if (!opening.delete(socket)) return native.close();
        open.add(socket);
        socket.closed.addEventListener("abort", () => open.delete(socket), { once: true });
        serve(socket, { options, peer, caller, request: asked });
      };
      return response;
    },
    broadcastReconnect() {
      const text = JSON.stringify({ id: null, method: "reconnect" });
      for (const socket of open) socket.send(text);
    },
    closeAll() {
      clearInterval(watch);
      for (const socket of open) socket.close(GOING_AWAY, "going away");
    },
    get size() {
      return open.size;
    },
  };
}

/** Deno refuses a request whose other headers are not those of a handshake. */
function upgraded(request: Request, onFailure: () => void): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS });
  } catch (cause) {
    onFailure();
    if (cause instanceof TypeError) throw malformed("", "not a WebSocket handshake");
    throw cause;
  }
}

interface Served<TRouter extends AnyRouter, Peer> {
  readonly options: WebSocketOptions<TRouter, Peer>;
  readonly peer: Peer;
  readonly caller: Caller;
  /** What of node's IncomingMessage tRPC reads. */
  readonly request: { readonly url: string; readonly headers: Record<string, string>; readonly socket: object };
}

function serve<TRouter extends AnyRouter, Peer>(
  socket: Socket,
  { options, peer, caller, request }: Served<TRouter, Peer>,
): void {
  const { router, createContext, onError } = options;
  const handle = getWSConnectionHandler<TRouter>({
    // Wanted by the type alone: the server that accepts connections is ours.
    wss: undefined as never,
    router,
    onError,
    maxBatchSize: options.limits.batchCalls,
    experimental_encoder: {
      ...frameEncoderTo((text) => socket.send(text)),
      decode: (data) => decodeBounded(data, { options, socket, caller }),
    },
    createContext: ({ info }) => createContext({ connection: socket, caller, peer, params: info.connectionParams }),
  });
  try {
    // The parts of a `ws` socket and of node's request that the handler uses are there; the rest of their types is not.
    handle(socket as never, request as never);
  } catch (error) {
    // Called by an event, so that whatever it throws would end the process.
    logEvent("ws.not-served", { error });
    socket.close(SERVER_ERROR, "internal error");
  }
}

function decodeBounded<TRouter extends AnyRouter, Peer>(
  data: Parameters<typeof frameEncoder.decode>[0],
  { options: { limits, refused }, socket, caller }: Pick<Served<TRouter, Peer>, "options" | "caller"> & {
    socket: Socket;
  },
): unknown {
  if (typeof data === "string" && nestsDeeperThan(data, limits.jsonDepth)) {
    refused("jsonDepth");
    throw tooDeep(limits.jsonDepth);
  }
  const message = frameEncoder.decode(data);
  // The frame has been counted as one call.
  if (Array.isArray(message) && !caller.charge(message.length - 1)) {
    socket.close(POLICY_VIOLATION, "too many calls");
    throw rateLimited({ limiter: "callsDebt", retryAfterMs: caller.retryAfterMs });
  }
  return message;
}
