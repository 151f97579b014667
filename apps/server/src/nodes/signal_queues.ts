/** What waits between nodes: the newest message about each thing, of so many at most (LIVE7). @module */
import { aboutOf, type NodeMessage, type SignalMessage } from "../live/signals/message.ts";
import { Newest } from "../live/signals/newest.ts";

/** Messages of one frame between nodes. */
export const AT_ONCE = 500;

/** Another node that follows this one. */
export class Follower {
  readonly #waiting: Newest<NodeMessage>;
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  constructor(most: number) {
    this.#waiting = new Newest(most);
  }

  /** True if something had to go for it. */
  put(message: NodeMessage): boolean {
    const dropped = this.#waiting.put(aboutOf(message), message);
    this.#wake.resolve();
    return dropped;
  }

  end(): void {
    this.#isOver = true;
    this.#wake.resolve();
  }

  /** Resolves once something waits; false: it is over. */
  async ready(): Promise<boolean> {
    while (!this.#isOver && this.#waiting.size === 0) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    return !this.#isOver;
  }

  takeAll(): NodeMessage[] {
    const taken: NodeMessage[] = [];
    this.#waiting.take((message) => taken.length < AT_ONCE && taken.push(message) > 0);
    return taken;
  }
}

interface OutgoingOptions {
  readonly most: number;
  /** False if they did not arrive, as far as is known. Never rejects. */
  readonly give: (messages: readonly SignalMessage[]) => Promise<boolean>;
  readonly lost: (count: number) => void;
}

/** What waits for one node: while some is under way, more comes together. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #waiting: Newest<SignalMessage>;
  #isGiving = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#waiting = new Newest(options.most);
  }

  put(message: SignalMessage): void {
    if (this.#waiting.put(aboutOf(message), message)) this.#options.lost(1);
    if (!this.#isGiving) void this.#giveAll();
  }

  async #giveAll(): Promise<void> {
    this.#isGiving = true;
    while (this.#waiting.size > 0) {
      const messages: SignalMessage[] = [];
      this.#waiting.take((message) => messages.length < AT_ONCE && messages.push(message) > 0);
      if (!await this.#options.give(messages)) this.#options.lost(messages.length);
    }
    this.#isGiving = false;
  }
}
