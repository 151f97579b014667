/**
 * Presence (LIVE7): who has a feed open is online, or away if they say so, to whoever shares a group with them. Coarse on purpose: it is
 * told when it changes and again now and then, known by nodes for some minutes, and stored nowhere.
 * @module
 */
import { type GroupId, isGroupStream, type PresenceStatus, unixMs, type UserId, type UserState } from "@gatz/domain";
import { type NodeId, ShardUnavailable } from "@gatz/storage/contract";
import type { ServerLimits } from "../../limits.ts";
import { logEvent } from "../../log_events.ts";
import type { Delivery } from "../delivery.ts";
import type { HubObserver, Subscriber } from "../hub.ts";
import type { SignalEntry } from "../queue.ts";
import type { PresenceMessage } from "./message.ts";
import { People } from "./people.ts";
import { signalEntry } from "./signal_entry.ts";

export interface PresenceOptions {
  readonly node: NodeId;
  readonly limits: Pick<ServerLimits, "presenceMs" | "presenceGraceMs">;
  /** Milliseconds, from any beginning; and Unix milliseconds. */
  readonly now: () => number;
  readonly wallClock: () => number;
  /** Throws `ShardUnavailable`. */
  readonly groupsOf: (user: UserId) => Promise<readonly GroupId[]>;
  /** Whether one of the two blocks the other: then neither learns of the other's presence (BLK1). */
  readonly areApart: (one: UserId, other: UserId) => boolean;
  /** Takes it to all other nodes. */
  readonly publish: (message: PresenceMessage) => void;
  /** Hands it to the feeds that these users have here. */
  readonly tell: (users: readonly UserId[], signal: SignalEntry) => void;
}

/** A user with feeds here, or lately. */
interface Here {
  /** Undefined until their own stream was asked. */
  groups: readonly GroupId[] | undefined;
  status: PresenceStatus;
  /** When it is to be said again. */
  sayAt: number;
  /** When the last of their feeds ended. */
  endedAt: number | undefined;
}

/** How many users' groups are asked for at once: presence comes after all else. */
const ASKED_AT_ONCE = 4;
const ASK_AGAIN_MS = 5_000;
const MINUTE_MS = 60_000;

export class Presence implements HubObserver {
  readonly #options: PresenceOptions;
  readonly #here = new Map<UserId, Here>();
  readonly #people = new People();
  readonly #toSay = new Set<UserId>();
  readonly #timer: ReturnType<typeof setInterval>;
  #saying = 0;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { presenceMs, presenceGraceMs } = options.limits;
    this.#timer = setInterval(() => this.#look(), Math.max(20, Math.min(1_000, presenceMs / 10, presenceGraceMs / 4)));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  began(subscriber: Subscriber, _first: boolean): void {
    const { user } = subscriber;
    const known = this.#here.get(user);
    if (known === undefined) {
      this.#here.set(user, { groups: undefined, status: "online", sayAt: 0, endedAt: undefined });
      return this.#sayOf(user);
    }
    known.endedAt = undefined;
    for (const signal of this.#seenBy(user)) subscriber.signal(signal);
  }

  ended(user: UserId, last: boolean): void {
    const here = this.#here.get(user);
    if (last && here !== undefined) here.endedAt = this.#options.now();
  }

  /** Follows who comes into a group and who leaves it, as their own streams tell. */
  handed({ event, state }: Delivery): void {
    if (state.kind !== "user") return;
    const moves = (event.type === "added-to" && isGroupStream(event.body.stream)) || event.type === "left-group";
    const here = moves ? this.#here.get(state.id) : undefined;
    if (here === undefined) return;
    here.groups = openGroups(state);
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
    const { user } = message;
    this.#people.note(message, this.#options.now() + this.#options.limits.presenceMs);
    this.#show(user);
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
    for (const [user, here] of this.#here) {
      if (here.endedAt !== undefined && now - here.endedAt >= this.#options.limits.presenceGraceMs) this.#leave(user);
      else if (here.sayAt <= now) this.#sayOf(user);
    }
    for (const user of this.#people.expired(now)) this.#show(user);
  }

  #leave(user: UserId): void {
    const groups = this.#here.get(user)?.groups ?? [];
    this.#here.delete(user);
    this.#say({ kind: "presence", user, node: this.#options.node, status: "offline", groups });
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
      const isNew = here.groups === undefined;
      const groups = here.groups ?? await this.#ask(user);
      // Their own stream may have told meanwhile, or they may be gone.
      here.groups ??= groups ?? undefined;
      if (here.groups === undefined) here.sayAt = this.#options.now() + ASK_AGAIN_MS;
      else if (this.#here.get(user) === here) this.#sayNow(user, { groups: here.groups, status: here.status, isNew });
    }
    this.#saying--;
  }

  #sayNow(
    user: UserId,
    { groups, status, isNew }: { groups: readonly GroupId[]; status: PresenceStatus; isNew: boolean },
  ): void {
    this.#say({ kind: "presence", user, node: this.#options.node, status, groups });
    if (isNew) { for (const signal of this.#seenBy(user)) this.#options.tell([user], signal); }
  }

  /** Null: not to be had now. Never rejects: whatever it was, presence ends no process. */
  async #ask(user: UserId): Promise<readonly GroupId[] | null> {
    try {
      return await this.#options.groupsOf(user);
    } catch (error) {
      if (!(error instanceof ShardUnavailable)) logEvent("live.signal-failed", { error });
      return null;
    }
  }

  #say(message: PresenceMessage): void {
    this.note(message);
    this.#options.publish(message);
  }

  /** Tells all who are to know how somebody is there now. */
  #show(user: UserId): void {
    const viewers = this.#people.companionsOf(user).filter((viewer) =>
      this.#here.has(viewer) && !this.#options.areApart(viewer, user)
    );
    this.#options.tell(viewers, this.#signalOf(user));
    if (this.#people.statusOf(user) === "offline") this.#people.forget(user);
  }

  /** How everybody else is there whom the user may know of. */
  #seenBy(user: UserId): SignalEntry[] {
    return this.#people.companionsOf(user).filter((other) => other !== user && !this.#options.areApart(user, other))
      .map((other) => this.#signalOf(other));
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

function openGroups({ inbox }: UserState): GroupId[] {
  // The keys of an inbox are the ids of groups.
  return (Object.keys(inbox) as GroupId[]).filter((group) => {
    const own = inbox[group]!.streams[group];
    return own !== undefined && own.ended === undefined;
  });
}
