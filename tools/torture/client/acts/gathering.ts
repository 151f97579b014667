/** Who is in which group and discussion (DISC2–4, GRP1–3). @module */
import { createHash } from "node:crypto";
import type { KnownDiscussion, KnownGroup } from "../town.ts";
import { type Act, type Actor, pickOne, textOf, toDiscussion, toGroup } from "./act.ts";
import { newMessage } from "./talking.ts";

const WINDOW_MS = 20_000;

export function createGroup(actor: Actor): Act {
  const { chance, town, user } = actor;
  const stream = actor.newId("grp", actor.home);
  const members = chance.some(town.people.filter((other) => other !== user), 3 + chance.below(6));
  const group: KnownGroup = { id: stream, owner: user, members: new Set([user, ...members]), invites: [] };
  const draft = { id: actor.newId("evt", actor.home), type: "create", body: { name: textOf(actor), members } };
  return { stream, drafts: [draft], asBundle: false, acked: () => town.addGroup(group) };
}

/** With its first message, in one bundle; some may be joined, some go on from a message (DISC3). */
export function createDiscussion(actor: Actor): Act | undefined {
  const { chance, town, user } = actor;
  const group = town.groupOf(user, chance);
  if (group === undefined) return undefined;
  const stream = actor.newId("disc", actor.home);
  const others = [...group.members].filter((other) => other !== user);
  const members = chance.some(others, 1 + chance.below(others.length + 1));
  const discussion: KnownDiscussion = {
    ...{ id: stream, group, owner: user, members: new Set([user, ...members]), messages: [], flags: [], head: 0 },
    ...{ isShut: false },
  };
  const create = {
    id: actor.newId("evt", actor.home),
    type: "create",
    body: { ...beginning(actor), group: group.id, members },
  };
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

function beginning(actor: Actor): object {
  const { chance, town, user } = actor;
  const source = chance.once(0.2) ? town.discussionFor(user, chance) : undefined;
  const from = pickOne(actor, source?.messages ?? []);
  return {
    name: textOf(actor),
    ...(chance.once(0.3) && { join: { until: Date.now() + WINDOW_MS, historyFrom: chance.pick(["all", "now"]) } }),
    ...(chance.once(0.2) && { curatedBy: "moderators" }),
    ...(source !== undefined && from !== undefined && { continues: { discussion: source.id, message: from.id } }),
  };
}

export const addToDiscussion = toDiscussion(({ chance }, { group, members }) => {
  const outside = [...group.members].filter((other) => !members.has(other));
  if (outside.length === 0) return undefined;
  const users = chance.some(outside, 1 + chance.below(2));
  const historyFrom = chance.pick(["all", "now", "now"]);
  return ["add-members", { users, historyFrom }, () => users.forEach((one) => members.add(one))];
});

/** Of a group that one is in, and not in the discussion, as far as is known. */
export function join(actor: Actor): Act | undefined {
  const { town, user } = actor;
  const outside = town.discussions.filter(({ group, members }) => group.members.has(user) && !members.has(user));
  const discussion = pickOne(actor, outside.slice(-6));
  if (discussion === undefined) return undefined;
  const draft = { id: actor.newId("evt", actor.shardOf(discussion.id)), type: "join", body: {} };
  const acked = () => void discussion.members.add(user);
  return { stream: discussion.id, drafts: [draft], asBundle: actor.chance.once(0.3), acked };
}

export const removeFromDiscussion = toDiscussion((actor, { members }) => {
  const gone = pickOne(actor, others(members, actor));
  return gone === undefined ? undefined : ["remove-member", { user: gone }, () => void members.delete(gone)];
});

export const leaveDiscussion = toDiscussion(({ user }, { members }) => {
  return members.size < 3 ? undefined : ["leave", {}, () => void members.delete(user)];
});

export const rankInDiscussion = toDiscussion((actor, { members }) => {
  const user = pickOne(actor, others(members, actor));
  const role = actor.chance.pick(["moderator", "moderator", "member", "owner"]);
  return user === undefined ? undefined : ["set-role", { user, role }];
});

export const addToGroup = toGroup(({ chance, town }, { members }) => {
  const outside = town.people.filter((other) => !members.has(other));
  if (outside.length === 0) return undefined;
  const users = chance.some(outside, 1 + chance.below(2));
  return ["add-members", { users, historyFrom: "now" }, () => users.forEach((one) => members.add(one))];
});

export const removeFromGroup = toGroup((actor, group) => {
  const gone = group.members.size < 4 ? undefined : pickOne(actor, others(group.members, actor));
  return gone === undefined ? undefined : ["remove-member", { user: gone }, () => actor.town.forget(gone, group)];
});

export const leaveGroup = toGroup(({ user, town }, group) => {
  return group.owner === user ? undefined : ["leave", {}, () => town.forget(user, group)];
});

export const rankInGroup = toGroup((actor, { members }) => {
  const user = pickOne(actor, others(members, actor));
  if (user === undefined) return undefined;
  return actor.chance.once(0.8)
    ? ["set-role", { user, role: actor.chance.pick(["moderator", "member"]) }]
    : ["transfer-ownership", { to: user }];
});

export const nameGroup = toGroup((actor) =>
  actor.chance.once(0.5) ? ["rename", { name: textOf(actor) }] : ["describe", { description: textOf(actor) }]
);

/** Only its hash is offered (GRP3). */
export const invite = toGroup((actor, { invites }) => {
  const bytes = new Uint8Array(16).map(() => actor.chance.below(256));
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const hash = createHash("sha256").update(token).digest("hex");
  const maxUses = 1 + actor.chance.below(3);
  return ["create-invite", { hash, maxUses }, (id) => void invites.push({ id, token })];
});

export const revokeInvite = toGroup((actor, { invites }) => {
  const found = pickOne(actor, invites);
  return found === undefined ? undefined : ["revoke-invite", { invite: found.id }];
});

/** By its token, to a group that one is not in. */
export function joinByInvite(actor: Actor): Act | undefined {
  const { town, user } = actor;
  const group = pickOne(actor, town.groups.filter(({ invites, members }) => invites.length > 0 && !members.has(user)));
  const found = pickOne(actor, group?.invites ?? []);
  if (group === undefined || found === undefined) return undefined;
  const draft = { id: actor.newId("evt", actor.shardOf(group.id)), type: "join-by-invite", body: { invite: found.id } };
  const acked = () => void group.members.add(user);
  return { stream: group.id, drafts: [draft], asBundle: false, token: found.token, acked };
}

function others(members: ReadonlySet<string>, { user }: Actor): string[] {
  return [...members].filter((other) => other !== user);
}
