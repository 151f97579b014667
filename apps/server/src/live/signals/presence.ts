/**
 * Presence (LIVE7): who has a feed open is online, or away if they say so, to whoever shares a group with them and neither blocks nor is
 * blocked (BLK1). Coarse on purpose: it is told when it changes and again now and then, as fast as a node's budget for it allows, known by
 * nodes for some minutes, and stored nowhere.
 * @module
 */
import { type GroupId, type PresenceStatus, unixMs, type UserId } from "@gatz/domain";
import { type NodeId, ShardUnavailable } from "@gatz/storage/contract";
import type { ServerLimits } from "../../limits.ts";
import { logEvent } from "../../log_events.ts";
import type { Delivery } from "../delivery.ts";
import type { SignalEntry } from "../queue.ts";
import { changesCircle, type Circle, circleOf, NOBODY_NEAR } from "./circle.ts";
import type { PresenceMessage } from "./message.ts";
import { People } from "./people.ts";
import { signalEntry } from "./signal_entry.ts";

export interface PresenceOptions {
  readonly node: NodeId;
  readonly limits: Pick<ServerLimits, "presenceMs" | "presenceGraceMs" | "presencePerSecond">;
  /** Milliseconds, from any beginning; and Unix milliseconds. */
  readonly now: () => number;
  readonly wallClock: () => number;
  /** Both throw `ShardUnavailable`. */
  readonly groupsOf: (user: UserId) => Promise<readonly GroupId[]>;
  readonly blocksOf: (user: UserId) => Promise<readonly UserId[]>;
  /** Takes it to all other nodes. */
  readonly publish: (message: PresenceMessage) => void;
  /** Hands it to the feeds that these users have here. */
  readonly tell: (users: readonly UserId[], signal: SignalEntry) => void;
}

/** A user with feeds here, or lately. */
interface Here {
  /** Undefined until their own stream was asked. */
  circle: Circle | undefined;
  status: PresenceStatus;
  /** When it is to be said again. */
  sayAt: number;
  /** When the last of their feeds ended. */
  endedAt: number | undefined;
}

/** How many users' own streams are asked at once: presence comes after all else. */
const ASKED_AT_ONCE = 4;
const ASK_AGAIN_MS = 5_000;
const MINUTE_MS = 60_000;

export class Presence {
  readonly #options: PresenceOptions;
  readonly #here = new Map<UserId, Here>();
  readonly #people = new People();
  readonly #toSay = new Set<UserId>();
  /** Of whom others are to be told, and who is to be told of others. */
  readonly #toShow = new Set<UserId>();
  readonly #toWelcome = new Set<UserId>();
  readonly #timer: ReturnType<typeof setInterval>;
  #saying = 0;
  /** Signals that may be handed to feeds now; below 0, what was handed too many. */
  #budget: number;
  #lookedAt: number;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { presenceMs, presenceGraceMs, presencePerSecond } = options.limits;
    this.#budget = presencePerSecond;
    this.#lookedAt = options.now();
    this.#timer = setInterval(() => this.#look(), Math.max(20, Math.min(500, presenceMs / 10, presenceGraceMs / 4)));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A feed of the user's begins. */
  began(user: UserId): void {
    const known = this.#here.get(user);
    if (known === undefined) {
      this.#here.set(user, { circle: undefined, status: "online", sayAt: 0, endedAt: undefined });
      return this.#sayOf(user);
    }
    known.endedAt = undefined;
    this.#toWelcome.add(user);
    this.#tellAll();
  }

  /** The last feed of the user's has ended. */
  ended(user: UserId): void {
    const here = this.#here.get(user);
    if (here !== undefined) here.endedAt = this.#options.now();
  }

  /** Follows who comes into a group, who leaves it, and who blocks whom, as their own streams tell. */
  handed({ event, state }: Delivery): void {
    if (state.kind !== "user" || !changesCircle(event)) return;
    const here = this.#here.get(state.id);
    if (here === undefined) return;
    here.circle = circleOf(state);
    this.#toWelcome.add(state.id);
    this.#sayOf(state.id);
  }

  /** What a user says of themselves; of no account on a node that they have no feed at. */
  setStatus(user: UserId, status: PresenceStatus): void {
    const here = this.#here.get(user);
    if (here === undefined) return;
    here.status = status;
    this.#sayOf(user);
  }

  /** What another node says. */
  note(message: PresenceMessage): void {
    this.#people.note(message, this.#options.now() + this.#options.limits.presenceMs);
    this.#toShow.add(message.user);
    this.#tellAll();
  }

  /** Whether a user with a feed here blocks another, as far as is known. */
  blocks(user: UserId, other: UserId): boolean {
    return this.#people.blocks(user, other);
  }

  /** A node is dead, or can't be heard: its users are there only where another one says so. Returns what it would have said. */
  gone(node: NodeId): PresenceMessage[] {
    const messages = this.#people.claimedBy(node).map((user) => (
      { kind: "presence", user, node, status: "offline", ...this.#people.circleOf(user) } as const
    ));
    for (const message of messages) this.note(message);
    return messages;
  }

  /** For a node that knows nothing yet. */
  snapshot(): Iterable<PresenceMessage> {
    return this.#people.claims();
  }

  /** Another node may have missed all that was said here: it is said again, soon. */
  sayAll(): void {
    for (const user of this.#here.keys()) this.#sayOf(user);
  }

  #look(): void {
    const now = this.#options.now();
    const { presenceGraceMs, presencePerSecond } = this.#options.limits;
    const earned = presencePerSecond * (now - this.#lookedAt) / 1_000;
    this.#budget = Math.min(presencePerSecond, this.#budget + earned);
    this.#lookedAt = now;
    for (const [user, here] of this.#here) {
      if (here.endedAt !== undefined && now - here.endedAt >= presenceGraceMs) this.#leave(user, here);
      else if (here.sayAt <= now) this.#sayOf(user);
    }
    for (const user of this.#people.expired(now)) this.#toShow.add(user);
    this.#tellAll();
  }

  #leave(user: UserId, { circle = NOBODY_NEAR }: Here): void {
    this.#here.delete(user);
    this.#say(user, { status: "offline", ...circle });
  }

  #sayOf(user: UserId): void {
    this.#toSay.add(user);
    if (this.#saying < ASKED_AT_ONCE) void this.#sayAllWaiting();
  }

  async #sayAllWaiting(): Promise<void> {
    this.#saying++;
    for (const user of this.#toSay) {
      this.#toSay.delete(user);
      const here = this.#here.get(user);
      if (here === undefined) continue;
      here.sayAt = this.#options.now() + this.#options.limits.presenceMs / 2;
      if (here.circle === undefined) {
        this.#toWelcome.add(user);
        const circle = await this.#ask(user);
        // Their own stream may have told meanwhile, or they may be gone.
        here.circle ??= circle;
      }
      if (here.circle === undefined) here.sayAt = this.#options.now() + ASK_AGAIN_MS;
      else if (this.#here.get(user) === here) this.#say(user, { status: here.status, ...here.circle });
    }
    this.#saying--;
  }

  /** Undefined: not to be had now. Never rejects: whatever it was, presence ends no process. */
  async #ask(user: UserId): Promise<Circle | undefined> {
    const { groupsOf, blocksOf } = this.#options;
    try {
      const [groups, blocks] = await Promise.all([groupsOf(user), blocksOf(user)]);
      return { groups, blocks };
    } catch (error) {
      if (!(error instanceof ShardUnavailable)) logEvent("live.signal-failed", { error });
      return undefined;
    }
  }

  #say(user: UserId, what: Circle & Pick<PresenceMessage, "status">): void {
    const message: PresenceMessage = { kind: "presence", user, node: this.#options.node, ...what };
    this.note(message);
    this.#options.publish(message);
  }

  /** As much as the budget allows; the rest waits for {@link #look}. */
  #tellAll(): void {
    for (const user of this.#toShow) {
      if (this.#budget <= 0) return;
      this.#toShow.delete(user);
      this.#show(user);
    }
    for (const user of this.#toWelcome) {
      if (this.#budget <= 0) return;
      // Who is not known of yet waits until they are.
      if (this.#here.get(user)?.circle === undefined && this.#here.has(user)) continue;
      this.#toWelcome.delete(user);
      this.#welcome(user);
    }
  }

  /** Tells all who are to know how somebody is there now. */
  #show(user: UserId): void {
    const viewers = this.#people.companionsOf(user).filter((viewer) => this.#here.has(viewer));
    this.#budget -= viewers.length;
    this.#options.tell(viewers, this.#signalOf(user));
    if (this.#people.statusOf(user) === "offline") this.#people.forget(user);
  }

  /** Tells somebody how everybody is there whom they may know of. */
  #welcome(user: UserId): void {
    for (const other of this.#people.companionsOf(user)) {
      if (other === user) continue;
      this.#budget--;
      this.#options.tell([user], this.#signalOf(other));
    }
  }

  #signalOf(user: UserId): SignalEntry {
    const { limits, wallClock, now } = this.#options;
    const status = this.#people.statusOf(user);
    const at = wallClock();
    const signal = { kind: "presence", user, status, expiresAt: unixMs(at + limits.presenceMs) } as const;
    const lastSeen = unixMs(Math.floor(at / MINUTE_MS) * MINUTE_MS);
    return signalEntry(status === "offline" ? { ...signal, lastSeen } : signal, now() + limits.presenceMs);
  }
}
