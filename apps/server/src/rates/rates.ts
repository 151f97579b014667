/** All limiters of a node: the buckets that calls and drafts are paid from, and what may be open at once (SEC2). @module */
import {
  type DiscussionId,
  type Draft,
  isDiscussionStream,
  isGroupStream,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import { type ApiError, rateLimited } from "../errors.ts";
import type { LimitName, ServerLimits } from "../limits.ts";
import { Buckets, type Rate } from "./buckets.ts";
import { Caller } from "./caller.ts";
import type { Charge } from "./charge.ts";
import { Counts } from "./counts.ts";
import { Turns } from "./turns.ts";

/** Who makes calls: over HTTP a user, else an address; a WebSocket is a caller of its own. */
export type CallerKey = UserId | `address ${string}` | symbol;

/** A connection that was let in. */
export interface Admitted {
  readonly caller: Caller;
  /** To be called once the connection is no more. */
  readonly leave: () => void;
}

export interface RatesOptions {
  readonly limits: ServerLimits;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** Told the limiter of each refusal, for the metrics. */
  readonly refused: (limiter: string) => void;
}

/** When one of many connections may have been closed. */
const OPEN_RETRY_MS = 5_000;

export class Rates {
  readonly refused: RatesOptions["refused"];
  readonly #connectionsOfUser: Counts<UserId>;
  readonly #connectionsOfAddress: Counts<string>;
  readonly #requestsOfAddress: Counts<string>;
  readonly #limits: ServerLimits;
  readonly #calls: Buckets<CallerKey>;
  readonly #inFlight: Counts<CallerKey>;
  readonly #subscriptions: Counts<CallerKey>;
  /** Of reading pages, by user and shard: one shard that is stuck holds up no other (SHARD2). */
  readonly #pages: Turns<string>;
  readonly #sends: Buckets<UserId>;
  readonly #discussionSends: Buckets<DiscussionId>;
  readonly #marks: Buckets<UserId>;
  readonly #groups: Buckets<UserId>;
  readonly #invites: Buckets<UserId>;
  readonly #signals: Buckets<UserId>;
  readonly #discussionSignals: Buckets<DiscussionId>;

  constructor({ limits, now, refused }: RatesOptions) {
    this.#limits = limits;
    this.refused = refused;
    this.#connectionsOfUser = new Counts(limits.connectionsPerUser);
    this.#connectionsOfAddress = new Counts(limits.connectionsPerAddress);
    this.#requestsOfAddress = new Counts(limits.requestsPerAddress);
    this.#calls = new Buckets(perMinute(limits.callsPerMinute, limits.callsBurst), now);
    this.#inFlight = new Counts(limits.callsInFlight);
    this.#subscriptions = new Counts(limits.subscriptions);
    this.#pages = new Turns(limits.pagesAtOnce);
    this.#sends = new Buckets(perMinute(limits.sendsPerMinute, limits.sendsBurst), now);
    this.#discussionSends = new Buckets(
      perMinute(limits.discussionSendsPerMinute, limits.discussionSendsBurst),
      now,
    );
    this.#marks = new Buckets(perMinute(limits.marksPerMinute, limits.marksBurst), now);
    this.#groups = new Buckets({ perHour: limits.groupsPerHour, burst: limits.groupsBurst }, now);
    this.#invites = new Buckets({ perHour: limits.invitesPerDay / 24, burst: limits.invitesBurst }, now);
    this.#signals = new Buckets(perMinute(limits.signalsPerMinute, limits.signalsBurst), now);
    this.#discussionSignals = new Buckets(
      perMinute(limits.discussionSignalsPerMinute, limits.discussionSignalsBurst),
      now,
    );
  }

  caller(key: CallerKey): Caller {
    return new Caller(key, {
      calls: this.#calls,
      inFlight: this.#inFlight,
      subscriptions: this.#subscriptions,
      mostDebt: this.#limits.callsDebt,
      refused: this.refused,
    });
  }

  /**
   * Lets one more connection of an address in; it is a caller of its own.
   * @throws {ApiError} RateLimited
   */
  admit(place: string): Admitted {
    if (!this.#connectionsOfAddress.enter(place)) throw this.#refusal("connectionsPerAddress");
    return { caller: this.caller(Symbol("connection")), leave: () => this.#connectionsOfAddress.leave(place) };
  }

  /**
   * Counts a connection as its user's, until what this returns is called.
   * @throws {ApiError} RateLimited
   */
  admitUser(user: UserId): () => void {
    if (!this.#connectionsOfUser.enter(user)) throw this.#refusal("connectionsPerUser");
    return () => this.#connectionsOfUser.leave(user);
  }

  /**
   * Counts an HTTP request of an address as unanswered, until what this returns is called.
   * @throws {ApiError} RateLimited
   */
  admitRequest(place: string): () => void {
    if (!this.#requestsOfAddress.enter(place)) throw this.#refusal("requestsPerAddress");
    return () => this.#requestsOfAddress.leave(place);
  }

  /** Reads a page of a stream's log, or a stream as it was, when it is the user's turn: much work, in which those who ask for many must not hold up others. */
  async readInTurn<T>({ user, stream }: { user: UserId; stream: StreamId }, read: () => Promise<T>): Promise<T> {
    const key = `${user} ${shardOf(stream)}`;
    await this.#pages.begin(key);
    try {
      return await read();
    } finally {
      this.#pages.end(key);
    }
  }

  /**
   * Takes what read marks and settings cost, all or nothing; more at once than there can be cost what there can be.
   * @throws {ApiError} RateLimited
   */
  payMarks(user: UserId, many: number): void {
    const wait = this.#marks.take(user, Math.min(many, this.#limits.marksBurst));
    if (wait === 0) return;
    this.refused("marks");
    throw rateLimited({ limiter: "marks", retryAfterMs: Math.ceil(wait) });
  }

  /** What each draft of a user to a stream is paid from. */
  charges(user: UserId, stream: StreamId): readonly Charge[] {
    const charges: Charge[] = [{
      limiter: "sends",
      applies: () => true,
      take: () => this.#sends.take(user),
      giveBack: () => this.#sends.giveBack(user),
      // A rejected draft was work, and is the actor's own doing.
      isKept: (outcome) => outcome.kind !== "duplicate" && outcome.kind !== "not-now",
    }];
    if (isDiscussionStream(stream)) {
      charges.push({
        limiter: "discussionSends",
        applies: () => true,
        take: () => this.#discussionSends.take(stream),
        giveBack: () => this.#discussionSends.giveBack(stream),
        // What is rejected must not cost others: anybody can offer to any stream.
        isKept: mayBeInTheLog,
      });
    }
    if (isGroupStream(stream)) {
      charges.push(
        chargeOf(user, { limiter: "groups", type: "create", buckets: this.#groups }),
        chargeOf(user, { limiter: "newInvites", type: "create-invite", buckets: this.#invites }),
      );
    }
    return charges;
  }

  /**
   * Counts a signal of a user.
   * @throws {ApiError} RateLimited
   */
  paySignal(user: UserId): void {
    this.#pay("signals", this.#signals.take(user));
  }

  /**
   * Counts a signal in a discussion, of somebody who is known to be a member: others learn nothing of how busy it is (VIS3).
   * @throws {ApiError} RateLimited
   */
  payDiscussionSignal(discussion: DiscussionId): void {
    this.#pay("discussionSignals", this.#discussionSignals.take(discussion));
  }

  #pay(limiter: string, waitMs: number): void {
    if (waitMs === 0) return;
    this.refused(limiter);
    throw rateLimited({ limiter, retryAfterMs: Math.ceil(waitMs) });
  }

  #refusal(limiter: LimitName): ApiError {
    this.refused(limiter);
    return rateLimited({ limiter, retryAfterMs: OPEN_RETRY_MS });
  }
}

const mayBeInTheLog: Charge["isKept"] = ({ kind }) => kind === "accepted" || kind === "unknown";

/** Of what comes to be of one type. */
function chargeOf(
  user: UserId,
  { limiter, type, buckets }: { limiter: string; type: Draft["type"]; buckets: Buckets<UserId> },
): Charge {
  return {
    limiter,
    applies: (draft) => draft.type === type,
    take: () => buckets.take(user),
    giveBack: () => buckets.giveBack(user),
    isKept: mayBeInTheLog,
  };
}

function perMinute(tokens: number, burst: number): Rate {
  return { perHour: tokens * 60, burst };
}
