/** What somebody may try next: drafts, and the calls that offer them. @module */
import type { Chance } from "../../replay/plan/random.ts";
import type { Prefix } from "./ids.ts";
import type { KnownDiscussion, KnownGroup, Town } from "./town.ts";

export interface Draft {
  readonly id: string;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Drafts to one stream, and what is known once one of them was acked. */
export interface Act {
  readonly stream: string;
  readonly drafts: readonly Draft[];
  /** Offers them as a bundle by `log.offer`, though they have a procedure of their own. */
  readonly asBundle: boolean;
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

const EMOJI = ["👍", "🎉", "😀", "👀", "🚀"];
const BUNDLE = 5;

/** By how often each is tried. */
const CHOICES: readonly (readonly [weight: number, choose: (actor: Actor) => Act | undefined])[] = [
  [52, send],
  [6, talkInOneGo],
  [8, edit],
  [4, remove],
  [12, react],
  [3, createDiscussion],
  [2, createGroup],
  [4, addToDiscussion],
  [3, removeFromDiscussion],
  [2, leaveDiscussion],
  [2, addToGroup],
  [1, removeFromGroup],
  [1, leaveGroup],
];
const TOTAL = CHOICES.reduce((sum, [weight]) => sum + weight, 0);

/** Something that makes sense as far as is known. */
export function chooseAct(actor: Actor): Act {
  let place = actor.chance.below(TOTAL);
  const found = CHOICES.find(([weight]) => (place -= weight) < 0);
  return found?.[1](actor) ?? send(actor) ?? createDiscussion(actor) ?? createGroup(actor);
}

function send(actor: Actor): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined) return undefined;
  return inDiscussion(discussion, actor, [newMessage(discussion, actor)]);
}

/** Several drafts in one bundle, later ones about the first (LOG4). */
function talkInOneGo(actor: Actor): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined) return undefined;
  const first = newMessage(discussion, actor);
  const more = Array.from({ length: 1 + actor.chance.below(BUNDLE - 1) }, () => {
    const kind = actor.chance.below(3);
    if (kind === 0) return newMessage(discussion, actor);
    if (kind === 1) return about(discussion, actor, ["edit-message", { target: first.id, text: textOf(actor) }]);
    return about(discussion, actor, ["react-to-message", {
      target: first.id,
      emoji: actor.chance.pick(EMOJI),
      on: true,
    }]);
  });
  return { ...inDiscussion(discussion, actor, [first, ...more]), asBundle: true };
}

function edit(actor: Actor): Act | undefined {
  const aim = aimAt(actor, (author) => author === actor.user);
  if (aim === undefined) return undefined;
  const body = { target: aim.target, text: textOf(actor) };
  return inDiscussion(aim.discussion, actor, [about(aim.discussion, actor, ["edit-message", body])]);
}

function remove(actor: Actor): Act | undefined {
  const aim = aimAt(actor, (author) => author === actor.user);
  if (aim === undefined) return undefined;
  return inDiscussion(aim.discussion, actor, [
    about(aim.discussion, actor, ["delete-message", { target: aim.target }]),
  ]);
}

function react(actor: Actor): Act | undefined {
  const aim = aimAt(actor, () => true);
  if (aim === undefined) return undefined;
  const body = { target: aim.target, emoji: actor.chance.pick(EMOJI), on: actor.chance.once(0.7) };
  return inDiscussion(aim.discussion, actor, [about(aim.discussion, actor, ["react-to-message", body])]);
}

export function createGroup(actor: Actor): Act {
  const { chance, town, user } = actor;
  const stream = actor.newId("grp", actor.home);
  const members = chance.some(town.people.filter((other) => other !== user), 3 + chance.below(6));
  const group: KnownGroup = { id: stream, owner: user, members: new Set([user, ...members]) };
  const draft = { id: actor.newId("evt", actor.home), type: "create", body: { name: textOf(actor), members } };
  return { stream, drafts: [draft], asBundle: false, acked: () => town.addGroup(group) };
}

/** With its first message, in one bundle (DISC3). */
function createDiscussion(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const group = town.groupOf(user, chance);
  if (group === undefined) return undefined;
  const stream = actor.newId("disc", actor.home);
  const others = [...group.members].filter((other) => other !== user);
  const members = chance.some(others, 1 + chance.below(others.length + 1));
  const discussion: KnownDiscussion = {
    ...{ id: stream, group, owner: user, members: new Set([user, ...members]), messages: [], head: 0 },
  };
  const body = { group: group.id, name: textOf(actor), members };
  const create = { id: actor.newId("evt", actor.home), type: "create", body };
  return {
    stream,
    drafts: [create, newMessage(discussion, actor)],
    asBundle: false,
    acked: (draft) => {
      if (draft.type === "create") town.addDiscussion(discussion);
      else town.remember(discussion, { id: draft.id, author: user });
    },
  };
}

function addToDiscussion(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const discussion = town.discussionFor(user, chance);
  if (discussion === undefined) return undefined;
  const outside = [...discussion.group.members].filter((other) => !discussion.members.has(other));
  if (outside.length === 0) return undefined;
  const users = chance.some(outside, 1 + chance.below(2));
  const body = { users, historyFrom: chance.pick(["all", "now", "now"]) };
  const draft = about(discussion, actor, ["add-members", body]);
  return {
    ...inDiscussion(discussion, actor, [draft]),
    acked: () => users.forEach((one) => discussion.members.add(one)),
  };
}

function removeFromDiscussion(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const discussion = town.discussionFor(user, chance);
  const others = [...discussion?.members ?? []].filter((other) => other !== user);
  if (discussion === undefined || others.length === 0) return undefined;
  const gone = chance.pick(others);
  const draft = about(discussion, actor, ["remove-member", { user: gone }]);
  return { ...inDiscussion(discussion, actor, [draft]), acked: () => void discussion.members.delete(gone) };
}

function leaveDiscussion(actor: Actor): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined || discussion.members.size < 3) return undefined;
  const draft = about(discussion, actor, ["leave", {}]);
  return { ...inDiscussion(discussion, actor, [draft]), acked: () => void discussion.members.delete(actor.user) };
}

function addToGroup(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const group = town.groupOf(user, chance);
  if (group === undefined) return undefined;
  const outside = town.people.filter((other) => !group.members.has(other));
  if (outside.length === 0) return undefined;
  const users = chance.some(outside, 1 + chance.below(2));
  return toGroup(group, actor, ["add-members", { users, historyFrom: "now" }], () => {
    for (const one of users) group.members.add(one);
  });
}

function removeFromGroup(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const group = town.groupOf(user, chance);
  const others = [...group?.members ?? []].filter((other) => other !== user);
  if (group === undefined || others.length < 2) return undefined;
  const gone = chance.pick(others);
  return toGroup(group, actor, ["remove-member", { user: gone }], () => forget(gone, group, town));
}

function leaveGroup(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const group = town.groupOf(user, chance);
  if (group === undefined || group.owner === user) return undefined;
  return toGroup(group, actor, ["leave", {}], () => forget(user, group, town));
}

/** Who is out of a group is out of its discussions (DISC2). */
function forget(user: string, group: KnownGroup, town: Town): void {
  group.members.delete(user);
  for (const discussion of town.discussions) if (discussion.group === group) discussion.members.delete(user);
}

function aimAt(actor: Actor, fits: (author: string) => boolean) {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  const messages = discussion?.messages.filter(({ author }) => fits(author)) ?? [];
  if (discussion === undefined || messages.length === 0) return undefined;
  return { discussion, target: actor.chance.pick(messages).id };
}

function newMessage(discussion: KnownDiscussion, actor: Actor): Draft {
  const { chance } = actor;
  const reply = discussion.messages.length > 0 && chance.once(0.2)
    ? { replyTo: chance.pick(discussion.messages).id }
    : {};
  const id = actor.newId("msg", actor.shardOf(discussion.id));
  return { id, type: "new-message", body: { text: textOf(actor), ...reply } };
}

function about(
  discussion: KnownDiscussion,
  actor: Actor,
  [type, body]: readonly [type: string, body: Draft["body"]],
): Draft {
  return { id: actor.newId("evt", actor.shardOf(discussion.id)), type, body };
}

function inDiscussion(discussion: KnownDiscussion, actor: Actor, drafts: readonly Draft[]): Act {
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

function toGroup(
  group: KnownGroup,
  actor: Actor,
  [type, body]: readonly [type: string, body: Draft["body"]],
  acked: () => void,
): Act {
  const draft = { id: actor.newId("evt", actor.shardOf(group.id)), type, body };
  return { stream: group.id, drafts: [draft], asBundle: actor.chance.once(0.3), acked };
}

/** Texts tell themselves apart. */
function textOf({ chance }: Actor): string {
  const words = Array.from({ length: 1 + chance.below(8) }, () => chance.below(36 ** 4).toString(36));
  return words.join(" ");
}
