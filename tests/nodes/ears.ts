/** Somebody's open feed, and all that it has brought. @module */
import type { FeedItem, StreamId } from "@gatz/domain";
import type { Person } from "@gatz/testing/test_server.ts";

export class Ears implements AsyncDisposable {
  readonly items: FeedItem[] = [];
  readonly #live = Promise.withResolvers<void>();
  readonly #feed: { unsubscribe(): void };

  constructor(api: Person["api"]) {
    this.#feed = api.live.inbox.subscribe({}, {
      onData: ({ data }) => {
        this.items.push(...data.items);
        if (data.items.some(({ type }) => type === "live")) this.#live.resolve();
      },
    });
  }

  /** Resolves once it brings what happens now. */
  async live(): Promise<this> {
    await this.#live.promise;
    return this;
  }

  /** The items of one stream, signals among them. */
  of(stream: StreamId): FeedItem[] {
    return this.items.filter((item) => {
      if (item.type === "event") return item.event.stream === stream;
      if (item.type === "signal") return item.kind === "typing" && item.discussion === stream;
      return "stream" in item && item.stream === stream;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#feed.unsubscribe();
    return Promise.resolve();
  }
}
