/** What a discussion is after some of its events, its messages included (DISC1, MSG1–4, MOD1–2). @module */
import type { PlainEvent } from "./event.ts";
import { Roster } from "./roster.ts";

export interface Spoken {
  readonly id: string;
  readonly seq: number;
  readonly author: string;
  isLive: boolean;
  /** `emoji user` */
  readonly reactions: Set<string>;
}

export class PlainTalk {
  readonly roster = new Roster();
  readonly messages = new Map<string, Spoken>();
  name = "";
  group = "";
  isCurated = false;
  isLocked = false;
  isClosed = false;
  joinUntil = -Infinity;
  slow: { readonly seconds: number; readonly until: number } | null = null;
  /** While it is slow: when each member last sent something, but for those who were free when it was last changed. */
  readonly lastSent = new Map<string, number>();
  /** By user: until when. */
  readonly mutes = new Map<string, number>();
  readonly bans = new Map<string, number>();
  readonly pins = new Set<string>();
  /** Open ones, by id: the message. */
  readonly flags = new Map<string, string>();
  /** By author: all that they wrote up to a seq counts as deleted. */
  readonly expunged = new Map<string, number>();

  /** @returns itself */
  apply(event: PlainEvent): this {
    this.roster.apply(event);
    this.#setUp(event);
    this.#moderate(event);
    this.#talk(event);
    if (this.roster.isDeserted) this.isClosed = true;
    this.roster.isDeserted = false;
    return this;
  }

  isMuted(user: string, at: number): boolean {
    return (this.mutes.get(user) ?? -Infinity) > at;
  }

  isBanned(user: string, at: number): boolean {
    return (this.bans.get(user) ?? -Infinity) > at;
  }

  #setUp({ type, body }: PlainEvent): void {
    if (type === "create") {
      this.group = body.group ?? "";
      this.joinUntil = body.join?.until ?? -Infinity;
    }
    if (type === "create" || type === "rename") this.name = body.name ?? "";
    if ((type === "create" || type === "describe") && body.curatedBy !== undefined) {
      this.isCurated = body.curatedBy === "moderators";
    }
  }

  #moderate({ type, id, seq, at, body }: PlainEvent): void {
    const { user = "", target = "", until = Infinity } = body;
    if (body.flag !== undefined) this.flags.delete(body.flag);
    if (type === "lock" || type === "unlock") this.isLocked = type === "lock";
    if (type === "close" || type === "reopen") this.isClosed = type === "close";
    if (type === "mute-member") this.mutes.set(user, until);
    if (type === "unmute-member") this.mutes.delete(user);
    if (type === "ban-member") this.bans.set(user, until);
    if (type === "unban-member") this.bans.delete(user);
    if (type === "pin-message") this.pins.add(target);
    if (type === "unpin-message") this.pins.delete(target);
    if (type === "flag-message") this.flags.set(id, target);
    if (type === "set-slow-mode") {
      for (const [sender, last] of this.lastSent) if (this.#isFree(last, at)) this.lastSent.delete(sender);
      this.slow = body.seconds === 0 ? null : { seconds: body.seconds ?? 0, until };
    }
    if (type !== "expunge") return;
    const { author = "", upToSeq = 0 } = body;
    this.expunged.set(author, Math.max(this.expunged.get(author) ?? 0, Math.min(upToSeq, seq)));
    for (const message of this.messages.values()) {
      if (message.author === author && message.seq <= upToSeq) message.isLive = false;
    }
  }

  /** Who is free when slow mode changes stays free. */
  #isFree(last: number, at: number): boolean {
    return this.slow === null || this.slow.until <= at || at - last >= this.slow.seconds * 1_000;
  }

  #talk({ type, id, seq, actor: author, at, body }: PlainEvent): void {
    if (type === "new-message") {
      this.messages.set(id, { id, seq, author, isLive: true, reactions: new Set() });
      if (this.slow !== null) this.lastSent.set(author, at);
    }
    const target = this.messages.get(body.target ?? "");
    if (target === undefined) return;
    if (type === "delete-message") target.isLive = false;
    if (type !== "react-to-message") return;
    const reaction = `${body.emoji} ${author}`;
    if (body.on) target.reactions.add(reaction);
    else target.reactions.delete(reaction);
  }
}
