/** Who types, and who is there, as long as it is to be believed (LIVE7). @module */
import {
  type DiscussionId,
  type FeedItem,
  type LogEvent,
  type Signal,
  type UnixMs,
  unreachable,
  type UserId,
} from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import type { Timing } from "../timing.ts";
import type { Presence } from "./contract.ts";

/** A clock that is wrong by hours must neither hide what is said nor keep it for ever. */
const TYPING_MS = { least: 1_000, most: 10_000 };
const PRESENCE_MS = { least: 10_000, most: 15 * 60_000 };

const NOBODY: readonly UserId[] = Object.freeze([]);
const UNKNOWN: Presence = Object.freeze({ status: "unknown" });

export class Signals {
  readonly #timing: Timing;
  readonly #typing = new Map<DiscussionId, Cell<readonly UserId[]>>();
  readonly #presence = new Map<UserId, Cell<Presence>>();
  /** By what it is about: when it is not to be believed any more, and what is done then. */
  readonly #expiring = new Map<string, { readonly at: number; readonly expire: () => void }>();
  #pause = new AbortController();
  #isWaiting = false;
  #isClosed = false;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** In the order in which they began. */
  typing(discussion: DiscussionId): Observable<readonly UserId[]> {
    return cellOf(this.#typing, discussion, NOBODY);
  }

  presence(user: UserId): Observable<Presence> {
    return cellOf(this.#presence, user, UNKNOWN);
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
    for (const cell of [...this.#typing.values(), ...this.#presence.values()]) cell.close();
  }

  #signal(signal: Signal): void {
    switch (signal.kind) {
      case "typing": {
        const { discussion, user, on, expiresAt } = signal;
        if (!on) return this.#stopped(discussion, user);
        const cell = cellOf(this.#typing, discussion, NOBODY);
        if (!cell.snapshot().includes(user)) cell.set([...cell.snapshot(), user]);
        return this.#expireAt(
          typingKey(discussion, user),
          this.#until(expiresAt, TYPING_MS),
          () => this.#stopped(discussion, user),
        );
      }
      case "presence": {
        const { user, status, lastSeen, expiresAt } = signal;
        const cell = cellOf(this.#presence, user, UNKNOWN);
        cell.set(status === "offline" ? { status, ...(lastSeen !== undefined && { lastSeen }) } : { status });
        return this.#expireAt(user, this.#until(expiresAt, PRESENCE_MS), () => cell.set(UNKNOWN));
      }
      default:
        return unreachable(signal);
    }
  }

  /** Who has sent it does not type any more. */
  #event({ type, stream, actor }: LogEvent): void {
    if (type === "new-message") this.#stopped(stream as DiscussionId, actor as UserId); // messages are people's, in discussions
  }

  #stopped(discussion: DiscussionId, user: UserId): void {
    this.#expiring.delete(typingKey(discussion, user));
    const cell = this.#typing.get(discussion);
    if (cell?.snapshot().includes(user)) cell.set(cell.snapshot().filter((other) => other !== user));
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

function cellOf<K, V>(cells: Map<K, Cell<V>>, key: K, initial: V): Cell<V> {
  const cell = cells.get(key) ?? new Cell(initial);
  cells.set(key, cell);
  return cell;
}
