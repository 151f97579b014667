/** One viewer's live copy of one discussion: the fold of its feed, with what the viewer has just written on top. @module */
import {
  applyToMessages,
  type DiscussionId,
  evolve,
  type FeedItem,
  type Incarnation,
  isMessageEvent,
  type LiveMessage,
  type LogEvent,
  type MessageContent,
  type MessageId,
  type MessageState,
  type Seq,
  seq,
  shardOf,
  type StreamId,
  type StreamState,
  toEvent,
  unixMs,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { DiscussionSource } from "./discussion_source.ts";
import { newId } from "./new_id.ts";
import { Outbox } from "./outbox.ts";

/** `live`: all that is committed arrives. `cut`: the connection is being made again, and what was missed will follow. */
export type Link = "connecting" | "live" | "cut";

/** What there is to show; a new object whenever it changes. */
export interface Picture {
  readonly link: Link;
  /** Null until the discussion's first event has arrived, and for who does not see it. */
  readonly discussion: StreamState | null;
  /** In the order of the discussion; the viewer's own that are not accepted yet come last. */
  readonly messages: readonly MessageState[];
  readonly byId: ReadonlyMap<MessageId, MessageState>;
  /** The messages that are, or have been changed by, drafts of the viewer which are not accepted yet. */
  readonly pending: ReadonlySet<MessageId>;
  /** What the last draft was refused for, or what went wrong: until the next draft. */
  readonly problem: string | null;
}

export interface ReplicaOptions {
  readonly source: DiscussionSource;
  readonly discussion: DiscussionId;
  readonly viewer: UserId;
}

const FOLLOW_AGAIN_MS = 500;
const NO_CONTENT: MessageContent = { text: "", mentions: [], attachments: [] };

/** Follows a discussion from its first event until it is closed. */
export class DiscussionReplica {
  readonly #options: ReplicaOptions;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<() => void>();
  #messages = new Map<MessageId, MessageState>();
  #discussion: StreamState | null = null;
  #head = seq(0);
  #incarnation: Incarnation | null = null;
  #link: Link = "connecting";
  #problem: string | null = null;
  #picture: Picture;
  #work: Promise<void> = Promise.resolve();
  #feed: { unsubscribe(): void };
  /** How many feeds were begun: an earlier one has no say any more. */
  #feeds = 0;
  #closed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#outbox = new Outbox({
      offer: options.source.offer,
      head: () => this.#head,
      onChange: (refusal) => this.#publish(refusal instanceof Error ? refusal.message : refusal ?? null),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    this.#picture = this.#draw();
    this.#feed = this.#follow();
  }

  readonly picture = (): Picture => this.#picture;

  /** Calls the listener after each change; returns what ends that. */
  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Each of these shows at once, and is offered until it has an outcome (LOG4). */
  send(content: Partial<MessageContent> & { replyTo?: MessageId }): void {
    const { discussion: stream } = this.#options;
    const id = newId("msg", shardOf(stream));
    this.#outbox.add({ stream, id, type: "new-message", version: 1, body: { ...NO_CONTENT, ...content } });
  }

  /** Replaces the text; refused as `StaleEdit` if somebody else's edit came first. */
  edit({ id: target, attachments, revision: baseRevision }: LiveMessage, content: Partial<MessageContent>): void {
    const body = { ...NO_CONTENT, attachments, ...content, target, baseRevision };
    this.#outbox.add({ ...this.#change(), type: "edit-message", body });
  }

  delete({ id: target }: LiveMessage): void {
    this.#outbox.add({ ...this.#change(), type: "delete-message", body: { target } });
  }

  react({ id: target }: LiveMessage, reaction: { emoji: string; on: boolean }): void {
    this.#outbox.add({ ...this.#change(), type: "react-to-message", body: { target, ...reaction } });
  }

  close(): void {
    this.#closed = true;
    this.#outbox.close();
    this.#feed.unsubscribe();
  }

  #change() {
    const { discussion: stream } = this.#options;
    return { stream, id: newId("evt", shardOf(stream)), version: 1 } as const;
  }

  #follow(): { unsubscribe(): void } {
    const feed = ++this.#feeds;
    return this.#options.source.follow(seq(this.#head + 1), {
      items: (items) => this.#enqueue(items),
      connected: (connected) => {
        this.#link = connected ? "live" : this.#head === 0 ? "connecting" : "cut";
        this.#publish();
      },
      ended: ({ again, problem }) => {
        if (this.#closed || feed !== this.#feeds) return;
        this.#link = "cut";
        this.#publish(problem);
        if (again) setTimeout(() => this.#followAfter(feed), FOLLOW_AGAIN_MS);
      },
    });
  }

  /** The server has ended a feed, as it does when it stops: another goes on from where it got to. */
  #followAfter(ended: number): void {
    if (!this.#closed && ended === this.#feeds) this.#feed = this.#follow();
  }

  /** Frames are taken one after the other, because one may wait for a page of the log. */
  #enqueue(items: readonly FeedItem[]): void {
    this.#work = this.#work
      .then(async () => {
        for (const item of items) await this.#take(item);
        this.#publish();
      })
      .catch((error) => this.#publish(String(error)));
  }

  async #take(item: FeedItem): Promise<void> {
    switch (item.type) {
      case "event":
        await this.#reach(item.event.stream, seq(item.event.seq - 1));
        return this.#apply(item.event);
      case "opaque":
        await this.#reach(item.stream, seq(item.from - 1));
        return this.#skip(item);
      case "joined":
      case "behind":
        return await this.#reach(item.stream, item.head);
      case "live":
        if (this.#incarnation !== null && this.#incarnation !== item.incarnation) return this.#startAnew();
        this.#incarnation = item.incarnation;
        return await this.#reachAll(item.heads);
      case "beat":
        return await this.#reachAll(item.heads);
      case "shard":
        return this.#publish(item.status === "ok" ? null : `shard ${item.shard} is ${item.status}`);
      default:
        return unreachable(item);
    }
  }

  async #reachAll(heads: readonly { stream: StreamId; seq: Seq }[]): Promise<void> {
    for (const head of heads) await this.#reach(head.stream, head.seq);
  }

  /** Reads what lies between what is held and `head` (LIVE3). */
  async #reach(stream: StreamId, head: Seq): Promise<void> {
    if (stream !== this.#options.discussion) return;
    while (this.#head < head && !this.#closed) {
      const fromSeq = seq(this.#head + 1);
      for (const item of await this.#options.source.read(fromSeq)) {
        if (item.type === "event") this.#apply(item.event);
        if (item.type === "opaque") this.#skip(item);
      }
      if (this.#head < fromSeq) return; // the viewer's own head is lower
    }
  }

  #apply(event: LogEvent): void {
    if (event.stream !== this.#options.discussion || event.seq <= this.#head) return;
    // Who sees only the newer part of a discussion has its messages, and not its state.
    if (this.#discussion !== null || event.seq === 1) this.#discussion = evolve(this.#discussion, event);
    applyToMessages(this.#messages, event);
    if (isMessageEvent(event)) this.#outbox.arrived(event.id);
    this.#head = event.seq;
  }

  #skip({ stream, to }: { stream: StreamId; to: Seq }): void {
    if (stream === this.#options.discussion && to > this.#head) this.#head = to;
  }

  /** Another life of the installation: what was held may not be true in it (LOG9). Drafts are kept, and offered again. */
  #startAnew(): void {
    const before = this.#feed;
    this.#messages = new Map();
    this.#discussion = null;
    this.#head = seq(0);
    this.#incarnation = null;
    this.#feed = this.#follow();
    before.unsubscribe();
    this.#outbox.offerAgain();
  }

  #publish(problem: string | null = this.#problem): void {
    this.#problem = problem;
    this.#picture = this.#draw();
    for (const listener of this.#listeners) listener();
  }

  /** The confirmed state, and on top of it what is pending, as if it had just been accepted. */
  #draw(): Picture {
    const byId = new Map(this.#messages);
    const pending = new Set<MessageId>();
    const at = unixMs(Date.now());
    this.#outbox.pending.forEach((draft, n) => {
      const proposal = { ...draft, actor: this.#options.viewer };
      applyToMessages(byId, toEvent(proposal, {}, { seq: seq(this.#head + 1 + n), at }));
      pending.add(draft.type === "new-message" ? draft.id : draft.body.target);
    });
    const [link, discussion, problem] = [this.#link, this.#discussion, this.#problem];
    return { link, discussion, messages: [...byId.values()], byId, pending, problem };
  }
}
