/** Things that people do in a discussion and its group, made up by fast-check; what storage refuses simply does not happen. @module */
import {
  type DiscussionId,
  type EventId,
  type GroupId,
  isMember,
  type MessageId,
  seq,
  unixMs,
  type UserId,
} from "@gatz/domain";
import fc from "fast-check";
import * as moderating from "../../packages/domain/testing/discussion_drafts.ts";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import * as groups from "../../packages/domain/testing/group_drafts.ts";
import type { Town } from "./town.ts";

const TALK_KINDS = [
  ...["send", "send", "reply", "edit", "delete", "react", "unreact"] as const,
  ...["add", "add", "remove", "leave", "add-to-group", "remove-from-group", "leave-group"] as const,
  ...["purge", "ban", "promote", "slow", "flag", "pin"] as const,
];
/** What people do with their group and their accounts. */
const PEOPLE_KINDS = [
  ...[
    "rename-group",
    "role",
    "role",
    "hand-over",
    "hand-over",
    "invite",
    "invite",
    "join",
    "join",
    "join",
    "revoke",
  ] as const,
  ...["direct", "block", "unblock", "end"] as const,
];

export interface Step {
  readonly kind: (typeof TALK_KINDS)[number] | (typeof PEOPLE_KINDS)[number];
  readonly who: number;
  readonly whom: number;
  readonly n: number;
  readonly history: "all" | "now" | number;
}

/** What has happened so far. */
export interface Story {
  readonly town: Town;
  readonly group: GroupId;
  readonly discussion: DiscussionId;
  readonly sent: { id: MessageId; by: UserId }[];
  readonly invited?: EventId[];
}

/** @param options `ofPeople`: with what they do with their group and their accounts */
export function steps(people: number, options: { ofPeople?: boolean } = {}): fc.Arbitrary<Step[]> {
  const history: fc.Arbitrary<Step["history"]> = fc.oneof(
    fc.constant("all" as const),
    fc.constant("now" as const),
    fc.integer({ min: 1, max: 40 }),
  );
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...TALK_KINDS, ...(options.ofPeople ? PEOPLE_KINDS : [])),
      who: fc.nat(people - 1),
      whom: fc.nat(people - 1),
      n: fc.nat(40),
      history,
    }),
    { minLength: 20, maxLength: 50 },
  );
}

const EMOJI = ["👍", "🎉", "❤️"];

export async function runStep(story: Story, step: Step): Promise<void> {
  const proposal = proposalOf(story, { ...step, who: await actorOf(story, step) });
  if (proposal === null) return;
  const outcome = await story.town.offer(proposal);
  if (outcome.kind === "accepted" && proposal.type === "new-message") {
    story.sent.push({ id: proposal.id, by: story.town.users[step.who]! }); // it proposed
  }
  if (outcome.kind === "accepted" && proposal.type === "create-invite") story.invited?.push(proposal.id);
}

/** Of what only some may do, mostly one of those: the group's owner; who comes in, somebody from outside. */
async function actorOf({ town, group }: Story, { kind, who, n }: Step): Promise<number> {
  const isForOwner = ["role", "hand-over", "revoke"].includes(kind);
  if ((!isForOwner && kind !== "join") || n % 4 === 0) return who;
  const state = await town.storage.state(group);
  if (state?.kind !== "group") return who;
  const able = town.users.filter((user) => isForOwner ? user === state.owner : !isMember(state, user));
  const [actor] = able.slice(who % Math.max(1, able.length));
  return actor === undefined ? who : town.users.indexOf(actor);
}

function proposalOf(story: Story, step: Step) {
  const { town, group, discussion, sent } = story;
  const { kind, who, whom, n, history } = step;
  const [actor, other] = [town.users[who], town.users[whom]];
  const about = sent[n % Math.max(1, sent.length)];
  if (actor === undefined || other === undefined) return null;
  switch (kind) {
    case "send":
      return drafts.newMessage(actor, discussion, { text: `message ${n} of ${who}` });
    case "add":
      return drafts.addToDiscussion(actor, discussion, {
        users: [other],
        historyFrom: typeof history === "number" ? seq(history) : history,
      });
    case "remove":
      return drafts.removeFromDiscussion(actor, discussion, { user: other });
    case "leave":
      return drafts.leaveDiscussion(actor, discussion);
    case "add-to-group":
      return drafts.addToGroup(actor, group, { users: [other] });
    case "remove-from-group":
      return drafts.removeFromGroup(actor, group, { user: other });
    case "leave-group":
      return drafts.leaveGroup(actor, group);
    case "purge":
      return moderating.expunge(actor, discussion, { author: other, upToSeq: seq(n + 1), reason: `purge ${n}` });
    case "ban":
      return moderating.ban(actor, discussion, { user: other });
    case "promote":
      return moderating.setRole(actor, discussion, { user: other, role: n % 2 === 0 ? "moderator" : "member" });
    case "slow":
      return moderating.slowMode(actor, discussion, { seconds: n % 2 });
    case "reply":
    case "edit":
    case "delete":
    case "react":
    case "unreact":
    case "flag":
    case "pin":
      return about === undefined ? null : onMessage({ discussion, actor, about }, { kind, n });
    default:
      return ofPeople(story, { kind, n, actor, other });
  }
}

type PeopleKind = (typeof PEOPLE_KINDS)[number];

function ofPeople(
  { group, invited = [] }: Story,
  { kind, n, actor, other }: { kind: PeopleKind; n: number; actor: UserId; other: UserId },
) {
  const invite = invited[n % Math.max(1, invited.length)];
  switch (kind) {
    case "rename-group":
      return groups.renameGroup(actor, group, `Group ${n}`);
    case "role":
      return groups.setGroupRole(actor, group, { user: other, role: n % 2 === 0 ? "moderator" : "member" });
    case "hand-over":
      return groups.transferOwnership(actor, group, other);
    case "invite":
      return groups.createInvite(
        actor,
        group,
        n % 2 === 0 ? { maxUses: 1 } : { expiresAt: unixMs(Date.now() + 60_000) },
      );
    case "join":
      return invite === undefined ? null : groups.joinByInvite(actor, group, invite);
    case "revoke": {
      const newest = invited.at(-1); // older ones are mostly used up
      return newest === undefined ? null : groups.revokeInvite(actor, group, newest);
    }
    case "direct":
      return actor === other ? null : groups.createDirect(actor, other);
    case "block":
      return n % 3 === 0 ? drafts.blockUser(actor, other) : null; // or nobody would meet
    case "unblock":
      return drafts.unblockUser(actor, other);
    case "end":
      return n % 8 === 0 ? drafts.endAccount(actor) : null; // or nobody would go on
  }
}

function onMessage(
  { discussion, actor, about }: { discussion: DiscussionId; actor: UserId; about: { id: MessageId; by: UserId } },
  { kind, n }: { kind: "reply" | "edit" | "delete" | "react" | "unreact" | "flag" | "pin"; n: number },
) {
  const target = about.id;
  switch (kind) {
    case "reply":
      return drafts.newMessage(actor, discussion, { text: `reply ${n}`, replyTo: target });
    case "edit":
      return drafts.editMessage(about.by, discussion, { target, text: `edited ${n}` });
    case "delete":
      return drafts.deleteMessage(about.by, discussion, { target, ...(n % 2 === 0 && { reason: `reason ${n}` }) });
    case "flag":
      return moderating.flag(actor, discussion, { target });
    case "pin":
      return moderating.pin(actor, discussion, target);
    case "react":
    case "unreact":
      return drafts.react(actor, discussion, { target, emoji: EMOJI[n % EMOJI.length]!, on: kind === "react" });
  }
}
