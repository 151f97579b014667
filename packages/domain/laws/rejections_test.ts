import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  addToDiscussion,
  addToGroup,
  attachment,
  blockUser,
  closeDiscussion,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  endAccount,
  leaveDiscussion,
  leaveGroup,
  newMessage,
  react,
  register,
  removeFromDiscussion,
  setProfile,
  UNKNOWN_BLOB,
} from "../testing/drafts.ts";
import { ban, expunge, flag, join, lock, mute, pin } from "../testing/discussion_drafts.ts";
import { archiveGroup, createDirect, createInvite, joinByInvite, revokeInvite } from "../testing/group_drafts.ts";
import { discussionId, groupId, messageId } from "../testing/ids.ts";
import { ann, ben, cleo, dan, eve, group, nobody, say, scene, talk } from "../testing/scene.ts";
import type { World } from "../testing/world.ts";
import type { Proposal } from "../src/events.ts";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import { REJECTION_CODES } from "../src/outcome.ts";
import type { RejectionCode } from "../src/outcome.ts";
import { parseDraft } from "../src/parse.ts";
import { seq, unixMs } from "../src/scalars.ts";

/** These need what no single stream knows: storage finds a reused id in its log, the server knows where a user's home is. */
const MADE_ELSEWHERE = ["EventIdReused", "WrongShard"] as const;
/** These are found before there is a proposal. */
const FOUND_BY_PARSING = ["Malformed", "SystemOnly"] as const;

type ByDecide = Exclude<RejectionCode, (typeof MADE_ELSEWHERE)[number] | (typeof FOUND_BY_PARSING)[number]>;

const FAR = unixMs(9_000_000_000_000);
const SOME = { target: messageId(424_242) };

/** For each code a draft that is refused by it, in a world that the case prepares. */
const CASES: Record<ByDecide, (world: World) => Proposal> = {
  NotFound: () => newMessage(eve, talk),
  NotMember: (world) => {
    world.accept(leaveDiscussion(ben, talk));
    return newMessage(ben, talk);
  },
  Forbidden: () => removeFromDiscussion(ben, talk, { user: cleo }),
  AlreadyExists: () => register(ann),
  TextTooLong: () => newMessage(ann, talk, { text: "x".repeat(DEFAULT_LIMITS.textCodePoints + 1) }),
  TextMalformed: () => newMessage(ann, talk, { text: "\ud800" }),
  EmptyMessage: () => newMessage(ann, talk, { text: "" }),
  TooManyAttachments: () =>
    newMessage(ann, talk, { attachments: Array(DEFAULT_LIMITS.attachments + 1).fill(attachment()) }),
  TooManyMentions: () => newMessage(ann, talk, { mentions: Array(DEFAULT_LIMITS.mentions + 1).fill(ben) }),
  UnknownBlob: () => newMessage(ann, talk, { attachments: [attachment(UNKNOWN_BLOB)] }),
  ReplyElsewhere: () => newMessage(ann, talk, { replyTo: SOME.target }),
  StaleEdit: (world) => editMessage(ann, talk, { target: say(world), baseRevision: 1 }),
  MessageDeleted: (world) => {
    const target = say(world);
    world.accept(deleteMessage(ann, talk, { target }));
    return editMessage(ann, talk, { target });
  },
  NotYourMessage: (world) => editMessage(ben, talk, { target: say(world) }),
  NotAnEmoji: (world) => react(ben, talk, { target: say(world), emoji: "+1" }),
  TooManyEmoji: (world) => {
    const target = say(world);
    const flags = Array.from(
      { length: 26 * 26 },
      (_, i) => String.fromCodePoint(0x1f1e6 + (i % 26), 0x1f1e6 + Math.floor(i / 26)),
    )
      .filter((flag) => /^\p{RGI_Emoji}$/v.test(flag));
    for (const emoji of flags.slice(0, DEFAULT_LIMITS.emojiPerMessage)) {
      world.accept(react(ben, talk, { target, emoji }));
    }
    return react(ben, talk, { target, emoji: "👍" });
  },
  NoChange: (world) => react(ben, talk, { target: say(world), on: false }),
  NameInvalid: () => createDiscussion(ann, discussionId(2), { group, name: " " }),
  ReasonTooLong: (world) =>
    deleteMessage(ann, talk, { target: say(world), reason: "x".repeat(DEFAULT_LIMITS.reasonCodePoints + 1) }),
  HistoryNotYours: () => addToDiscussion(ben, talk, { users: [dan], historyFrom: seq(99) }),
  GroupFull: (world) => {
    Object.assign(world.limits, { members: 2 });
    return createGroup(ann, groupId(2), [ben, cleo]);
  },
  Archived: (world) => {
    world.accept(archiveGroup(ann, group));
    return addToGroup(ben, group, { users: [eve] });
  },
  DirectGroup: (world) => leaveGroup(ann, world.accept(createDirect(ann, ben)).stream),
  InviteInvalid: (world) => {
    const invite = world.accept(createInvite(ben, group)).id;
    world.accept(revokeInvite(ann, group, invite));
    return joinByInvite(eve, group, invite);
  },
  TooManyInvites: (world) => {
    Object.assign(world.limits, { invites: 1 });
    world.accept(createInvite(ben, group));
    return createInvite(ann, group);
  },
  PeriodInvalid: () => createInvite(ann, group, { expiresAt: unixMs(1) }),
  NobodyAddable: () => addToDiscussion(ann, talk, { users: [eve, nobody] }),
  OwnerMustHandOver: () => leaveGroup(ann, group),
  Superseded: () => removeFromDiscussion("system", talk, { user: ben, since: seq(99) }),
  TooManyBlocks: (world) => {
    Object.assign(world.limits, { blocks: 1 });
    world.accept(blockUser(ann, ben));
    return blockUser(ann, cleo);
  },
  AccountEnded: (world) => {
    world.accept(endAccount(ann));
    return setProfile(ann, { name: "Ann" });
  },
  Muted: (world) => {
    world.accept(mute(ann, talk, { user: ben, until: FAR }));
    return newMessage(ben, talk);
  },
  Locked: (world) => {
    world.accept(lock(ann, talk));
    return newMessage(ann, talk);
  },
  Banned: (world) => {
    const open = discussionId(2);
    const window = { until: FAR, historyFrom: "all" as const };
    world.accept(createDiscussion(ann, open, { group, members: [ben], join: window }));
    world.accept(ban(ann, open, { user: ben }));
    return join(ben, open);
  },
  NotJoinable: (world) => {
    world.accept(leaveDiscussion(ben, talk));
    return join(ben, talk);
  },
  TooManyPins: (world) => {
    Object.assign(world.limits, { pins: 1 });
    world.accept(pin(ann, talk, say(world)));
    return pin(ann, talk, say(world));
  },
  TooManyFlags: (world) => {
    Object.assign(world.limits, { openFlags: 1 });
    world.accept(flag(ben, talk, { target: say(world) }));
    return flag(ben, talk, { target: say(world) });
  },
  TooManyPurges: (world) => {
    Object.assign(world.limits, { purges: 1 });
    const purge = () => expunge(ann, talk, { author: ben, upToSeq: world.discussion(talk).seq });
    world.accept(purge());
    say(world, ben);
    return purge();
  },
  Closed: (world) => {
    world.accept(closeDiscussion("system", talk));
    return newMessage(ann, talk);
  },
};

for (const [code, prepare] of Object.entries(CASES)) {
  Deno.test(`[LOG4] ${code} is reachable, says nothing but what it is, and changes nothing`, () => {
    const world = scene();
    const proposal = prepare(world);
    const before = world.fingerprint();
    const outcome = world.offer(proposal);
    ok(outcome.kind === "rejected", `${outcome.kind} instead of ${code}`);
    strictEqual(outcome.code, code);
    deepStrictEqual(JSON.parse(JSON.stringify(outcome)), outcome, "a refusal is JSON");
    strictEqual(world.fingerprint(), before);
  });
}

Deno.test("[LOG4] Malformed and SystemOnly are found by parsing", () => {
  const refusal = (input: unknown) => {
    const parsed = parseDraft(input);
    return parsed.ok ? null : parsed.rejection.code;
  };
  strictEqual(refusal({}), "Malformed");
  strictEqual(refusal({ stream: ann, type: "added-to" }), "SystemOnly");
});

Deno.test("[LOG4] every rejection code has its case", () => {
  const covered = [...Object.keys(CASES), ...MADE_ELSEWHERE, ...FOUND_BY_PARSING];
  deepStrictEqual(covered.sort(), [...REJECTION_CODES].sort());
});
