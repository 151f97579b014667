/** An act is some drafts to one stream, and what is known once one of them was acked. @module */
import type { Chance } from "../../../replay/plan/random.ts";
import type { Prefix } from "../ids.ts";
import type { KnownDiscussion, KnownGroup, Town } from "../town.ts";

export interface Draft {
  readonly id: string;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Act {
  readonly stream: string;
  readonly drafts: readonly Draft[];
  /** Offers them as a bundle by `log.offer`, though they have a procedure of their own. */
  readonly asBundle: boolean;
  /** The token of the invite that it joins by, which goes along instead of what the log will say (GRP3). */
  readonly token?: string;
  acked?(draft: Draft, seq: number): void;
}

export interface Actor {
  readonly user: string;
  readonly home: number;
  readonly chance: Chance;
  readonly town: Town;
  newId(prefix: Prefix, shard: number): string;
  shardOf(id: string): number;
}

/** An act that makes sense as far as is known; undefined: there is nothing to do it to. */
export type Choice = (actor: Actor) => Act | undefined;
type Body = Draft["body"];

/** A draft about a discussion. */
export function about(discussion: KnownDiscussion, actor: Actor, ...[type, body]: [type: string, body: Body]): Draft {
  return { id: actor.newId("evt", actor.shardOf(discussion.id)), type, body };
}

export function inDiscussion(discussion: KnownDiscussion, actor: Actor, drafts: readonly Draft[]): Act {
  return {
    stream: discussion.id,
    drafts,
    asBundle: actor.chance.once(0.3),
    acked: ({ id, type }, seq) => {
      discussion.head = Math.max(discussion.head, seq);
      if (type === "new-message") actor.town.remember(discussion, { id, author: actor.user });
    },
  };
}

/** One event of a discussion that somebody is in, and what follows from its ack. */
export function toDiscussion(
  make: (
    actor: Actor,
    discussion: KnownDiscussion,
  ) => readonly [type: string, body: Body, acked?: (id: string) => void] | undefined,
): Choice {
  return (actor) => {
    const discussion = actor.town.discussionFor(actor.user, actor.chance);
    const made = discussion && make(actor, discussion);
    if (discussion === undefined || made === undefined) return undefined;
    const [type, body, acked] = made;
    const act = inDiscussion(discussion, actor, [about(discussion, actor, type, body)]);
    return { ...act, acked: (draft, seq) => [act.acked?.(draft, seq), acked?.(draft.id)] };
  };
}

/** Likewise of a group. */
export function toGroup(
  make: (
    actor: Actor,
    group: KnownGroup,
  ) => readonly [type: string, body: Body, acked?: (id: string) => void] | undefined,
): Choice {
  return (actor) => {
    const group = actor.town.groupOf(actor.user, actor.chance);
    const made = group && make(actor, group);
    if (group === undefined || made === undefined) return undefined;
    const [type, body, acked] = made;
    const draft = { id: actor.newId("evt", actor.shardOf(group.id)), type, body };
    return { stream: group.id, drafts: [draft], asBundle: actor.chance.once(0.3), acked: ({ id }) => acked?.(id) };
  };
}

/** Texts tell themselves apart. */
export function textOf({ chance }: Pick<Actor, "chance">): string {
  const words = Array.from({ length: 1 + chance.below(8) }, () => chance.below(36 ** 4).toString(36));
  return words.join(" ");
}

/** One of them at random, if there is any. */
export function pickOne<T>({ chance }: Pick<Actor, "chance">, some: Iterable<T>): T | undefined {
  const list = [...some];
  return list.length === 0 ? undefined : chance.pick(list);
}
