/** What storage offers to the server: the one interface that both are written against. */
import type {
  AnyEventId,
  DiscussionId,
  DomainLimits,
  Fact,
  GroupId,
  Head,
  Incarnation,
  LogEvent,
  MessageId,
  NotNow,
  Outcome,
  Position,
  Proposal,
  Rejection,
  RejectionCode,
  Rev,
  Seq,
  ShardNumber,
  ShownMessage,
  StreamId,
  StreamState,
  UnixMs,
  UserId,
  UserState,
} from "@gatz/domain";
import type { Directory } from "./directory/contract.ts";
import type { ForwardedOffer, Membership, NodeId, ShardOwner } from "./nodes/contract.ts";
import type { OfferStep, StorageReadings } from "./observe.ts";
import type { PersonalStorage } from "./personal/contract.ts";
import type { DiscussionList, DiscussionRows, GroupList, GroupListPage, ListPage } from "./reads/lists/contract.ts";
import type { SharedStateOf } from "./reads/stream_at.ts";

export type * from "./directory/contract.ts";
export * from "./unavailable.ts";
export type * from "./nodes/contract.ts";
export type * from "./personal/contract.ts";
export type * from "./observe.ts";
export type * from "./reads/lists/contract.ts";

export type ServerName = string;

export interface StorageConfig {
  /** Connection URL of the directory's server. Secret. */
  directory: string;
  /** The Postgres servers that hold shards, by name. Secret. */
  servers: Readonly<Record<ServerName, string>>;
  /** Where a shard that the shard map does not know yet is made; the map in the directory rules afterwards. */
  place: (shard: ShardNumber) => ServerName;
  /** How many shards there are: 16 at first, never fewer than before (SHARD1). */
  shards: number;
  /** The installation's key for content digests (LOG2), 32 bytes. */
  digestKey: Uint8Array;
  limits: StorageLimits & DomainLimits;
}

export interface StorageLimits {
  /** Drafts, and bytes of drafts, that wait for one shard before it says `Busy` (SHARD2). */
  queueDrafts: number;
  queueBytes: number;
  /** Read marks and settings that wait for one shard before more are refused. */
  queueMarks: number;
  /** Flushes in flight on one server; and how old a flush may get and still count as one. */
  flushesPerServer: number;
  flushAgeMs: number;
  /** Streams, and messages, whose states a shard's writer keeps in memory at most; large ones count for what they are. */
  cacheStreams: number;
  cacheMessages: number;
  /** Deadline of one flush, and of one read. */
  flushDeadlineMs: number;
  readDeadlineMs: number;
  /** Read connections to one server; a shard may hold at most a quarter of them. */
  readConnections: number;
  /** How many may wait for a connection of one pool, or for one shard's share of it, before more are refused (SHARD2). */
  waiters: number;
  /** A page of events (FACTS: 500 or 256 KiB). */
  pageEvents: number;
  pageBytes: number;
  /** LIVE3: backfill a stream, in all, and its bytes. */
  backfillPerStream: number;
  backfillTotal: number;
  backfillBytes: number;
  /** Committed events that a shard's ring keeps in memory for followers; at most twice as many, and bytes of their drafts. */
  ringEvents: number;
  ringBytes: number;
  /** How long a handle that was left leads to its user, and how long that of an ended account is nobody's (USR2, USR4). */
  handleRedirectMs: number;
  handleHeldMs: number;
  /** Past handles that lead to one user at most. */
  handleRedirects: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_STORAGE_LIMITS: Readonly<StorageLimits> = Object.freeze({
  queueDrafts: 2_000,
  queueBytes: 4 * 1024 * 1024,
  queueMarks: 2_000,
  flushesPerServer: 2,
  flushAgeMs: 250,
  cacheStreams: 4_096,
  // What is reacted to, edited or answered is mostly new. More of them would be most of the heap of a busy node, for its collector to walk.
  cacheMessages: 1_024,
  flushDeadlineMs: 5_000,
  readDeadlineMs: 2_000,
  readConnections: 16,
  waiters: 1_000,
  pageEvents: 500,
  pageBytes: 256 * 1024,
  backfillPerStream: 200,
  backfillTotal: 2_000,
  backfillBytes: 1024 * 1024,
  ringEvents: 1_024,
  ringBytes: 4 * 1024 * 1024,
  handleRedirectMs: 30 * DAY_MS,
  handleHeldMs: 90 * DAY_MS,
  handleRedirects: 5,
});

/** A committed event, and a state of its stream that is at that event or newer. */
export interface Committed {
  readonly position: Position;
  readonly event: LogEvent;
  readonly state: StreamState;
}

/** From-to seqs, both included. */
export interface SeqRange {
  from: Seq;
  to: Seq;
}

export interface OfferOptions {
  /** Milliseconds from now after which the caller does not wait any more. */
  deadlineMs: number;
  /** Told how far the offer has come, from the hot path: for tracing. */
  onStep?: ((step: OfferStep) => void) | undefined;
}

/** `accepted` also for what is in the log already. */
export type Foreseen = { readonly kind: "accepted" } | Rejection | NotNow;

export interface EventsAsked extends SeqRange {
  limit: number;
  /** Whether it ends with the last of the range, and not begins with the first. */
  newest?: boolean;
}

export interface EventPage {
  asOf: Seq;
  /** In seq order, without gaps; at least one, if there is one. */
  events: readonly LogEvent[];
}

export interface MessagePage {
  /** The stream's head in the snapshot that was read. */
  asOf: Seq;
  /** Newest first; each as the events within the viewer's ranges fold. */
  messages: readonly ShownMessage[];
  /** Where the next page ends (exclusive), or null at the beginning. */
  before: Seq | null;
}

export interface ModerationPage {
  asOf: Seq;
  /** Newest first; fewer than asked for at the beginning. */
  events: readonly LogEvent[];
  /** Where the next page ends (exclusive), or null at the beginning. */
  before: Seq | null;
}

export interface ShardFence {
  epoch: number;
  position: Position;
  /** The newest change of the shard's personal records. */
  rev: Rev;
}

export interface OutboxLag {
  /** Effects still to be delivered, and when the event of the oldest was accepted. */
  waiting: number;
  oldestAt: UnixMs | null;
  /** Effects that were refused for good, by code. */
  rejected: Readonly<Partial<Record<RejectionCode, number>>>;
}

/** One stream's part of a resume (LIVE2, LIVE3). */
export type ResumedStream =
  /** A membership that began after the cursor; `state` is that of `head`. */
  | { kind: "joined"; stream: StreamId; visibleFrom: Seq; head: Seq; state: StreamState }
  /** What happened since, in seq order (not yet filtered by `visible`); `state` is that of the snapshot. */
  | { kind: "events"; stream: StreamId; head: Seq; state: StreamState; events: readonly LogEvent[] }
  /** More than the bounds; `state` is that of `head`. */
  | { kind: "behind"; stream: StreamId; head: Seq; state: StreamState | null };

export interface ShardResume {
  shard: ShardNumber;
  /** The fence's position in the same snapshot: events up to here are included, later ones come live. */
  position: Position;
  streams: readonly ResumedStream[];
}

/** What may still be spent of LIVE3's bounds, over all shards of one resume. */
export interface BackfillBudget {
  events: number;
  bytes: number;
}

/** A user as others look them up: without what they are in and whom they block, and without the head, which moves with both. */
export type Profile = Omit<UserState, "seq" | "inbox" | "blocks">;

/** What decides how a user is served: whether their account has ended (USR4), and whom they block (BLK1). */
export type Account = Pick<UserState, "seq" | "endedAt" | "blocks">;

export interface Storage extends PersonalStorage {
  readonly incarnation: Incarnation;
  readonly shards: readonly ShardNumber[];
  readonly directory: Directory;
  /** This process among others on the same installation. */
  readonly node: NodeId;
  /** Who writes each shard, as this node knows it. Asks nothing. */
  owners(): ReadonlyMap<ShardNumber, ShardOwner>;
  /** Another node says that a shard has news: its log is looked at sooner. */
  hint(shard: ShardNumber): void;
  /** Whether a shard answers, as this node knows it. Asks nothing. */
  health(): ReadonlyMap<ShardNumber, "ok" | "slow" | "down">;
  /** Queues, lanes and logs as this node knows them: for metrics. Asks nothing. */
  readings(): StorageReadings;

  /** From now on other nodes may forward offers to this one, and it forwards to them what it does not write itself. */
  join(membership: Membership): void;
  /** Decides what another node forwarded; it is never forwarded again. Null: this node does not write the shard. */
  offerHere(offer: ForwardedOffer, options: OfferOptions): Promise<readonly Outcome[] | null>;

  /** Offers a bundle of drafts to one stream (LOG2, LOG4): one outcome per draft tried. */
  offer(stream: StreamId, proposals: readonly Proposal[], options: OfferOptions): Promise<readonly Outcome[]>;
  /**
   * What offering these drafts would be answered for those whose ids are in the log, and nothing for the others: for who would refuse
   * a draft before it is offered (LOG2). Throws {@link ShardUnavailable}.
   */
  known(stream: StreamId, proposals: readonly Proposal[]): Promise<ReadonlyMap<AnyEventId, Outcome>>;
  /**
   * What offering each of these drafts by itself would be answered now, without offering it. By the time that it is, things may have changed.
   * Throws {@link ShardUnavailable}.
   */
  foresee(stream: StreamId, proposals: readonly Proposal[]): Promise<readonly Foreseen[]>;
  /** The one way to consume a log: every event after `from`, in position order, in batches as they come; live at the end. */
  follow(shard: ShardNumber, from: Position, signal: AbortSignal): AsyncIterable<readonly Committed[]>;
  fence(shard: ShardNumber): Promise<ShardFence>;
  /**
   * Whether an event is in a shard's log, and all that it does elsewhere was answered there: by such an event people's own streams hear of
   * what they did (`arrivalOf`). Throws {@link ShardUnavailable}.
   */
  hasArrived(event: AnyEventId): Promise<boolean>;
  /** The effects of a shard's events that have not arrived (SHARD3); throws {@link ShardUnavailable}. */
  outbox(shard: ShardNumber): Promise<OutboxLag>;

  /** Many streams' states over many shards; who does not answer is `unavailable`, never an error. */
  states(streams: readonly StreamId[]): Promise<ReadonlyMap<StreamId, Fact<StreamState>>>;
  /** The newest seq of each discussion that the user may see (VIS4). `missing`: they never were a member, or there is none; else as {@link states}. */
  headsSeen(user: UserId, discussions: readonly DiscussionId[]): Promise<ReadonlyMap<DiscussionId, Fact<Seq>>>;
  /** Users as others look them up; who does not answer is `unavailable`, never an error. */
  profiles(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Fact<Profile>>>;
  /** What decisions need to know of users (FACT1); who does not answer is `unavailable`, never an error. */
  accounts(users: readonly UserId[]): Promise<ReadonlyMap<UserId, Fact<Account>>>;
  /** Null: no such user; throws {@link ShardUnavailable}. */
  account(user: UserId): Promise<Account | null>;
  /** One stream's state, or null; throws {@link ShardUnavailable}. */
  state(stream: StreamId): Promise<StreamState | null>;
  /**
   * A group or discussion right after its event `at` (TIME1, VIS4), but for who sent when in slow mode; null if there is no such event.
   * Throws {@link ShardUnavailable}.
   */
  streamAt<S extends GroupId | DiscussionId>(stream: S, at: Seq): Promise<SharedStateOf<S> | null>;
  /** A page from the beginning of the range, or, with `newest`, from its end: fewer than asked for when the page's bounds are met. */
  events(stream: StreamId, page: EventsAsked): Promise<EventPage>;
  /** Folded messages of a discussion, as the viewer is shown them through `ranges`. */
  messages(
    stream: DiscussionId,
    page: { viewer: UserId; ranges: readonly SeqRange[]; before?: Seq; limit: number },
  ): Promise<MessagePage>;
  /** Messages by id, of one discussion, as seen through `ranges`. Absent: not there, or not visible. */
  messagesById(
    stream: DiscussionId,
    ask: { viewer: UserId; ids: readonly MessageId[]; ranges: readonly SeqRange[] },
  ): Promise<{ asOf: Seq; messages: ReadonlyMap<MessageId, ShownMessage> }>;
  /** A message's `new-message`, by its seq, and the first events with it as their target, through `ranges`; in seq order. */
  eventsAbout(
    stream: DiscussionId,
    ask: { target: Seq; ranges: readonly SeqRange[]; limit: number },
  ): Promise<readonly LogEvent[]>;
  /** What moderators did in a discussion, and the flags that asked for it (MOD1), through `ranges`. */
  moderation(
    stream: DiscussionId,
    page: { ranges: readonly SeqRange[]; before?: Seq; limit: number },
  ): Promise<ModerationPage>;
  /** Which discussion a message is in, or null. */
  discussionOf(message: MessageId): Promise<DiscussionId | null>;
  /** A user's discussions, newest activity first. Never throws for a shard that does not answer. */
  discussionsOf(user: UserId, page: ListPage): Promise<DiscussionList>;
  /** Those of these discussions that the user is or was in, as the rows of {@link discussionsOf} (USR3). Never throws for a shard that does not answer. */
  discussionRows(user: UserId, discussions: readonly DiscussionId[]): Promise<DiscussionRows>;
  /** A user's groups, likewise. */
  groupList(user: UserId, page: GroupListPage): Promise<GroupList>;
  /** When events of different streams happened; absent: there is no such event, or its shard does not answer. */
  timesOf(events: readonly Head[]): Promise<ReadonlyMap<StreamId, UnixMs>>;

  /** Which shards hold streams that concern a user, from their own stream's projection; throws {@link ShardUnavailable} if that shard is down. */
  shardsOf(user: UserId): Promise<readonly ShardNumber[]>;
  /** The groups that a user is in, as their own stream knows; throws {@link ShardUnavailable} if that shard is down. */
  groupsOf(user: UserId): Promise<readonly GroupId[]>;
  /** What a feed missed on one shard since a position, in one snapshot (DESIGN: resume). Spends `budget`. */
  resume(
    user: UserId,
    from: { shard: ShardNumber; position: Position; only?: StreamId },
    budget: BackfillBudget,
  ): Promise<ShardResume>;

  /**
   * Gives all shards to whoever takes them: takes no more drafts, lets what is queued be committed, and lets go of the locks, at the latest
   * after some milliseconds (what is queued then is answered as if its deadline had passed). Reading and following go on.
   */
  leave(options: { withinMs: number }): Promise<void>;
  /** Leaves, and ends all connections; after a few seconds whatever still runs. */
  close(): Promise<void>;
}
