/** The typed API, over one WebSocket for who is signed in, else over HTTP. @module */
import type { AppRouter } from "@gatz/server";
import { createTRPCClient, createWSClient, httpBatchLink, type TRPCClient, wsLink } from "@trpc/client";
import superjson from "superjson";

export type GatzClient = TRPCClient<AppRouter>;

export interface GatzConnection {
  readonly api: GatzClient;
  /** Ends the socket and what runs over it. */
  close(): Promise<void>;
}

export interface GatzConnectionOptions {
  /** The server's address, like `http://127.0.0.1:4000`. */
  readonly url: string;
  /** An access token. It goes with the first frame of the socket, never into an address. */
  readonly token: string;
}

/** Connects as a user. A lost connection is made again by itself, and subscriptions resume from their cursor (LIVE1). */
export function connect({ url, token }: GatzConnectionOptions): GatzConnection {
  const socket = new URL("/trpc", url);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  const ws = createWSClient({ url: socket.href, connectionParams: { token }, keepAlive: { enabled: true } });
  const api = createTRPCClient<AppRouter>({ links: [wsLink({ client: ws, transformer: superjson })] });
  return { api, close: () => ws.close() };
}

/** The API for who is not signed in, such as for signing in: HTTP only, without subscriptions. */
export function anonymousApi(url: string): GatzClient {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: new URL("/trpc", url).href, transformer: superjson })],
  });
}
