/** Messages and what is done with them (MSG1–4). @module */
import type { KnownDiscussion } from "../town.ts";
import { about, type Act, type Actor, type Draft, inDiscussion, pickOne, textOf } from "./act.ts";

const EMOJI = ["👍", "🎉", "😀", "👀", "🚀"];
const BUNDLE = 5;

export function send(actor: Actor): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined) return undefined;
  return inDiscussion(discussion, actor, [newMessage(discussion, actor)]);
}

/** Several drafts in one bundle, later ones about the first (LOG4). */
export function talkInOneGo(actor: Actor): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined) return undefined;
  const first = newMessage(discussion, actor);
  const more = Array.from({ length: 1 + actor.chance.below(BUNDLE - 1) }, () => {
    const kind = actor.chance.below(3);
    if (kind === 0) return newMessage(discussion, actor);
    if (kind === 1) return about(discussion, actor, "edit-message", { target: first.id, text: textOf(actor) });
    const emoji = actor.chance.pick(EMOJI);
    return about(discussion, actor, "react-to-message", { target: first.id, emoji, on: true });
  });
  return { ...inDiscussion(discussion, actor, [first, ...more]), asBundle: true };
}

export function edit(actor: Actor): Act | undefined {
  return change(actor, {
    fits: (author) => author === actor.user,
    type: "edit-message",
    body: { text: textOf(actor) },
  });
}

/** One's own; now and then somebody else's, which a moderator may. */
export function remove(actor: Actor): Act | undefined {
  const anybodys = actor.chance.once(0.3);
  const fits = (author: string) => anybodys || author === actor.user;
  return change(actor, { fits, type: "delete-message", body: anybodys ? { reason: "so" } : {} });
}

export function react(actor: Actor): Act | undefined {
  const body = { emoji: actor.chance.pick(EMOJI), on: actor.chance.once(0.7) };
  return change(actor, { fits: () => true, type: "react-to-message", body });
}

interface Change {
  readonly fits: (author: string) => boolean;
  readonly type: string;
  readonly body: Draft["body"];
}

function change(actor: Actor, { fits, type, body }: Change): Act | undefined {
  const discussion = actor.town.discussionFor(actor.user, actor.chance);
  const message = pickOne(actor, discussion?.messages.filter(({ author }) => fits(author)) ?? []);
  if (discussion === undefined || message === undefined) return undefined;
  return inDiscussion(discussion, actor, [about(discussion, actor, type, { target: message.id, ...body })]);
}

export function newMessage(discussion: KnownDiscussion, actor: Actor): Draft {
  const { chance } = actor;
  const reply = discussion.messages.length > 0 && chance.once(0.2)
    ? { replyTo: chance.pick(discussion.messages).id }
    : {};
  const mentions = chance.once(0.1) ? { mentions: chance.some([...discussion.members], 2) } : {};
  const id = actor.newId("msg", actor.shardOf(discussion.id));
  return { id, type: "new-message", body: { text: textOf(actor), ...mentions, ...reply } };
}
