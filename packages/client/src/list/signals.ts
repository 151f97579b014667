/** Who types, and who is there, as long as it is to be believed (LIVE7). @module */
import {
  type DiscussionId,
  type FeedItem,
  isDiscussionDraft,
  type LogEvent,
  type Signal,
  type UnixMs,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Timing } from "../timing.ts";
import type { Blocks } from "./blocks.ts";
import type { Presence } from "./contract.ts";
import { KeptCells } from "./kept_cells.ts";

/** A clock that is wrong by hours must neither hide what is said nor keep it for ever. */
const TYPING_MS = { least: 1_000, most: 10_000 };
const PRESENCE_MS = { least: 10_000, most: 15 * 60_000 };

/** Of each kind, beside those that somebody observes. */
const MOST_KEPT = 2_000;

const NOBODY: readonly UserId[] = Object.freeze([]);
const UNKNOWN: Presence = Object.freeze({ status: "unknown" });

export interface SignalsOptions {
  readonly blocks: Pick<Blocks, "users">;
  readonly timing: Timing;
}

export class Signals {
  readonly #blocks: Pick<Blocks, "users">;
  readonly #timing: Timing;
  readonly #typing = new KeptCells<DiscussionId, readonly UserId[]>({ most: MOST_KEPT, initial: () => NOBODY });
  readonly #presence = new KeptCells<UserId, Presence>({
    most: MOST_KEPT,
    initial: () => UNKNOWN,
    onGone: (user) => this.#expiring.delete(user),
  });
  /** By what it is about: when it is not to be believed any more, and what is done then. */
  readonly #expiring = new Map<string, { readonly at: number; readonly expire: () => void }>();
  #pause = new AbortController();
  #isWaiting = false;
  #isClosed = false;

  constructor({ blocks, timing }: SignalsOptions) {
    this.#blocks = blocks;
    this.#timing = timing;
  }

  /** In the order in which they began. */
  typing(discussion: DiscussionId): Observable<readonly UserId[]> {
    return this.#typing.observe(discussion);
  }

  presence(user: UserId): Observable<Presence> {
    return this.#presence.observe(user);
  }

  take(items: readonly FeedItem[]): void {
    for (const item of items) {
      if (item.type === "signal") this.#signal(item);
      if (item.type === "event") this.#event(item.event);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#expiring.clear();
    this.#pause.abort();
    this.#typing.close();
    this.#presence.close();
  }

  #signal(signal: Signal): void {
    switch (signal.kind) {
      case "typing": {
        const { discussion, user, on, expiresAt } = signal;
        // Whom one blocks one does not see, writing neither (BLK1).
        if (!on || this.#blocks.users.snapshot()?.has(user)) return this.#stopped(discussion, user);
        const before = this.#typing.snapshot(discussion) ?? NOBODY;
        if (!before.includes(user)) this.#typing.set(discussion, [...before, user]);
        return this.#expireAt(
          typingKey(discussion, user),
          this.#until(expiresAt, TYPING_MS),
          () => this.#stopped(discussion, user),
        );
      }
      case "presence": {
        const { user, status, lastSeen, expiresAt } = signal;
        const present = status === "offline" ? { status, ...(lastSeen !== undefined && { lastSeen }) } : { status };
        this.#presence.set(user, present);
        const until = this.#until(expiresAt, PRESENCE_MS);
        return this.#expireAt(user, until, () => this.#presence.set(user, UNKNOWN));
      }
      default:
        return unreachable(signal);
    }
  }

  /** Who has sent it does not type any more, nor who is gone, or blocked from now on. */
  #event(event: LogEvent): void {
    if (event.type === "block-user") return this.#silenced(event.body.user);
    if (!isDiscussionDraft(event)) return;
    const { stream, type, actor, body } = event;
    if ((type === "new-message" || type === "leave") && actor !== "system") this.#stopped(stream, actor);
    if (type === "remove-member" || type === "ban-member") this.#stopped(stream, body.user);
  }

  #silenced(user: UserId): void {
    for (const discussion of this.#typing.keys) this.#stopped(discussion, user);
  }

  #stopped(discussion: DiscussionId, user: UserId): void {
    this.#expiring.delete(typingKey(discussion, user));
    const before = this.#typing.snapshot(discussion);
    if (before?.includes(user)) this.#typing.set(discussion, before.filter((other) => other !== user));
  }

  #until(expiresAt: UnixMs, { least, most }: typeof TYPING_MS): number {
    const now = this.#timing.now();
    return Math.min(Math.max(expiresAt, now + least), now + most);
  }

  #expireAt(about: string, at: number, expire: () => void): void {
    this.#expiring.set(about, { at, expire });
    this.#pause.abort();
    void this.#expireAll();
  }

  async #expireAll(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    while (this.#expiring.size > 0 && !this.#isClosed) {
      this.#pause = new AbortController();
      const next = Math.min(...[...this.#expiring.values()].map(({ at }) => at));
      await this.#timing.wait(Math.max(next - this.#timing.now(), 0), this.#pause.signal);
      for (const [about, { at, expire }] of [...this.#expiring]) {
        if (at > this.#timing.now()) continue;
        this.#expiring.delete(about);
        expire();
      }
    }
    this.#isWaiting = false;
  }
}

const typingKey = (discussion: DiscussionId, user: UserId) => `${discussion} ${user}`;
