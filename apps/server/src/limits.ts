/** Every number that bounds something, in one table; `GATZ_LIMITS` changes any of them. docs/limits.md is made of it. @module */
import { DEFAULT_LIMITS, type DomainLimits, type NotNowReason, type RejectionCode, unreachable } from "@gatz/domain";
import { DEFAULT_STORAGE_LIMITS, type StorageLimits } from "@gatz/storage/contract";
import type { ApiErrorCode } from "./errors.ts";
import { LEAST } from "./limit_bounds.ts";

/** What whoever meets a limit is told. */
export type Refusal =
  /** A draft is answered not-now, any other call with an error; both name the limiter and say when to come again (SEC2). */
  | { readonly kind: "rate" }
  | { readonly kind: "error"; readonly code: ApiErrorCode }
  | { readonly kind: "rejected"; readonly code: RejectionCode }
  | { readonly kind: "not-now"; readonly reason: NotNowReason }
  /** The WebSocket ends with this code. */
  | { readonly kind: "closed"; readonly code: number }
  /** The feed says `behind` for what it leaves out (LIVE3, LIVE5). */
  | { readonly kind: "behind" }
  /** Less is given at once, and the rest on asking. */
  | { readonly kind: "page" };

export interface LimitRow {
  readonly default: number;
  /** What is counted, and of whom. */
  readonly bounds: string;
  /** Null: it paces or sizes something, and nobody is refused. */
  readonly refusal: Refusal | null;
  /** The label of `gatz_refused_total`, and of a refusal's `limiter`; without it the row's own name. */
  readonly limiter?: string;
}

type Rows<L> = { readonly [Name in keyof L]: LimitRow };

const rate = { kind: "rate" } as const;
const error = (code: ApiErrorCode) => ({ kind: "error", code }) as const;
const rejected = (code: RejectionCode) => ({ kind: "rejected", code }) as const;
const closed = (code: number) => ({ kind: "closed", code }) as const;
const busy = { kind: "not-now", reason: "Busy" } as const;
const unavailable = error("Unavailable");
const behind = { kind: "behind" } as const;
const page = { kind: "page" } as const;

function row(value: number, bounds: string, refusal: Refusal | null = null, limiter?: string): LimitRow {
  return { default: value, bounds, refusal, ...(limiter === undefined ? {} : { limiter }) };
}

const KIB = 1024;
const HOUR_MS = 60 * 60 * 1000;

/** What the API and the feeds are bound by. */
const SERVER_ROWS = {
  callsPerMinute: row(600, "calls a minute of a connection; over HTTP of a user, else of an address", rate, "calls"),
  callsBurst: row(120, "calls at once, after a pause", rate, "calls"),
  callsDebt: row(300, "refused calls, less those a minute allows, after which a connection ends", closed(1008)),
  pageCallEvents: row(100, "events of a page of the log that count as one more call", rate, "calls"),
  pageCallBytes: row(64 * KIB, "bytes of a state that is opened that count as one more call", rate, "calls"),
  callsInFlight: row(100, "calls unanswered at once, of a connection (over HTTP: user, address)", rate),
  pagesAtOnce: row(2, "pages of a shard's log, or of what was, that a user is read at once; others wait"),
  subscriptions: row(20, "subscriptions at once, of a connection (over HTTP: user, address)", error("RateLimited")),
  sendsPerMinute: row(120, "drafts a minute of a user", rate, "sends"),
  sendsBurst: row(20, "drafts of a user at once, after a pause", rate, "sends"),
  discussionSendsPerMinute: row(600, "drafts a minute to a discussion", rate, "discussionSends"),
  discussionSendsBurst: row(50, "drafts to a discussion at once, after a pause", rate, "discussionSends"),
  marksPerMinute: row(600, "read marks and settings a minute of a user", rate, "marks"),
  marksBurst: row(200, "read marks and settings of a user at once, after a pause", rate, "marks"),
  groupsPerHour: row(10, "groups an hour of a user", rate, "groups"),
  groupsBurst: row(10, "groups of a user at once, after a pause", rate, "groups"),
  invitesPerDay: row(200, "invites a day of a user", rate, "newInvites"),
  invitesBurst: row(50, "invites of a user at once, after a pause", rate, "newInvites"),
  signalsPerMinute: row(60, "signals a minute of a user", rate, "signals"),
  signalsBurst: row(20, "signals of a user at once, after a pause", rate, "signals"),
  discussionSignalsPerMinute: row(300, "signals a minute in a discussion", rate, "discussionSignals"),
  discussionSignalsBurst: row(50, "signals in a discussion at once, after a pause", rate, "discussionSignals"),
  connectionsPerUser: row(10, "WebSockets of a user", error("RateLimited")),
  connectionsPerAddress: row(20, "WebSockets of an address (IPv6: of a /64)", error("RateLimited")),
  requestsPerAddress: row(
    100,
    "HTTP requests unanswered at once, of an address (IPv6: of a /64)",
    error("RateLimited"),
  ),
  frameBytes: row(64 * KIB, "bytes of one inbound WebSocket message", closed(1009)),
  bodyBytes: row(256 * KIB, "bytes of one HTTP request's body", error("TooLarge")),
  bodyMs: row(10_000, "milliseconds for one HTTP request's body to come", error("TooSlow")),
  batchCalls: row(50, "calls in one HTTP or WebSocket batch", error("Malformed")),
  jsonDepth: row(16, "nesting of one JSON input", error("Malformed")),
  callDeadlineMs: row(
    10_000,
    "milliseconds that a draft may take to be decided and stored; then not-now or unknown",
    busy,
  ),
  ownStreamMs: row(1_000, "milliseconds for which a write waits for the caller's own stream; then it is `pending`"),
  feedQueueEvents: row(2_000, "events waiting for one feed", behind),
  feedQueueBytes: row(512 * KIB, "bytes of events waiting for one feed", behind),
  feedSignals: row(1_000, "signals waiting for one feed, of different things; more are dropped"),
  nodeSignals: row(2_000, "signals waiting for another node, of different things; more are dropped"),
  socketBytes: row(
    512 * KIB,
    "bytes waiting in one socket before its feeds pause; at eight times that it ends",
    closed(1008),
  ),
  stuckReaderMs: row(30_000, "milliseconds in which a reader takes nothing of what waits", closed(1008)),
  frameEvents: row(64, "events of one frame"),
  beatMs: row(15_000, "milliseconds between beats (LIVE4)"),
  cursorMs: row(1_000, "milliseconds in which a cursor changes at most once (LIVE1)"),
  typingMs: row(5_000, "milliseconds after which somebody is not believed to type any more (LIVE7)"),
  presenceMs: row(
    300_000,
    "milliseconds for which a presence is believed; it is told again after half of them (LIVE7)",
  ),
  presencePerSecond: row(5_000, "presence signals that a node hands to feeds in a second; others wait"),
  presenceGraceMs: row(10_000, "milliseconds without a feed, or its node, after which somebody is offline"),
  tokenMs: row(12 * HOUR_MS, "milliseconds that a log-in token is good for", error("Unauthenticated")),
  drainMs: row(5_000, "milliseconds that open work gets to finish when the server stops"),
} as const satisfies Record<string, LimitRow>;

const ofDomain = DEFAULT_LIMITS;
const DOMAIN_ROWS: Rows<DomainLimits> = {
  textCodePoints: row(ofDomain.textCodePoints, "code points of a message's text", rejected("TextTooLong")),
  textBytes: row(ofDomain.textBytes, "bytes of a message's text", rejected("TextTooLong")),
  attachments: row(ofDomain.attachments, "attachments of a message", rejected("TooManyAttachments")),
  mentions: row(ofDomain.mentions, "mentions in a message", rejected("TooManyMentions")),
  emojiPerMessage: row(ofDomain.emojiPerMessage, "different emoji on a message", rejected("TooManyEmoji")),
  members: row(ofDomain.members, "members of a group", rejected("GroupFull")),
  nameCodePoints: row(ofDomain.nameCodePoints, "code points of a name", rejected("NameInvalid")),
  reasonCodePoints: row(ofDomain.reasonCodePoints, "code points of a moderator's reason", rejected("ReasonTooLong")),
  descriptionCodePoints: row(ofDomain.descriptionCodePoints, "code points of a description", rejected("TextTooLong")),
  pins: row(ofDomain.pins, "pins of a discussion", rejected("TooManyPins")),
  openFlags: row(ofDomain.openFlags, "open flags of a discussion", rejected("TooManyFlags")),
  openFlagsPerMember: row(ofDomain.openFlagsPerMember, "of these, one member's", rejected("TooManyFlags")),
  purges: row(ofDomain.purges, "purges of a discussion", rejected("TooManyPurges")),
  invites: row(ofDomain.invites, "invites of a group that are good for something", rejected("TooManyInvites")),
  blocks: row(ofDomain.blocks, "people whom one user blocks", rejected("TooManyBlocks")),
  slowModeSeconds: row(ofDomain.slowModeSeconds, "seconds of a slow mode", rejected("PeriodInvalid")),
};

const ofStorage = DEFAULT_STORAGE_LIMITS;
const IN_ALL = "with those that are being written";
const STORAGE_ROWS: Rows<StorageLimits> = {
  queueDrafts: row(ofStorage.queueDrafts, `drafts waiting for one shard, ${IN_ALL}`, busy),
  queueBytes: row(ofStorage.queueBytes, `bytes of drafts waiting for one shard, ${IN_ALL}`, busy),
  queueMarks: row(ofStorage.queueMarks, "read marks and settings waiting for one shard", unavailable),
  flushesPerServer: row(ofStorage.flushesPerServer, "flushes in flight on one PostgreSQL server"),
  flushAgeMs: row(ofStorage.flushAgeMs, "milliseconds for which a flush counts among those"),
  cacheStreams: row(ofStorage.cacheStreams, "streams whose states a shard's writer keeps in memory"),
  cacheMessages: row(ofStorage.cacheMessages, "messages whose states a shard's writer keeps in memory"),
  flushDeadlineMs: row(ofStorage.flushDeadlineMs, "milliseconds of one flush", {
    kind: "not-now",
    reason: "Unavailable",
  }),
  readDeadlineMs: row(ofStorage.readDeadlineMs, "milliseconds of one read", unavailable),
  readConnections: row(
    ofStorage.readConnections,
    "read connections to one server, of which a shard gets a quarter, and what several share another",
  ),
  waiters: row(ofStorage.waiters, "reads waiting for a connection, or for a shard's share", unavailable),
  pageEvents: row(ofStorage.pageEvents, "events of one page", page),
  pageBytes: row(ofStorage.pageBytes, "bytes of one page of events", page),
  backfillPerStream: row(ofStorage.backfillPerStream, "events that a resuming feed sends of a stream", behind),
  backfillTotal: row(ofStorage.backfillTotal, "events that a resuming feed sends in all", behind),
  backfillBytes: row(ofStorage.backfillBytes, "bytes of what a resuming feed sends", behind),
  ringEvents: row(ofStorage.ringEvents, "newest events of a shard kept in memory"),
  ringBytes: row(ofStorage.ringBytes, "bytes of the newest events of a shard kept in memory"),
  handleRedirectMs: row(ofStorage.handleRedirectMs, "milliseconds in which a handle that was left leads to its user"),
  handleHeldMs: row(ofStorage.handleHeldMs, "milliseconds after an account's end until its handle is free"),
  handleRedirects: row(ofStorage.handleRedirects, "past handles that lead to one user at once", error("RateLimited")),
};

export type ServerLimits = { readonly [Name in keyof typeof SERVER_ROWS]: number };
export type Limits = Readonly<DomainLimits & StorageLimits & ServerLimits>;
export type LimitName = keyof Limits;

/** The table. */
export const LIMITS: Rows<Limits> = { ...SERVER_ROWS, ...DOMAIN_ROWS, ...STORAGE_ROWS };

export const ALL_DEFAULT_LIMITS: Limits = Object.freeze(valuesOf(LIMITS));
export const DEFAULT_SERVER_LIMITS: ServerLimits = Object.freeze(valuesOf(SERVER_ROWS));

/** As good as none. */
const LIFTED = 1_000_000_000;

/**
 * Rates and counts of calls and connections lifted, all other bounds as they are: for benchmarks, imports and replays, which are one
 * machine that plays many. A server that runs so says it when it starts.
 */
export const LIFTED_FOR_LOAD = Object.freeze({
  ...{ callsPerMinute: LIFTED, callsBurst: LIFTED, callsDebt: LIFTED, callsInFlight: LIFTED, pagesAtOnce: LIFTED },
  ...{ subscriptions: LIFTED, pageCallEvents: LIFTED, pageCallBytes: LIFTED },
  ...{ sendsPerMinute: LIFTED, sendsBurst: LIFTED, groupsPerHour: LIFTED, groupsBurst: LIFTED },
  ...{ invitesPerDay: LIFTED, invitesBurst: LIFTED },
  ...{ discussionSendsPerMinute: LIFTED, discussionSendsBurst: LIFTED, marksPerMinute: LIFTED, marksBurst: LIFTED },
  ...{ signalsPerMinute: LIFTED, signalsBurst: LIFTED },
  ...{ discussionSignalsPerMinute: LIFTED, discussionSignalsBurst: LIFTED },
  ...{ connectionsPerUser: LIFTED, connectionsPerAddress: LIFTED, requestsPerAddress: LIFTED },
}) satisfies Partial<Limits>;

/** Sets of limits that `GATZ_LIMITS` knows by name. */
export const PRESETS: Readonly<Record<string, Partial<Limits>>> = { "lifted-for-load": LIFTED_FOR_LOAD };

export function isLimit(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}

/** Limiters whose refusals are counted by `gatz_limited_total`; of the others `gatz_outcomes_total` and `gatz_calls_total` tell, by code. */
const COUNTED: ReadonlySet<string> = new Set([
  ...[
    "calls",
    "callsDebt",
    "callsInFlight",
    "subscriptions",
    "sends",
    "discussionSends",
    "groups",
    "marks",
    "newInvites",
  ],
  ...["signals", "discussionSignals"],
  ...["connectionsPerUser", "connectionsPerAddress", "requestsPerAddress", "frameBytes", "jsonDepth"],
]);

/** The label under which refusals of a limit are counted. */
function limiterOf(name: LimitName): string {
  return LIMITS[name].limiter ?? name;
}

/** A limit as docs/limits.md shows it: name, default, from where on it is one, what it bounds, what who meets it is told, and under which label that is counted. */
export function limitRow(name: LimitName): readonly string[] {
  const { default: value, bounds, refusal } = LIMITS[name];
  const counted = COUNTED.has(limiterOf(name)) ? `\`${limiterOf(name)}\`` : "";
  const least = LEAST[name]?.toLocaleString("en-GB") ?? "";
  return [`\`${name}\``, value.toLocaleString("en-GB"), least, bounds, refusal === null ? "" : shown(refusal), counted];
}

function shown(refusal: Refusal): string {
  switch (refusal.kind) {
    case "rate":
      return "`RateLimited`";
    case "error":
      return `error \`${refusal.code}\``;
    case "rejected":
      return `rejected \`${refusal.code}\``;
    case "not-now":
      return `not-now \`${refusal.reason}\``;
    case "closed":
      return `closed with ${refusal.code}`;
    case "behind":
      return "`behind`";
    case "page":
      return "a shorter page";
    default:
      return unreachable(refusal);
  }
}

/** Which limits are not the default ones, as name=number. */
export function changedLimits(limits: Limits): string[] {
  const names = Object.keys(LIMITS).filter(isLimit);
  return names.filter((name) => limits[name] !== LIMITS[name].default).map((name) => `${name}=${limits[name]}`);
}

function valuesOf<L>(rows: Rows<L>): { [Name in keyof L]: number } {
  const pairs = Object.entries<LimitRow>(rows).map(([name, { default: value }]) => [name, value]);
  // The same names with numbers; TypeScript can't see that through the pairs.
  return Object.fromEntries(pairs) as { [Name in keyof L]: number };
}
