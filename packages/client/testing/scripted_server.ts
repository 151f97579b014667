/** A server in memory whose feed, silences and lives a test decides. @module */
import {
  type Actor,
  DEFAULT_LIMITS,
  type DiscussionId,
  type Draft,
  type FeedItem,
  foldStream,
  type Incarnation,
  incarnation,
  type LogEvent,
  type Seq,
  seq,
  shardOf,
  stateFor,
  type StreamId,
  toEvent,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { DiscussionPage, FeedHandlers, LogItem, Me, Server } from "../src/server/contract.ts";
import { CUT, type Trouble } from "../src/trouble.ts";

const uuid = (n: number, shard = 3) =>
  `0198c0de-0000-7${shard.toString(16).padStart(3, "0")}-8000-${String(n).padStart(12, "0")}`;
export const [ALICE, BOB] = [uuidToId("user", uuid(1)), uuidToId("user", uuid(2))];
export const GROUP = uuidToId("grp", uuid(3));
/** A discussion on a shard. */
export const discussionOn = (shard: number, n = 1): DiscussionId => uuidToId("disc", uuid(100 + n, shard));

/** What was asked for, as a text to compare. */
type Asked = string;
interface Subscription extends FeedHandlers {
  readonly cursor: string | null;
}

/** It answers with what it has; what the feed brings is the test's to say. */
export class ScriptedServer implements Server {
  readonly asked: Asked[] = [];
  readonly logs = new Map<StreamId, LogEvent[]>();
  /** All that are open; the last is the one that is listened to. */
  readonly feeds: Subscription[] = [];
  /** What keeps a question from being answered; null: nothing. */
  trouble: (what: string, stream?: StreamId) => Trouble | null = () => null;
  /** Answers wait for this. */
  gate: (what: string, stream?: StreamId) => Promise<void> = () => Promise.resolve();
  /** At most so many events a page. */
  pageEvents = 500;
  life: Incarnation = incarnation("first life");
  isConnected = true;
  #made = 0;

  constructor(public viewer: UserId = ALICE) {}

  follow(cursor: string | null, on: FeedHandlers) {
    const feed = { ...on, cursor };
    this.feeds.push(feed);
    this.asked.push(`follow ${cursor}`);
    on.connected(this.isConnected);
    return { unsubscribe: () => void this.feeds.splice(this.feeds.indexOf(feed), 1) };
  }

  /** Sends a frame to whoever follows. */
  send(items: readonly FeedItem[], cursor = `after ${++this.#made}`): void {
    for (const feed of [...this.feeds]) feed.frame({ cursor, items });
  }

  /** Through with what was missed. */
  live(heads: readonly { stream: StreamId; seq: Seq }[] = []): void {
    this.send([{ type: "live", incarnation: this.life, heads }]);
  }

  connect(connected: boolean): void {
    this.isConnected = connected;
    for (const feed of [...this.feeds]) feed.connected(connected);
  }

  end(trouble: Trouble): void {
    for (const feed of [...this.feeds]) feed.ended(trouble);
  }

  /** A log that begins with Alice and Bob in a discussion. */
  create(stream: DiscussionId): LogEvent {
    return this.write(BOB, {
      ...{ stream, id: uuidToId("evt", uuid(++this.#made, shardOf(stream))), type: "create", version: 1 },
      body: { group: GROUP, name: "tea", members: [ALICE] },
    });
  }

  say(stream: DiscussionId, text: string, actor: UserId = BOB): LogEvent {
    const id = uuidToId("msg", uuid(++this.#made, shardOf(stream)));
    return this.write(actor, {
      ...{ stream, id, type: "new-message", version: 1 },
      body: { text, mentions: [], attachments: [] },
    });
  }

  write(actor: Actor, draft: Draft): LogEvent {
    const log = this.logs.get(draft.stream) ?? [];
    this.logs.set(draft.stream, log);
    const event = toEvent({ ...draft, actor }, {}, { seq: seq(log.length + 1), at: unixMs(1_000) });
    log.push(event);
    this.onWritten(event);
    return event;
  }

  protected onWritten(_event: LogEvent): void {}

  async me(): Promise<Me | Trouble> {
    const { life, viewer } = this;
    const about = { user: viewer, handle: "alice", home: shardOf(viewer), shards: 16, incarnation: life };
    const limits = { ...DEFAULT_LIMITS, frameBytes: 65_536, bodyBytes: 65_536, batchCalls: 10 };
    return await this.#answer("me", undefined, () => ({ ...about, limits }));
  }

  async open({ stream, limit }: { stream: StreamId; limit: number }) {
    return await this.#answer("open", stream, () => {
      const log = this.logs.get(stream);
      const { state } = foldStream(log ?? []);
      if (log === undefined || state === null) return NOT_FOUND;
      const items = log.slice(-limit).map(item);
      return { incarnation: this.life, asOf: state.seq, items, state: stateFor(this.viewer, state) };
    });
  }

  async read({ stream, fromSeq, limit = 500 }: { stream: StreamId; fromSeq: Seq; limit?: number }) {
    return await this.#answer(`read ${fromSeq}`, stream, () => {
      const log = this.logs.get(stream);
      if (log === undefined) return NOT_FOUND;
      const items = log.filter((event) => event.seq >= fromSeq).slice(0, Math.min(limit, this.pageEvents)).map(item);
      return { incarnation: this.life, asOf: seq(log.length), items };
    });
  }

  async discussions(): Promise<DiscussionPage | Trouble> {
    return await this.#answer("discussions", undefined, () => ({
      ...{ incarnation: this.life, asOf: `page of ${this.life}`, rows: [], unavailable: [], next: null },
      totals: null,
    }));
  }

  offer = () => Promise.resolve(CUT);
  rows = () => Promise.resolve(CUT);
  groups = () => Promise.resolve(CUT);
  groupRows = () => Promise.resolve(CUT);
  people = () => Promise.resolve(CUT);
  mark = () => Promise.resolve(CUT);
  markUnread = () => Promise.resolve(CUT);
  notify = () => Promise.resolve(CUT);
  typing = () => Promise.resolve(CUT);
  hash = () => Promise.resolve(CUT);

  async #answer<T extends object>(what: string, stream: StreamId | undefined, answer: () => T): Promise<T | Trouble> {
    this.asked.push(stream === undefined ? what : `${what} ${stream}`);
    // As of the moment in which it was asked, however late it comes.
    const answered = this.trouble(what, stream) ?? answer();
    await this.gate(what, stream);
    return answered;
  }
}

export const item = (event: LogEvent): LogItem => ({ type: "event", event });
export const NOT_FOUND: Trouble = { ...CUT, again: false, code: "NotFound", problem: "not found" };
export const UNAVAILABLE: Trouble = { ...CUT, code: "Unavailable", problem: "a part does not answer" };
export const UNAUTHENTICATED: Trouble = { ...CUT, again: false, code: "Unauthenticated", problem: "no good token" };
