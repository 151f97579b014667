/** What a replica of one discussion asks of the API. @module */
import { type DiscussionId, type FeedItem, type MessageDraft, type Outcome, type Seq } from "@gatz/domain";
import { TRPCClientError } from "@trpc/client";
import type { GatzApi } from "./create_client.ts";

export interface FeedHandlers {
  readonly items: (items: readonly FeedItem[]) => void;
  /** Whether the feed's connection stands. A lost one is made again, and the feed goes on where it was. */
  readonly connected: (connected: boolean) => void;
  /** The feed is over. `again`: another one, from where this got to, may go better. */
  readonly ended: (end: { readonly again: boolean; readonly problem?: string }) => void;
}

export interface DiscussionSource {
  /** Begins a feed with the events from a seq on. */
  follow(fromSeq: Seq, on: FeedHandlers): { unsubscribe(): void };
  /** A page of the log from a seq on; empty at its end. */
  read(fromSeq: Seq): Promise<readonly FeedItem[]>;
  /** Null if the question or its answer was lost; throws what no repetition can mend. */
  offer(draft: MessageDraft): Promise<Outcome | null>;
}

const PAGE = 500;
/** Errors that asking again does not mend. */
const FINAL: readonly (string | undefined)[] = ["Malformed", "Unauthenticated", "Forbidden", "NotFound"];

export function discussionSource(api: Pick<GatzApi, "live" | "log">, discussion: DiscussionId): DiscussionSource {
  const stream = discussion;
  return {
    follow: (fromSeq, on) =>
      api.live.inbox.subscribe({ stream, fromSeq }, {
        onData: ({ data }) => on.items(data.items),
        onConnectionStateChange: ({ state }) => on.connected(state === "pending"),
        onError: (error) => on.ended({ again: !FINAL.includes(error.data?.code), problem: error.message }),
        onComplete: () => on.ended({ again: true }),
      }),
    read: async (fromSeq) => (await api.log.read.query({ stream, fromSeq, limit: PAGE })).items,
    offer: async (draft) => {
      try {
        const { outcomes } = await api.log.offer.mutate({ stream, drafts: [draft] });
        return outcomes[0] ?? null;
      } catch (error) {
        // An error without data did not come from the server: the connection was lost.
        if (error instanceof TRPCClientError && !error.data) return null;
        throw error;
      }
    },
  };
}
