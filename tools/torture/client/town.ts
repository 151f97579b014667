/** What the people of a run know of each other's groups and discussions: hearsay, good enough to choose what to try next. @module */
import type { Chance } from "../../replay/plan/random.ts";

export interface KnownGroup {
  readonly id: string;
  readonly owner: string;
  readonly members: Set<string>;
  /** With their tokens, which pass from hand to hand. */
  readonly invites: { readonly id: string; readonly token: string }[];
}

export interface KnownMessage {
  readonly id: string;
  readonly author: string;
}

export interface KnownDiscussion {
  readonly id: string;
  readonly group: KnownGroup;
  readonly owner: string;
  readonly members: Set<string>;
  /** The newest. */
  readonly messages: KnownMessage[];
  /** The ids of flags, some of them answered. */
  readonly flags: string[];
  /** Who was banned last. */
  banned?: string;
  /** Locked or closed. */
  isShut: boolean;
  /** The newest seq that anybody heard of. */
  head: number;
}

const REMEMBERED_MESSAGES = 40;
/** Old ones are left alone: a race needs company. */
const RECENT = 12;

export class Town {
  /** A stream's time stands still until a clock that jumped back has come up with it (LOG5): slow mode would last as long. */
  readonly hasTrueClocks: boolean;
  readonly people: string[] = [];
  /** Those who have ended their account, or are about to. */
  readonly ended = new Set<string>();
  readonly #blocked = new Map<string, Set<string>>();
  readonly #groups: KnownGroup[] = [];
  readonly #discussions: KnownDiscussion[] = [];

  constructor({ hasTrueClocks }: { readonly hasTrueClocks: boolean }) {
    this.hasTrueClocks = hasTrueClocks;
  }

  addGroup(group: KnownGroup): void {
    this.#groups.push(group);
  }

  addDiscussion(discussion: KnownDiscussion): void {
    this.#discussions.push(discussion);
  }

  get groups(): readonly KnownGroup[] {
    return this.#groups;
  }

  get discussions(): readonly KnownDiscussion[] {
    return this.#discussions;
  }

  remember(discussion: KnownDiscussion, message: KnownMessage): void {
    discussion.messages.push(message);
    if (discussion.messages.length > REMEMBERED_MESSAGES) discussion.messages.shift();
  }

  /** Whom somebody blocks. */
  blockedBy(user: string): Set<string> {
    const blocked = this.#blocked.get(user) ?? new Set();
    this.#blocked.set(user, blocked);
    return blocked;
  }

  /** Who is out of a group is out of its discussions (DISC2). */
  forget(user: string, group: KnownGroup): void {
    group.members.delete(user);
    for (const discussion of this.#discussions) if (discussion.group === group) discussion.members.delete(user);
  }

  /** A group that somebody is in, as far as is known. */
  groupOf(user: string, chance: Chance): KnownGroup | undefined {
    return pick(this.#groups.filter(({ members }) => members.has(user)).slice(-RECENT), chance);
  }

  /** Mostly a discussion that somebody is in; now and then one that is not theirs, which must stay shut. */
  discussionFor(user: string, chance: Chance): KnownDiscussion | undefined {
    const recent = this.#discussions.slice(-2 * RECENT);
    if (chance.once(0.05)) return pick(recent, chance);
    return pick(recent.filter(({ members }) => members.has(user)).slice(-RECENT), chance);
  }
}

function pick<T>(list: readonly T[], chance: Chance): T | undefined {
  return list.length === 0 ? undefined : chance.pick(list);
}
