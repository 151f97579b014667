/** What every feed must be like (LIVE1–5, VIS1–2). */
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { shownAs } from "../../../tools/oracle/forms.ts";
import type { Stays } from "../../../tools/oracle/stays.ts";
import type { History, PlainItem, Session } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInSessions({ sessions, frameItems }: History, logs: PlainLogs): Generator<string> {
  for (const session of sessions) {
    const largest = Math.max(0, ...session.frames);
    if (largest > frameItems) yield `[LIVE5] a frame of ${largest} items for ${session.user}`;
    for (const what of new SessionJudge(session, logs).broken()) {
      yield `${what} (${session.user} on ${session.node})`;
    }
  }
}

class SessionJudge {
  readonly #session: Session;
  readonly #logs: PlainLogs;
  /** How far each stream was told in this session. */
  readonly #told = new Map<string, number>();
  readonly #broken: string[] = [];
  #isLive = false;

  constructor(session: Session, logs: PlainLogs) {
    this.#session = session;
    this.#logs = logs;
  }

  broken(): readonly string[] {
    for (const { item } of this.#session.items) this.#take(item);
    return this.#broken;
  }

  #take(item: PlainItem): void {
    switch (item.type) {
      case "event":
        this.#event(item.event);
        return this.#follow(item.event.stream, { from: item.event.seq, to: item.event.seq });
      case "opaque":
        this.#hidden(item);
        return this.#follow(item.stream, item);
      case "joined":
        this.#visibleFrom(item);
        return this.#jump(item.stream, item.head);
      case "behind":
        return this.#jump(item.stream, item.head);
      case "live":
        if (this.#isLive) this.#broken.push("[LIVE3] live twice");
        this.#isLive = true;
        return this.#heads(item);
      case "beat":
        if (!this.#isLive) this.#broken.push("[LIVE3] a beat before live");
        return this.#heads(item);
      case "shard":
      case "signal":
        return;
    }
  }

  #event(event: PlainEvent): void {
    const stored = this.#logs.of(event.stream)[event.seq - 1];
    const form = shownAs(event, stored);
    if (form === null) this.#broken.push(`[LIVE3] ${event.stream} ${event.seq} is not as in the log`);
    const isForThem = this.#staysIn(event.stream).sees(this.#session.user, event);
    if (!isForThem || (form !== null && !this.#formsOf(stored ?? event).has(form))) {
      this.#broken.push(`[VIS1] ${event.stream} ${event.seq} is not for who got it (${form})`);
    }
  }

  /** Only what is not to be seen is hidden; a stay that begins later may show it yet. */
  #hidden({ stream, from, to }: { stream: string; from: number; to: number }): void {
    const stays = this.#staysIn(stream);
    for (const event of this.#logs.of(stream).slice(from - 1, to)) {
      if (stays.sees(this.#session.user, event, to) && !this.#formsOf(event).has("opaque")) {
        this.#broken.push(`[VIS2] ${stream} ${event.seq} is hidden from who may see it`);
      }
    }
  }

  /** In a session each seq comes once and in order; after a cut some may come again, and none is left out. */
  #follow(stream: string, { from, to }: { from: number; to: number }): void {
    const told = this.#told.get(stream);
    if (told !== undefined && from !== told + 1) this.#broken.push(`[LIVE3] ${stream}: ${from} after ${told}`);
    const held = this.#session.held.get(stream) ?? 0;
    if (told === undefined && this.#session.resumed && from > held + 1) {
      this.#broken.push(`[LIVE3] ${stream} goes on at ${from} where ${held} was held`);
    }
    this.#told.set(stream, to);
  }

  /** A stay shows the past from where it was begun to, and no further. */
  #visibleFrom({ stream, visibleFrom, head }: Extract<PlainItem, { type: "joined" }>): void {
    const stays = this.#staysIn(stream).of(this.#session.user).filter(({ from }) => from <= head);
    if (stays.length > 0 && !stays.some(({ first }) => first === visibleFrom)) {
      this.#broken.push(`[LIVE2] ${stream} is visible from ${visibleFrom}, which none of the stays began with`);
    }
  }

  #jump(stream: string, head: number): void {
    const told = this.#told.get(stream) ?? 0;
    if (head < told) this.#broken.push(`[LIVE3] ${stream} jumps back from ${told} to ${head}`);
    if (!this.#staysIn(stream).isIn(this.#session.user, head)) {
      this.#broken.push(`[VIS3] ${stream} is told of at ${head} to who was not in it`);
    }
    if (head > this.#logs.of(stream).length) this.#broken.push(`[LIVE3] ${stream} has no ${head}`);
    this.#told.set(stream, head);
  }

  /** What a head tells of has come before it. */
  #heads({ type, heads }: { type: string; heads: readonly { readonly stream: string; readonly seq: number }[] }): void {
    for (const { stream, seq } of heads) {
      const told = this.#told.get(stream) ?? 0;
      if (seq > told) this.#broken.push(`[LIVE4] ${type} has ${stream} at ${seq}, and told of ${told}`);
    }
  }

  #formsOf(event: PlainEvent) {
    return this.#logs.ranks(event.stream).formsOf(event, this.#session.user);
  }

  #staysIn(stream: string): Stays {
    return this.#logs.stays(stream);
  }
}
