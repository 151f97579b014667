import type { Content, History, MessageKey, MessageStep, Nick, RuleStep, Send, Step } from "./plan.ts";
import { Presence } from "./presence.ts";

/** A message that stands, as the plan knows it. */
export interface Standing extends Content {
  readonly key: MessageKey;
  readonly author: Nick;
  /** The number of the step that sent it. */
  readonly step: number;
  readonly revision: number;
}

export interface ReactionOn {
  readonly target: MessageKey;
  readonly emoji: string;
  readonly by: Nick;
}

type Unplaced<S extends Step> = S extends Step ? Omit<S, "key" | "at"> : never;

/** A discussion while it is being planned: its steps so far, and what stands after them. */
export class Stage {
  readonly steps: Step[] = [];
  readonly presence = new Presence();
  readonly reactions: ReactionOn[] = [];
  readonly moderators = new Set<Nick>();
  pinned: MessageKey | undefined;
  readonly #standing = new Map<MessageKey, Standing>();
  readonly #sent = new Map<MessageKey, number>();
  /** The time of the message that the next steps follow. */
  at = 0;

  constructor(creator: Nick, members: readonly Nick[]) {
    for (const nick of [creator, ...members]) this.presence.enter(nick, 0);
  }

  /** Live messages, oldest first. */
  standing(): Standing[] {
    return [...this.#standing.values()];
  }

  /** The number of the step that sent a message, deleted or not. */
  stepOf(message: MessageKey): number | undefined {
    return this.#sent.get(message);
  }

  sees(nick: Nick, message: MessageKey): boolean {
    const step = this.#sent.get(message);
    return step !== undefined && this.presence.sees(nick, step);
  }

  /** Adds a message under its own key. */
  send(message: Omit<Send, "at" | "kind">): void {
    this.#sent.set(message.key, this.steps.length);
    this.#standing.set(message.key, {
      key: message.key,
      author: message.by,
      step: this.steps.length,
      revision: 0,
      text: message.text,
      mentions: message.mentions,
    });
    this.steps.push({ ...message, kind: "send", at: this.at });
  }

  /** Adds a change of a message; it must be one that the server accepts. */
  change(change: Unplaced<Exclude<MessageStep, Send>>): void {
    const target = this.#standing.get(change.target);
    if (!target || !this.sees(change.by, change.target)) throw new Error(`${change.by} can't change ${change.target}`);
    switch (change.kind) {
      case "edit":
        this.#standing.set(target.key, {
          ...target,
          text: change.text,
          mentions: change.mentions,
          revision: target.revision + 1,
        });
        break;
      case "delete":
        this.#standing.delete(target.key);
        break;
      case "react":
        this.#react(change);
        break;
    }
    this.steps.push({ ...change, key: this.#nextKey(change.kind), at: this.at });
  }

  #react(change: ReactionOn & { readonly on: boolean }): void {
    const at = this.reactions.findIndex((held) => sameReaction(held, change));
    if (change.on === at >= 0) throw new Error(`a reaction that changes nothing on ${change.target}`);
    if (change.on) this.reactions.push(change);
    else this.reactions.splice(at, 1);
  }

  /** Adds what a moderator does, or what is brought before one; it must be accepted. Returns its key. */
  rule(rule: Unplaced<RuleStep>): string {
    const key = this.#nextKey(rule.kind);
    this.steps.push({ ...rule, key, at: this.at });
    return key;
  }

  /** All that somebody wrote up to a step is gone. */
  purge(author: Nick, upToStep: number): void {
    for (const message of this.standing()) {
      if (message.author === author && message.step <= upToStep) this.#standing.delete(message.key);
    }
  }

  isLive(message: MessageKey): boolean {
    return this.#standing.has(message);
  }

  add(by: Nick, user: Nick, history: History): void {
    const step = this.steps.length;
    const seesFrom = { all: () => 0, now: () => step, from: () => this.#sentAt(history) }[history.kind]();
    this.steps.push({ kind: "add", by, user, history, key: this.#nextKey("add"), at: this.at });
    this.presence.enter(user, seesFrom);
  }

  remove(by: Nick, user: Nick, reason: string): void {
    this.presence.exit(user, this.steps.length);
    this.moderators.delete(user);
    this.steps.push({ kind: "remove", by, user, reason, key: this.#nextKey("remove"), at: this.at });
  }

  leave(by: Nick): void {
    this.presence.exit(by, this.steps.length);
    this.moderators.delete(by);
    this.steps.push({ kind: "leave", by, key: this.#nextKey("leave"), at: this.at });
  }

  #sentAt(history: History): number {
    const step = history.kind === "from" ? this.#sent.get(history.message) : undefined;
    if (step === undefined) throw new Error("history from a message that was not sent");
    return step;
  }

  #nextKey(kind: Step["kind"]): string {
    return `${kind}-${this.steps.length}`;
  }
}

export function sameReaction(one: ReactionOn, other: ReactionOn): boolean {
  return one.target === other.target && one.emoji === other.emoji && one.by === other.by;
}
