/** Somebody's feed during a whole play, cut and resumed now and then: all that it has brought. @module */
import type { FeedItem, UserId } from "@gatz/domain";
import type { Person } from "@gatz/testing/test_server.ts";

export class Listener {
  readonly items: FeedItem[] = [];
  readonly #person: Person;
  #cursor: string | undefined;
  #feed: { unsubscribe(): void } | undefined;

  constructor(person: Person) {
    this.#person = person;
  }

  get user(): UserId {
    return this.#person.user;
  }

  /** Resolves once the feed brings what happens now, or has ended. */
  async listen(): Promise<void> {
    const live = Promise.withResolvers<void>();
    const cursor = this.#cursor;
    this.#feed = this.#person.api.live.inbox.subscribe(cursor === undefined ? {} : { cursor }, {
      onData: ({ id, data }) => {
        this.#cursor = id;
        this.items.push(...data.items);
        if (data.items.some(({ type }) => type === "live")) live.resolve();
      },
      // Whose account has ended is told no more.
      onError: () => live.resolve(),
    });
    await live.promise;
  }

  cut(): void {
    this.#feed?.unsubscribe();
  }
}
