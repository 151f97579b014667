import { createTRPCClient, createWSClient, httpBatchLink, type TRPCClient, wsLink } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "@gatz/server";

export type Api = TRPCClient<AppRouter>;

/**
 * A message that is no text, which the protocol does not have, ends its connection, and the client makes another; by itself
 * the client throws where nobody can catch it. Seen once, at a server without breath, on Deno 2.9.6.
 */
class TextSocket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    this.addEventListener("message", (event) => {
      if (typeof event.data === "string") return;
      event.stopImmediatePropagation();
      console.error(`a message that is no text, but ${Object.prototype.toString.call(event.data)}: connecting anew`);
      this.close();
    });
  }
}

export interface SocketApi {
  readonly api: Api;
  close(): Promise<void>;
}

/** Calls of one tick go in one request; few, since each may hold 32 KiB of text. */
const BATCH = 4;

/** The API over HTTP, as one user or as nobody. */
export function httpApi(url: string, token?: string): Api {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/trpc`, transformer: superjson, headers, maxItems: BATCH })],
  });
}

/** The API over a WebSocket of its own, which the client opens again by itself when it is lost. */
export function socketApi(url: string, token: string): SocketApi {
  const client = createWSClient({
    WebSocket: TextSocket,
    url: `${url.replace(/^http/, "ws")}/trpc`,
    connectionParams: { token },
    retryDelayMs: (attempt) => Math.min(100 * 2 ** attempt, 2_000),
  });
  const api = createTRPCClient<AppRouter>({ links: [wsLink({ client, transformer: superjson })] });
  return { api, close: () => client.close() };
}

interface Line extends SocketApi {
  readonly user: string;
  calls: number;
}

export interface ConnectionsOptions {
  readonly url: string;
  /** WebSockets open at once. */
  readonly sockets: number;
}

/** Who calls, and whether it is worth a socket. */
export interface Caller {
  readonly user: string;
  readonly token: string;
  /** False: over HTTP. */
  readonly often: boolean;
}

/** Connections of many users: a bounded number of sockets, the longest unused closed first; HTTP when all are in use. */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** By user, the longest unused first. */
  readonly #lines = new Map<string, Line>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Makes a call as a user. */
  async call<T>(caller: Caller, make: (api: Api) => Promise<T>): Promise<T> {
    const line = caller.often ? this.#lineOf(caller) : undefined;
    if (!line) return await make(httpApi(this.#options.url, caller.token));
    line.calls++;
    try {
      return await make(line.api);
    } finally {
      line.calls--;
    }
  }

  async close(): Promise<void> {
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    await Promise.all(lines.map((line) => line.close()));
  }

  #lineOf({ user, token }: Caller): Line | undefined {
    const line = this.#lines.get(user) ?? this.#open(user, token);
    if (!line) return undefined;
    this.#lines.delete(user);
    this.#lines.set(user, line);
    return line;
  }

  #open(user: string, token: string): Line | undefined {
    if (this.#lines.size >= this.#options.sockets) {
      const idle = [...this.#lines.values()].find((line) => line.calls === 0);
      if (!idle) return undefined;
      this.#lines.delete(idle.user);
      // Nobody waits for it: a socket without calls has nothing to lose.
      void idle.close();
    }
    return { user, calls: 0, ...socketApi(this.#options.url, token) };
  }
}
