/** The stock tRPC client of one person at one node, used by path: nothing of gatz's own is in it. @module */
import {
  createTRPCUntypedClient,
  createWSClient,
  httpBatchLink,
  TRPCClientError,
  type TRPCUntypedClient,
  wsLink,
} from "@trpc/client";
import type { AnyRouter } from "@trpc/server";
import superjson from "superjson";
import { z } from "zod";

/** Longer than any deadline of the server's: what has not come by then does not come. */
const CALL_MS = 9_000;
/** A link that swallows everything is found out within a second and a half. */
const KEEP_ALIVE = { enabled: true, intervalMs: 1_000, pongTimeoutMs: 1_500 };

export type Transport = "ws" | "http";
export type Answer<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** The server said no, in an error. */
  | { readonly kind: "refused"; readonly code: string; readonly retryAfterMs: number }
  /** Nothing came back: whether it was done is not known. */
  | { readonly kind: "lost"; readonly why: string };

export interface Call<T> {
  readonly kind: "query" | "mutation";
  readonly path: string;
  readonly input: unknown;
  readonly answer: z.ZodType<T>;
  readonly transport?: Transport;
}

export interface FeedEvents {
  /** `socket`: by which of the line's sockets it came, from 1. */
  data(envelope: { readonly id: string; readonly data: unknown }, socket: number): void;
  /** It will bring nothing more. */
  ended(why: string): void;
}

export class Line {
  readonly #socket: ReturnType<typeof createWSClient>;
  readonly #overSocket: TRPCUntypedClient<AnyRouter>;
  readonly #overHttp: TRPCUntypedClient<AnyRouter>;
  #sockets = 0;
  /** The socket whose message is being taken. */
  #arriving = 0;

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    this.#socket = createWSClient({
      url: `${url.replace(/^http/, "ws")}/trpc`,
      WebSocket: this.#countedSocket(),
      connectionParams: { token },
      keepAlive: KEEP_ALIVE,
      retryDelayMs: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
    });
    this.#overSocket = createTRPCUntypedClient({
      links: [wsLink<AnyRouter>({ client: this.#socket, transformer: superjson })],
    });
    this.#overHttp = httpClient(url, token);
  }

  async call<T>({ kind, path, input, answer, transport = "ws" }: Call<T>): Promise<Answer<T>> {
    return await ask(transport === "ws" ? this.#overSocket : this.#overHttp, { kind, path, input, answer });
  }

  subscribe(input: { readonly cursor?: string }, events: FeedEvents): { unsubscribe(): void } {
    return this.#overSocket.subscription("live.inbox", input, {
      // What a subscription hands on is the envelope that `tracked` made.
      onData: (envelope) => events.data(zEnvelope.parse(envelope), this.#arriving),
      onError: (error) => events.ended(error.data ? String(error.data.code) : error.message),
      onComplete: () => events.ended("complete"),
    });
  }

  async close(): Promise<void> {
    // Calls without an answer would hold it open for ever.
    await Promise.race([this.#socket.close(), sleep(500)]);
    this.#socket.connection?.ws.close();
  }

  /** A socket that says which one a message came by. */
  #countedSocket(): typeof WebSocket {
    const line = {
      open: () => ++this.#sockets,
      arrives: (number: number) => this.#arriving = number,
    };
    return class extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        const number = line.open();
        // Before the client's own listener, which hands the message on at once.
        this.addEventListener("message", () => line.arrives(number));
      }
    };
  }
}

const zEnvelope = z.object({ id: z.string(), data: z.unknown() });

/** A call as nobody yet. */
export async function anonymousCall<T>(url: string, call: Omit<Call<T>, "transport">): Promise<Answer<T>> {
  return await ask(httpClient(url), call);
}

function httpClient(url: string, token?: string): TRPCUntypedClient<AnyRouter> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createTRPCUntypedClient({
    links: [httpBatchLink<AnyRouter>({ url: `${url}/trpc`, transformer: superjson, headers, maxItems: 4 })],
  });
}

async function ask<T>(
  client: TRPCUntypedClient<AnyRouter>,
  { kind, path, input, answer }: Omit<Call<T>, "transport">,
): Promise<Answer<T>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), CALL_MS);
  const lateness = new Promise<never>((_, reject) =>
    late.signal.addEventListener("abort", () => reject(new Late(`no answer in ${CALL_MS} ms`)))
  );
  try {
    const options = { signal: late.signal };
    const made = kind === "query" ? client.query(path, input, options) : client.mutation(path, input, options);
    return { kind: "answered", value: answer.parse(await Promise.race([made, lateness])) };
  } catch (error) {
    if (error instanceof Late) return { kind: "lost", why: error.message };
    if (!(error instanceof TRPCClientError)) throw error;
    const data = zErrorData.safeParse(error.data);
    if (!data.success) return { kind: "lost", why: error.message };
    return { kind: "refused", code: data.data.code, retryAfterMs: data.data.retryAfterMs ?? 0 };
  } finally {
    clearTimeout(timer);
  }
}

class Late extends Error {
  override readonly name = "Late";
}

const zErrorData = z.object({ code: z.string(), retryAfterMs: z.number().optional() });

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
