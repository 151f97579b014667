/** Things that people do in a discussion, made up by fast-check; what storage refuses simply does not happen. @module */
import { type DiscussionId, type GroupId, type MessageId, seq, type UserId } from "@gatz/domain";
import fc from "fast-check";
import * as moderating from "../../packages/domain/testing/discussion_drafts.ts";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import type { Town } from "./town.ts";

const KINDS = [
  ...["send", "send", "reply", "edit", "delete", "react", "unreact"] as const,
  ...["add", "add", "remove", "leave", "add-to-group", "remove-from-group", "leave-group"] as const,
  ...["purge", "ban", "promote", "slow", "flag", "pin"] as const,
];

export interface Step {
  readonly kind: (typeof KINDS)[number];
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
}

export function steps(people: number): fc.Arbitrary<Step[]> {
  const history: fc.Arbitrary<Step["history"]> = fc.oneof(
    fc.constant("all" as const),
    fc.constant("now" as const),
    fc.integer({ min: 1, max: 40 }),
  );
  return fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
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
  const proposal = proposalOf(story, step);
  if (proposal === null) return;
  const outcome = await story.town.offer(proposal);
  if (outcome.kind === "accepted" && proposal.type === "new-message") {
    story.sent.push({ id: proposal.id, by: story.town.users[step.who]! }); // it proposed
  }
}

function proposalOf({ town, group, discussion, sent }: Story, { kind, who, whom, n, history }: Step) {
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
