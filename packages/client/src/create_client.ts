import { createTRPCClient, createWSClient, httpBatchLink, splitLink, type TRPCClient, wsLink } from "@trpc/client";
import type { AppRouter } from "@gatz/server";
import superjson from "superjson";

/** The typed API: `client.messages.send.mutate(...)`, `client.live.inbox.subscribe(...)`. */
export type GatzApi = TRPCClient<AppRouter>;

export interface GatzClientOptions {
  /** The server's URL, like `http://127.0.0.1:4000`. */
  readonly url: string;
  /** An access token; a function is asked anew for every connection and HTTP call. None: only what needs no log-in. */
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
// A server that restarts is reached again within a second; many clients do not come back in step.
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

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
    retryDelayMs,
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
  const api = createTRPCClient<AppRouter>({
    links: [splitLink({
      condition: (operation) => calls === "ws" || operation.type === "subscription",
      true: overSocket,
      false: overHttp,
    })],
  });
  return { api, close: () => socket.close() };
}

function retryDelayMs(attempt: number): number {
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return most * (0.5 + Math.random() / 2);
}
