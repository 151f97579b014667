/** A client whose calls and subscriptions go over one socket. @module */
import type { AppRouter } from "@gatz/server";
import { createTRPCClient, createWSClient, type Operation, type TRPCClient, type TRPCLink, wsLink } from "@trpc/client";
import { jsonEnvelope } from "./json_envelope.ts";
import { Addresses, boundedWebSocket, type ConnectionPace, DEFAULT_PACE, whenOnline } from "./sync/connection.ts";
import { systemTiming } from "./timing.ts";
import { tokenRenewal } from "./token_renewal.ts";
import { untilClosed } from "./until_closed.ts";

/** The typed API: `client.messages.send.mutate(...)`, `client.live.inbox.subscribe(...)`. */
export type GatzApi = TRPCClient<AppRouter>;

/** Where a server is, and who asks. */
export interface ConnectionOptions {
  /** The server's URL, like `http://127.0.0.1:4000`; or those of several, of which the next is taken when one does not answer. */
  readonly url: string | readonly string[];
  /**
   * An access token; a function is asked anew for every connection and HTTP call, and when the server refuses the token that it gave
   * before: what was refused is then made again. None: only what needs no log-in.
   */
  readonly token?: string | (() => string | null | Promise<string | null>);
  /** How long things take; for tests. */
  readonly pace?: Partial<ConnectionPace>;
}

/** What a call that goes another way is made with. */
export interface CallParts {
  readonly addresses: Addresses;
  readonly currentToken: () => Promise<string | null>;
  /** The way of subscriptions. */
  readonly overSocket: TRPCLink<AppRouter>;
}

export interface SocketClientOptions extends ConnectionOptions {
  /** Another way for queries and mutations, with that of subscriptions beside it; the socket is then there while something is subscribed to. */
  readonly calls?: (parts: CallParts) => TRPCLink<AppRouter>;
}

/** The API over one connection, without a replica. */
export interface GatzClient {
  readonly api: GatzApi;
  /** Does not wait any longer to connect again: the network is back, or there is a new token. */
  hurry(): void;
  /** Closes the socket, if there is one. Open subscriptions end. */
  close(): Promise<void>;
}

/** The stock tRPC client, put together as the server expects it: one socket, the token as its first message and never in a URL. */
export function createSocketClient({ url, token, calls, pace: given }: SocketClientOptions): GatzClient {
  const pace = { ...DEFAULT_PACE, ...given };
  const urls = typeof url === "string" ? [url] : url;
  const addresses = new Addresses({ urls, pace, random: Math.random, timing: systemTiming });
  const currentToken = async () => typeof token === "function" ? await token() : token ?? null;
  const socket = createWSClient({
    // It is asked for before each attempt, so what there is to wait is waited here, where the network's return can cut it short.
    url: async () => socketUrl(await addresses.next()),
    retryDelayMs: () => 0,
    onClose: (cause) => {
      // Who calls over HTTP closes the socket itself when nothing is subscribed to any more.
      if (calls === undefined || !CLOSED_AS_USUAL.has(cause?.code)) addresses.lost();
    },
    WebSocket: boundedWebSocket(pace),
    // Asked for once the socket is open.
    connectionParams: async () => {
      const value = await currentToken();
      addresses.opened();
      return value === null ? {} : { token: value };
    },
    // Who calls over HTTP has a socket only while something is subscribed to.
    lazy: { enabled: calls !== undefined, closeMs: 0 },
    keepAlive: { enabled: true, intervalMs: pace.keepAliveMs, pongTimeoutMs: pace.pongMs },
  });
  const overSocket = wsLink<AppRouter>({ client: socket, transformer: jsonEnvelope });
  const isOverSocket = ({ type }: Operation) => calls === undefined || type === "subscription";
  const closeSocket = () => {
    addresses.left();
    socket.connection?.ws.close();
  };
  const renewal = tokenRenewal({ isOverSocket, closeSocket });
  const open = untilClosed();
  const api = createTRPCClient<AppRouter>({
    links: [
      open.link,
      // A token that is no function stays what it is.
      ...(typeof token === "function" ? renewal.links : []),
      calls?.({ addresses, currentToken, overSocket }) ?? overSocket,
    ],
  });
  const forgetNetwork = whenOnline(() => {
    addresses.hurry();
    // What was open before the network went is open in name only.
    closeSocket();
  });
  const close = () => {
    open.close();
    forgetNetwork();
    renewal.stop();
    addresses.close();
    const closed = socket.close();
    // There is nothing to wait for where nobody has answered yet.
    if (socket.connection?.state === "connecting") closeSocket();
    return closed;
  };
  return { api, hurry: () => addresses.hurry(), close };
}

/** What a socket is closed with where nothing is wrong; a server that takes nobody in may say so too. */
const CLOSED_AS_USUAL: ReadonlySet<number | undefined> = new Set([1000, 1005]);

function socketUrl(url: string): string {
  const endpoint = new URL("/trpc", url);
  endpoint.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";
  return endpoint.href;
}
