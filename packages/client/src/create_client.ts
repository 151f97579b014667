import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  type Operation,
  splitLink,
  type TRPCClient,
  wsLink,
} from "@trpc/client";
import type { AppRouter } from "@gatz/server";
import superjson from "superjson";
import { backOff } from "./timing.ts";
import { tokenRenewal } from "./token_renewal.ts";

/** The typed API: `client.messages.send.mutate(...)`, `client.live.inbox.subscribe(...)`. */
export type GatzApi = TRPCClient<AppRouter>;

export interface GatzClientOptions {
  /** The server's URL, like `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * An access token; a function is asked anew for every connection and HTTP call, and when the server refuses the token that it gave
   * before: what was refused is then made again. None: only what needs no log-in.
   */
  readonly token?: string | (() => string | null | Promise<string | null>);
  /** What queries and mutations go over. Subscriptions always take the WebSocket. Default `ws`. */
  readonly calls?: "ws" | "http";
}

export interface GatzClient {
  readonly api: GatzApi;
  /** Closes the socket, if there is one. Open subscriptions end. */
  close(): Promise<void>;
}

// The server drops a socket that does not answer its pings; this is the other direction (a dead link is found within 25 s).
const KEEP_ALIVE = { enabled: true, intervalMs: 20_000, pongTimeoutMs: 5_000 };
// A server that restarts is reached again within a second.
const RECONNECT = { firstMs: 100, lastMs: 5_000, random: Math.random };

/** The stock tRPC client, put together as the server expects it: one socket, the token as its first message and never in a URL. */
export function createGatzClient({ url, token, calls = "ws" }: GatzClientOptions): GatzClient {
  const endpoint = new URL("/trpc", url);
  const socketUrl = new URL(endpoint);
  socketUrl.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";
  const currentToken = async () => typeof token === "function" ? await token() : token ?? null;
  const socket = createWSClient({
    url: socketUrl.href,
    connectionParams: async () => {
      const value = await currentToken();
      return value === null ? {} : { token: value };
    },
    // Who calls over HTTP has a socket only while something is subscribed to.
    lazy: { enabled: calls === "http", closeMs: 0 },
    keepAlive: KEEP_ALIVE,
    retryDelayMs: (attempt) => backOff(attempt, RECONNECT),
  });
  const overSocket = wsLink<AppRouter>({ client: socket, transformer: superjson });
  const overHttp = httpBatchLink<AppRouter>({
    url: endpoint.href,
    transformer: superjson,
    headers: async () => {
      const value = await currentToken();
      return value === null ? {} : { authorization: `Bearer ${value}` };
    },
  });
  const isOverSocket = ({ type }: Operation) => calls === "ws" || type === "subscription";
  const renewal = tokenRenewal({ isOverSocket, closeSocket: () => socket.connection?.ws.close() });
  const api = createTRPCClient<AppRouter>({
    links: [
      // A token that is no function stays what it is.
      ...(typeof token === "function" ? renewal.links : []),
      splitLink({ condition: isOverSocket, true: overSocket, false: overHttp }),
    ],
  });
  const close = () => {
    renewal.stop();
    return socket.close();
  };
  return { api, close };
}
