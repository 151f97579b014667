/** A client of the typed API alone. @module */
import type { AppRouter } from "@gatz/server";
import { httpBatchLink, splitLink, type TRPCLink } from "@trpc/client";
import { jsonEnvelope } from "./json_envelope.ts";
import { type CallParts, type ConnectionOptions, createSocketClient, type GatzClient } from "./socket_client.ts";
import type { Addresses } from "./sync/connection.ts";

export type { ConnectionOptions, GatzApi, GatzClient } from "./socket_client.ts";

/** What {@link createGatzClient} is given. */
export interface GatzClientOptions extends ConnectionOptions {
  /** What queries and mutations go over. Subscriptions always take the WebSocket. Default `ws`. */
  readonly calls?: "ws" | "http";
}

/** The stock tRPC client, as the server expects it. An app that only uses {@link createGatz} does not load what calls over HTTP need. */
export function createGatzClient({ calls = "ws", ...options }: GatzClientOptions): GatzClient {
  return createSocketClient({ ...options, ...(calls === "http" && { calls: overHttp }) });
}

function overHttp({ overSocket, ...parts }: CallParts): TRPCLink<AppRouter> {
  return splitLink({
    condition: ({ type }) => type === "subscription",
    true: overSocket,
    false: callsOverHttp(parts),
  });
}

function callsOverHttp({ addresses, currentToken }: Omit<CallParts, "overSocket">): TRPCLink<AppRouter> {
  return httpBatchLink<AppRouter>({
    url: new URL("/trpc", addresses.present).href,
    fetch: (input, init) => overHttpFrom(addresses, { input, init }),
    transformer: jsonEnvelope,
    headers: async () => {
      const value = await currentToken();
      return value === null ? {} : { authorization: `Bearer ${value}` };
    },
  });
}

/** The call at the address that is in use; the next call goes to another one if there is no answer. */
async function overHttpFrom(
  addresses: Addresses,
  { input, init }: { input: RequestInfo | URL | string; init?: RequestInit },
): Promise<Response> {
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  try {
    return await fetch(new URL(pathname + search, addresses.present), init);
  } catch (error) {
    if (!init?.signal?.aborted) addresses.failed();
    throw error;
  }
}
