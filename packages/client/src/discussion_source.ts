/** What a replica of one discussion asks of the API. @module */
import { type DiscussionId, type FeedItem, type MessageDraft, type Outcome, type Seq } from "@gatz/domain";
import type { GatzApi } from "./create_client.ts";
import { CUT, type Trouble, troubleOf } from "./trouble.ts";

export interface FeedHandlers {
  readonly items: (items: readonly FeedItem[]) => void;
  /** Whether the feed's connection stands. A lost one is made again, and the feed goes on where it was. */
  readonly connected: (connected: boolean) => void;
  /** The feed is over. */
  readonly ended: (trouble: Trouble) => void;
}

export interface DiscussionSource {
  /** Begins a feed with the events from a seq on. */
  follow(fromSeq: Seq, on: FeedHandlers): { unsubscribe(): void };
  /** A page of the log from a seq on; empty at its end. */
  read(fromSeq: Seq): Promise<readonly FeedItem[] | Trouble>;
  /** After a trouble it is not known whether the draft was accepted: the same id is to be offered again. */
  offer(draft: MessageDraft): Promise<Outcome | Trouble>;
}

const PAGE = 500;

export function discussionSource(api: Pick<GatzApi, "live" | "log">, discussion: DiscussionId): DiscussionSource {
  const stream = discussion;
  return {
    follow: (fromSeq, on) =>
      api.live.inbox.subscribe({ stream, fromSeq }, {
        onData: ({ data }) => on.items(data.items),
        onConnectionStateChange: ({ state }) => on.connected(state === "pending"),
        onError: (error) => on.ended(troubleOf(error)),
        onComplete: () => on.ended(CUT),
      }),
    read: (fromSeq) => api.log.read.query({ stream, fromSeq, limit: PAGE }).then(({ items }) => items, troubleOf),
    offer: (draft) =>
      api.log.offer.mutate({ stream, drafts: [draft] }).then(({ outcomes }) => outcomes[0] ?? CUT, troubleOf),
  };
}
