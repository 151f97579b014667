/** The best simple client: tRPC's own, a page of the list, then the feed from there. Shares no code with gatz, but for the router's types. @module */
import type { DiscussionId } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import superjson from "superjson";

export interface StockStart {
  /** Milliseconds until the page is there, and until the feed is live. */
  readonly list: number;
  readonly current: number;
  readonly heads: ReadonlyMap<DiscussionId, number>;
}

export async function startStock({ ws, token }: { readonly ws: string; readonly token: string }): Promise<StockStart> {
  const from = performance.now();
  const socket = createWSClient({ url: ws, connectionParams: () => ({ token }) });
  try {
    const api = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer: superjson })] });
    const page = await api.discussions.byUser.query({ limit: 100 });
    const list = performance.now() - from;
    await new Promise<void>((resolve, reject) => {
      api.live.inbox.subscribe({ cursor: page.asOf }, {
        onData: ({ data: { items } }) => items.some(({ type }) => type === "live") && resolve(),
        onError: reject,
      });
    });
    const rows = page.rows.flatMap((row) => row.kind === "discussion" ? [[row.id, row.head] as const] : []);
    return { list, current: performance.now() - from, heads: new Map(rows) };
  } finally {
    await socket.close();
  }
}

/** Milliseconds until a connection is made and one call is answered. */
export async function oneCall({ ws, token }: { readonly ws: string; readonly token: string }): Promise<number> {
  const from = performance.now();
  const socket = createWSClient({ url: ws, connectionParams: () => ({ token }) });
  try {
    await createTRPCClient<AppRouter>({ links: [wsLink({ client: socket, transformer: superjson })] }).auth.me.query();
    return performance.now() - from;
  } finally {
    await socket.close();
  }
}
