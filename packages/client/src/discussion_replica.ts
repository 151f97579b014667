/** One viewer's live copy of one discussion: the fold of its feed, with what the viewer has just written on top. @module */
import {
  applyToMessages,
  type CanDo,
  canDo,
  DEFAULT_LIMITS,
  type DiscussionDraft,
  type DiscussionId,
  evolve,
  type ExpungeMarks,
  type FeedItem,
  firstVisible,
  type Incarnation,
  isMessageEvent,
  type LiveMessage,
  type LogEvent,
  type MessageContent,
  type MessageId,
  type MessageState,
  type Proposal,
  type Seq,
  seq,
  shardOf,
  type StreamId,
  type StreamState,
  toEvent,
  underMarks,
  unixMs,
  unreachable,
  type UserId,
  withMark,
} from "@gatz/domain";
import type { DiscussionSource } from "./discussion_source.ts";
import { LastingFeed } from "./lasting_feed.ts";
import { newId } from "./new_id.ts";
import { Outbox } from "./outbox.ts";
import type { Timing } from "./timing.ts";
import type { Trouble } from "./trouble.ts";

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
  /** What the last draft was refused for, until the next one; else what is wrong with the feed, until it is not. */
  readonly problem: string | null;
}

interface ReplicaOptions {
  readonly source: DiscussionSource;
  readonly discussion: DiscussionId;
  readonly viewer: UserId;
  readonly timing: Timing;
}

type Problems = { readonly [of in "draft" | "feed" | "shard"]: string | null };

const NO_CONTENT: MessageContent = { text: "", mentions: [], attachments: [] };

/** Follows a discussion from its first event until it is closed. */
export class DiscussionReplica {
  readonly #options: ReplicaOptions;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<() => void>();
  #messages = new Map<MessageId, MessageState>();
  #discussion: StreamState | null = null;
  /** Whose messages count as deleted (MOD1); also known to who sees only the newer part. */
  #marks: ExpungeMarks;
  #head = seq(0);
  /** The newest seq that the viewer was not to see. */
  #hidden = seq(0);
  /** The newest event that added the viewer and had all read anew: it does so once, since what it shows may have hidden parts too. */
  #readAnewFor = seq(0);
  #incarnation: Incarnation | null = null;
  #link: Link = "connecting";
  #problems: Problems = { draft: null, feed: null, shard: null };
  #picture: Picture;
  readonly #feed: LastingFeed;
  readonly #closing = new AbortController();

  constructor(options: ReplicaOptions) {
    this.#options = options;
    const { source, timing } = options;
    const { signal } = this.#closing;
    const pace = {
      retryDelayMs: (attempt: number) => timing.retryDelayMs(attempt),
      wait: (ms: number) => timing.wait(ms, signal),
    };
    this.#outbox = new Outbox({
      offer: (draft) => source.offer(draft),
      head: () => this.#head,
      onChange: (draft) => this.#publish({ draft }),
      timing: pace,
    });
    this.#picture = this.#draw();
    this.#feed = new LastingFeed({
      follow: (fromSeq, on) => source.follow(fromSeq, on),
      next: () => seq(this.#head + 1),
      take: (item) => this.#take(item),
      onTaken: () => this.#publish({ feed: null }),
      onConnected: (connected) => this.#connected(connected),
      onLost: ({ problem }) => this.#lost(problem),
      timing: pace,
    });
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

  /** What offering this would be answered, as far as what is held here tells: for greying out what can't be done. */
  can(act: Pick<DiscussionDraft, "type" | "body">): CanDo {
    const { viewer: actor, timing } = this.#options;
    // Which body goes with which type is the caller's to get right, as when offering.
    const proposal = { ...this.#change(), ...act, actor } as Proposal;
    const held = { stream: this.#discussion ?? undefined, messages: this.#messages };
    return canDo(held, proposal, { at: unixMs(timing.now()), limits: DEFAULT_LIMITS });
  }

  close(): void {
    this.#outbox.close();
    this.#feed.close();
    this.#closing.abort();
  }

  #change() {
    const { discussion: stream } = this.#options;
    return { stream, id: newId("evt", shardOf(stream)), version: 1 } as const;
  }

  #connected(connected: boolean): void {
    this.#link = connected ? "live" : this.#head === 0 ? "connecting" : "cut";
    this.#publish();
  }

  #lost(problem: string | null): void {
    this.#link = "cut";
    this.#publish({ feed: problem });
  }

  async #take(item: FeedItem): Promise<Trouble | void> {
    switch (item.type) {
      case "event":
        return await this.#reach(item.event.stream, seq(item.event.seq - 1)) ?? await this.#reachWith(item.event);
      case "opaque":
        return await this.#reach(item.stream, seq(item.from - 1)) ?? this.#skip(item);
      case "joined":
        if (item.stream === this.#options.discussion) this.#seesFrom(item.visibleFrom);
        return await this.#reach(item.stream, item.head);
      case "behind":
        return await this.#reach(item.stream, item.head);
      case "live":
        if (this.#incarnation !== null && this.#incarnation !== item.incarnation) return this.#startAnew();
        this.#incarnation = item.incarnation;
        return await this.#reachAll(item.heads);
      case "beat":
        return await this.#reachAll(item.heads);
      case "read":
      case "setting":
        // Of the user's, and nothing of the discussion's state.
        return;
      case "shard":
        return this.#publish({ shard: item.status === "ok" ? null : `shard ${item.shard} is ${item.status}` });
      case "signal":
        return;
      default:
        return unreachable(item);
    }
  }

  async #reachAll(heads: readonly { stream: StreamId; seq: Seq }[]): Promise<Trouble | void> {
    for (const head of heads) {
      const trouble = await this.#reach(head.stream, head.seq);
      if (trouble) return trouble;
    }
  }

  /** Reads what lies between what is held and `head` (LIVE3). */
  async #reach(stream: StreamId, head: Seq): Promise<Trouble | void> {
    if (stream !== this.#options.discussion) return;
    while (this.#head < head && !this.#closing.signal.aborted) {
      const fromSeq = seq(this.#head + 1);
      const page = await this.#options.source.read(fromSeq);
      if ("kind" in page) return page;
      for (const item of page) {
        if (item.type === "event") this.#apply(item.event);
        if (item.type === "opaque") this.#skip(item);
      }
      if (page.length === 0) return; // the viewer's own head is lower
    }
  }

  /** Applies an event that follows what is held, and reads what it shows. */
  async #reachWith(event: LogEvent): Promise<Trouble | void> {
    this.#apply(event);
    return await this.#reach(event.stream, event.seq);
  }

  #apply(event: LogEvent): void {
    if (event.stream !== this.#options.discussion || event.seq !== this.#head + 1) return;
    const firstSeen = this.#firstSeenBy(event);
    if (firstSeen !== null && event.seq > this.#readAnewFor) {
      this.#readAnewFor = event.seq;
      if (this.#seesFrom(firstSeen)) return;
    }
    // Who sees only the newer part of a discussion has its messages, and not its state.
    if (this.#discussion !== null || event.seq === 1) this.#discussion = evolve(this.#discussion, event);
    applyToMessages(this.#messages, event);
    if (event.type === "expunge") this.#marks = withMark(this.#marks, event);
    if (isMessageEvent(event)) this.#outbox.arrived(event.id);
    this.#head = event.seq;
  }

  #skip({ stream, from, to }: { stream: StreamId; from: Seq; to: Seq }): void {
    if (stream !== this.#options.discussion || to <= this.#head || from > this.#head + 1) return;
    this.#head = this.#hidden = to;
  }

  /** From where on an event lets the viewer see; null if it does not make them a member. */
  #firstSeenBy(event: LogEvent): Seq | null {
    const { viewer } = this.#options;
    // How far back a join window lets see is in a state that is perhaps not held: all is asked for.
    if (event.type === "join") return event.actor === viewer ? seq(1) : null;
    if (event.type !== "add-members" || !event.body.users.includes(viewer)) return null;
    if (event.decided.skipped?.some(({ user }) => user === viewer)) return null;
    return firstVisible(event.body.historyFrom, event.seq);
  }

  /** A new stay may show what was hidden before (VIS1): then all is to be read anew, and this is true. */
  #seesFrom(visibleFrom: Seq): boolean {
    if (visibleFrom > this.#hidden) return false;
    this.#forget();
    return true;
  }

  #forget(): void {
    this.#messages = new Map();
    this.#marks = undefined;
    this.#discussion = null;
    this.#head = this.#hidden = seq(0);
  }

  /** Another life of the installation: what was held may not be true in it (LOG9). Drafts are kept, and offered again. */
  #startAnew(): void {
    this.#forget();
    this.#readAnewFor = seq(0);
    this.#incarnation = null;
    this.#feed.restart();
    this.#outbox.offerAgain();
  }

  #publish(problems: Partial<Problems> = {}): void {
    this.#problems = { ...this.#problems, ...problems };
    this.#picture = this.#draw();
    for (const listener of this.#listeners) listener();
  }

  /** The confirmed state, and on top of it what is pending, as if it had just been accepted. */
  #draw(): Picture {
    const byId = new Map(this.#messages);
    if (this.#marks !== undefined) { for (const [id, message] of byId) byId.set(id, underMarks(message, this.#marks)); }
    const pending = new Set<MessageId>();
    const at = unixMs(this.#options.timing.now());
    this.#outbox.pending.forEach((draft, n) => {
      const proposal = { ...draft, actor: this.#options.viewer };
      applyToMessages(byId, toEvent(proposal, {}, { seq: seq(this.#head + 1 + n), at }));
      pending.add(draft.type === "new-message" ? draft.id : draft.body.target);
    });
    const [link, discussion, { draft, feed, shard }] = [this.#link, this.#discussion, this.#problems];
    const problem = draft ?? feed ?? shard;
    return { link, discussion, messages: [...byId.values()], byId, pending, problem };
  }
}
