/** What moderators do, and what is brought before them (DISC4, MOD1–2). @module */
import type { KnownDiscussion } from "../town.ts";
import { type Actor, type Choice, pickOne, textOf, toDiscussion } from "./act.ts";

const SANCTION_MS = 3_000;

export const name = toDiscussion((actor) =>
  actor.chance.once(0.5) ? ["rename", { name: textOf(actor) }] : ["describe", { description: textOf(actor) }]
);

export const pin = toDiscussion((actor, { messages }) => {
  const message = pickOne(actor, messages.slice(-8));
  const type = actor.chance.pick(["pin-message", "pin-message", "unpin-message"]);
  return message === undefined ? undefined : [type, { target: message.id }];
});

/** What is shut is opened again before long: nobody could talk there. */
export const shut: Choice = (actor) => {
  const closed = pickOne(actor, actor.town.discussions.filter(({ isShut, owner }) => isShut && owner === actor.user));
  const type = closed === undefined ? actor.chance.pick(["lock", "close"]) : actor.chance.pick(["unlock", "reopen"]);
  const discussion = closed ?? actor.town.discussionFor(actor.user, actor.chance);
  if (discussion === undefined) return undefined;
  const draft = { id: actor.newId("evt", actor.shardOf(discussion.id)), type, body: {} };
  const acked = () => void (discussion.isShut = type === "lock" || type === "close");
  return { stream: discussion.id, drafts: [draft], asBundle: actor.chance.once(0.3), acked };
};

export const mute = toDiscussion((actor, discussion) => {
  const user = somebody(actor, discussion);
  if (user === undefined) return undefined;
  return actor.chance.once(0.3) ? ["unmute-member", { user }] : ["mute-member", { user, ...whyFor(actor, discussion) }];
});

export const ban = toDiscussion((actor, discussion) => {
  const user = somebody(actor, discussion);
  if (user === undefined) return undefined;
  const body = { user, ...whyFor(actor, discussion) };
  return ["ban-member", body, () => {
    discussion.members.delete(user);
    discussion.banned = user;
  }];
});

export const unban = toDiscussion((_, { banned: user }) => user === undefined ? undefined : ["unban-member", { user }]);

export const slowDown = toDiscussion((
  { chance, town },
) => ["set-slow-mode", { seconds: chance.pick([0, 0, Number(town.hasTrueClocks)]) }]);

export const flag = toDiscussion((actor, { messages, flags }) => {
  const message = pickOne(actor, messages.slice(-8));
  if (message === undefined) return undefined;
  return ["flag-message", { target: message.id, reason: textOf(actor) }, (id) => void flags.push(id)];
});

export const resolve = toDiscussion((actor, { flags }) => {
  const flag = pickOne(actor, flags.slice(-4));
  const verdict = actor.chance.pick(["upheld", "dismissed"]);
  return flag === undefined ? undefined : ["resolve-flag", { flag, verdict }];
});

export const purge = toDiscussion((actor, discussion) => {
  const author = somebody(actor, discussion);
  if (author === undefined) return undefined;
  const upToSeq = Math.max(1, discussion.head - actor.chance.below(20));
  return ["expunge", { author, upToSeq, why: "purge", reason: textOf(actor) }];
});

function somebody(actor: Actor, { members }: KnownDiscussion): string | undefined {
  return pickOne(actor, [...members].filter((other) => other !== actor.user));
}

/** For how long, why, and now and then which flag it answers. */
function whyFor(actor: Actor, { flags }: KnownDiscussion): object {
  const { chance } = actor;
  const flag = chance.once(0.3) ? pickOne(actor, flags.slice(-4)) : undefined;
  return {
    ...(chance.once(0.8) && { until: Date.now() + 500 + chance.below(SANCTION_MS) }),
    ...(chance.once(0.5) && { reason: textOf(actor) }),
    ...(flag !== undefined && { flag }),
  };
}
