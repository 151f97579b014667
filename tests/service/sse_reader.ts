/** The stock client over HTTP streams, with its token in a header. */
import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import type { FeedItem, Seq, StreamId } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";
import { EventSource } from "eventsource";
import superjson from "superjson";

export interface SseReader extends Disposable {
  /** All that came, in order. */
  readonly items: readonly FeedItem[];
  /** How often it connected. */
  readonly connections: number;
  /** Resolves once the items are as wanted; rejects with what ended the subscription, or when that takes too long. */
  until(wanted: (items: readonly FeedItem[]) => boolean): Promise<void>;
}

const PATIENCE_MS = 60_000;

export function followBySse(url: string, { token }: { readonly token: string }): SseReader {
  let connections = 0;
  const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
    url: `${url}/trpc`,
    transformer: superjson,
    EventSource,
    eventSourceOptions: {
      fetch: (target, init) => {
        connections++;
        return fetch(target, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
      },
    },
  });
  const items: FeedItem[] = [];
  const waiting = new Set<() => void>();
  let failure: unknown;
  const wake = () => waiting.forEach((look) => look());
  const subscription = createTRPCClient<AppRouter>({ links: [link] }).live.inbox.subscribe({}, {
    onData: ({ data }) => {
      items.push(...data.items);
      wake();
    },
    onError: (error) => {
      failure = error;
      wake();
    },
  });
  const until: SseReader["until"] = (wanted) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (wanted(items)) resolve();
      else if (failure !== undefined) reject(failure);
    };
    waiting.add(look);
    look();
    const late = setTimeout(
      () => reject(new Error(`not in ${PATIENCE_MS} ms: ${JSON.stringify(items.slice(-20))}`)),
      PATIENCE_MS,
    );
    return promise.finally(() => {
      clearTimeout(late);
      waiting.delete(look);
    });
  };
  return {
    items,
    get connections() {
      return connections;
    },
    until,
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

/** The texts of new messages, in the order in which they came. What a cut has repeated falls by its seq (LIVE1). */
export function textsOf(items: readonly FeedItem[]): string[] {
  const heads = new Map<StreamId, Seq>();
  return items.flatMap((item) => {
    if (item.type !== "event" || item.event.seq <= (heads.get(item.event.stream) ?? 0)) return [];
    heads.set(item.event.stream, item.event.seq);
    return item.event.type === "new-message" ? [item.event.body.text] : [];
  });
}
