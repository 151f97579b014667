/** Typing and presence on one node: what is said here goes to the feeds here and to all other nodes, and is kept nowhere (LIVE7). @module */
import {
  decide,
  type DiscussionId,
  type DiscussionState,
  type DomainLimits,
  makeId,
  membersNow,
  type PresenceStatus,
  type Rejection,
  shardOf,
  unixMs,
  unreachable,
  type UserId,
} from "@gatz/domain";
import { type NodeId, ShardUnavailable, type Storage } from "@gatz/storage/contract";
import type { ServerLimits } from "../../limits.ts";
import { logEvent } from "../../log_events.ts";
import type { Hub } from "../hub.ts";
import type { PresenceMessage, SignalMessage, TypingMessage } from "./message.ts";
import { NewestStates } from "./newest_states.ts";
import { Presence } from "./presence.ts";
import { signalEntry } from "./signal_entry.ts";

export type SignalLimits =
  & Pick<ServerLimits, "typingMs" | "presenceMs" | "presenceGraceMs" | "presencePerSecond">
  & DomainLimits;

export interface SignalsOptions {
  readonly node: NodeId;
  readonly hub: Pick<Hub, "observe" | "signal" | "status" | "position">;
  readonly source: Pick<Storage, "state" | "groupsOf" | "account">;
  readonly limits: SignalLimits;
  /** Milliseconds, from any beginning; and Unix milliseconds. */
  readonly now: () => number;
  readonly wallClock: () => number;
  /** Takes it to all other nodes; what can't be taken there now is lost. */
  readonly publish: (message: SignalMessage) => void;
}

export interface Typing {
  readonly user: UserId;
  readonly discussion: DiscussionId;
  readonly on: boolean;
}

export class Signals {
  readonly #options: SignalsOptions;
  readonly #states: NewestStates;
  readonly #presence: Presence;

  constructor(options: SignalsOptions) {
    this.#options = options;
    const { hub, source, publish } = options;
    this.#states = new NewestStates({ source, isFollowed: (shard) => hub.position(shard) !== undefined });
    this.#presence = new Presence({
      ...options,
      groupsOf: (user) => source.groupsOf(user),
      blocksOf: async (user) => (await source.account(user))?.blocks ?? [],
      publish,
      tell: (users, signal) => hub.signal(users, signal),
    });
    hub.observe({
      began: (user) => this.#presence.began(user),
      ended: (user, last) => last && this.#presence.ended(user),
      handed: (delivery) => {
        this.#states.handed(delivery);
        this.#presence.handed(delivery);
      },
    });
  }

  stop(): void {
    this.#presence.stop();
  }

  /**
   * Why somebody may not type in a discussion: what they would be answered if they sent a message there. Null if they may.
   * Throws `ShardUnavailable`.
   */
  async refuseTyping({ user, discussion }: Omit<Typing, "on">): Promise<Rejection | null> {
    const { wallClock, limits } = this.#options;
    const decision = decide(
      { stream: await this.#states.of(discussion), messages: new Map() },
      wouldBeMessage(user, discussion),
      { at: unixMs(wallClock()), limits, users: new Map(), blobs: new Set() },
    );
    // What is only refused for now, such as by slow mode, may be typed meanwhile.
    return decision.kind === "rejected" ? decision : null;
  }

  async typing(typing: Typing): Promise<void> {
    const message: TypingMessage = { kind: "typing", ...typing };
    this.#options.publish(message);
    await this.#showTyping(message);
  }

  setStatus(user: UserId, status: PresenceStatus): void {
    this.#presence.setStatus(user, status);
    this.#options.publish({ kind: "status", user, status });
  }

  /** What another node says. Never rejects. */
  async receive(message: SignalMessage): Promise<void> {
    switch (message.kind) {
      case "typing":
        return await this.#showTyping(message);
      case "presence":
        return this.#presence.note(message);
      case "status":
        return this.#presence.setStatus(message.user, message.status);
      default:
        return unreachable(message);
    }
  }

  /** For a node that knows nothing yet. */
  snapshot(): Iterable<PresenceMessage> {
    return this.#presence.snapshot();
  }

  /** Another node is there no more. Returns what those should hear who can't have noticed. */
  gone(node: NodeId): readonly PresenceMessage[] {
    return this.#presence.gone(node);
  }

  /** Another node may have missed what was said here. */
  repeat(): void {
    this.#presence.sayAll();
  }

  async #showTyping({ discussion, user, on }: TypingMessage): Promise<void> {
    const { hub, limits, now, wallClock } = this.#options;
    // Who is a member by now is not known: a signal more or less does not matter, who gets it does.
    if (hub.status(shardOf(discussion)) !== "ok") return;
    const signal = { kind: "typing", discussion, user, on, expiresAt: unixMs(wallClock() + limits.typingMs) } as const;
    const entry = signalEntry(signal, now() + limits.typingMs);
    const state = await this.#known(discussion);
    if (state === null) return;
    hub.signal(membersNow(state).filter((viewer) => viewer !== user && !this.#presence.blocks(viewer, user)), entry);
  }

  /** Null: it is not known now who is a member. */
  async #known(discussion: DiscussionId): Promise<DiscussionState | null> {
    try {
      return await this.#states.of(discussion);
    } catch (error) {
      if (!(error instanceof ShardUnavailable)) logEvent("live.signal-failed", { error });
      return null;
    }
  }
}

/** The plainest message: nothing but who sends it, and where, can be wrong with it. */
function wouldBeMessage(actor: UserId, stream: DiscussionId) {
  const random = new Uint8Array(8);
  return {
    ...{ stream, actor, type: "new-message", version: 1 } as const,
    id: makeId("msg", { shard: shardOf(stream), unixMs: 0, random }),
    body: { text: "…", mentions: [], attachments: [] },
  };
}
