/** FACT2: whatever the order in which adds, removals and their effects meet, all end right. */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { DiscussionId, UserId } from "../src/ids.ts";
import { unixMs } from "../src/scalars.ts";
import { code } from "../testing/scene.ts";
import {
  addToDiscussion,
  addToGroup,
  blockUser,
  createDiscussion,
  createGroup,
  endAccount,
  leaveDiscussion,
  leaveGroup,
  newMessage,
  register,
  removeFromDiscussion,
  removeFromGroup,
  unblockUser,
} from "../testing/drafts.ts";
import { ban, join, unban } from "../testing/discussion_drafts.ts";
import { createInvite, joinByInvite, transferOwnership } from "../testing/group_drafts.ts";
import { discussionId, eventId, groupId, userId } from "../testing/ids.ts";
import { isIn, shouldBeIn, shouldBeInGroup, shownOf } from "../testing/naive_model.ts";
import { atOnce, everyEnd, oneEnd, slowly, startRace } from "../testing/race.ts";
import type { Race, Script } from "../testing/race.ts";
import { World } from "../testing/world.ts";

/** Who lives on which of the two shards. */
interface Places {
  group: number;
  talk: number;
  user: number;
}

function cast({ group, talk, user }: Places) {
  return {
    /** Owns the group. */
    ann: userId(1, group),
    /** Owns the discussion. */
    ben: userId(2, talk),
    /** Is added and removed. */
    uma: userId(3, user),
    group: groupId(1, group),
    talk: discussionId(1, talk),
    other: discussionId(2, group),
    /** Ben's, to the group. */
    invite: { id: eventId(1_000_000, group), by: userId(2, talk) },
  };
}

type Cast = ReturnType<typeof cast>;

/** All three in the group; the discussion is Ben's alone. */
function stage({ ann, ben, uma, group, talk, invite }: Cast): World {
  const world = new World();
  for (const user of [ann, ben, uma]) world.accept(register(user));
  world.accept(createGroup(ann, group, [ben, uma]));
  world.accept(
    createDiscussion(ben, talk, { group, join: { until: unixMs(world.now + 1_000_000), historyFrom: "all" } }),
  );
  world.accept({ ...createInvite(ben, group), id: invite.id });
  world.deliverAll();
  return world;
}

/** Judges the end of a race by the logs alone, and then the folded states by the logs. */
function assertRight({ world, schedule }: Race, { ann, ben, uma, group, talk, other }: Cast): void {
  const said = `by the schedule ${JSON.stringify(schedule)}`;
  const groupLog = world.log(group);
  for (const stream of [talk, other].filter((stream) => world.streams.includes(stream))) {
    const log = world.log(stream);
    for (const user of [ann, ben, uma]) {
      const inTalk = isIn(log, user);
      const who = { user, own: world.log(user) };
      strictEqual(inTalk, shouldBeIn(log, groupLog, who), `${user} in ${stream} ${said}`);
      ok(!inTalk || isIn(groupLog, user), `${user} is in ${stream} but not in its group ${said}`);
      assertInbox(world, { user, group, stream, is: inTalk, said });
    }
  }
  for (const user of [ann, ben, uma]) {
    const inGroup = isIn(groupLog, user);
    strictEqual(inGroup, shouldBeInGroup(groupLog, { user, own: world.log(user) }), `${user} in the group ${said}`);
    assertInbox(world, { user, group, stream: group, is: inGroup, said });
  }
  assertErased(world, { users: [ann, ben, uma], talks: [talk, other], said });
  for (const outcome of world.refused) ok(["NoChange", "Superseded"].includes(code(outcome)), code(outcome));
}

/** Nothing can be read any more of what was said by who has ended their account (USR4). */
function assertErased(
  world: World,
  { users, talks, said }: { users: readonly UserId[]; talks: readonly DiscussionId[]; said: string },
): void {
  const gone = users.filter((user) => world.log(user).some(({ type }) => type === "end-account"));
  for (const talk of talks) {
    for (const { author, text } of shownOf(world.log(talk)).values()) {
      ok(text === null || !gone.includes(author as UserId), `${author} is read in ${talk} ${said}`);
    }
  }
}

function assertInbox(
  world: World,
  { user, group, stream, is, said }: {
    user: Cast["uma"];
    group: Cast["group"];
    stream: Cast["group"] | Cast["talk"];
    is: boolean;
    said: string;
  },
): void {
  const entry = world.user(user).inbox[group]?.streams[stream];
  strictEqual(entry !== undefined && entry.ended === undefined, is, `the inbox of ${user} on ${stream} ${said}`);
}

/** What the group's owner, the discussion's owner and a third do at once. */
const SCRIPTS: Record<string, (cast: Cast) => Script[]> = {
  "an add meets a removal from the group": ({ ann, ben, uma, group, talk }) => [
    atOnce(removeFromGroup(ann, group, { user: uma })),
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
  ],
  "a creation meets a leaving of the group": ({ uma, ben, group, other }) => [
    atOnce(leaveGroup(uma, group)),
    slowly(createDiscussion(ben, other, { group, members: [uma] })),
  ],
  "an add meets removal and re-adding": ({ ann, ben, uma, group, talk }) => [
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...atOnce(addToGroup(ann, group, { users: [uma] }))],
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
  ],
  "two adds meet removal and re-adding": ({ ann, ben, uma, group, talk }) => [
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...atOnce(addToGroup(ann, group, { users: [uma] }))],
    [...slowly(addToDiscussion(ben, talk, { users: [uma] })), ...slowly(addToDiscussion(ben, talk, { users: [uma] }))],
  ],
  "an add, a leaving and an add meet removal and re-adding": ({ ann, ben, uma, group, talk }) => [
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...atOnce(addToGroup(ann, group, { users: [uma] }))],
    [
      ...slowly(addToDiscussion(ben, talk, { users: [uma] })),
      ...atOnce(removeFromDiscussion(ben, talk, { user: uma })),
      ...slowly(addToDiscussion(ben, talk, { users: [uma] })),
    ],
  ],
  "adds to two discussions meet removal and re-adding": ({ ann, ben, uma, group, talk, other }) => [
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...atOnce(addToGroup(ann, group, { users: [uma] }))],
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
    slowly(createDiscussion(ann, other, { group, members: [uma] })),
  ],
  "an add meets a block of the adder": ({ ben, uma, talk }) => [
    atOnce(blockUser(uma, ben)),
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
  ],
  "two adds meet a block and its end": ({ ann, ben, uma, group, talk }) => [
    [...atOnce(blockUser(uma, ben)), ...atOnce(unblockUser(uma, ben))],
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...slowly(addToGroup(ben, group, { users: [uma] }))],
  ],
  "an add meets the end of the account": ({ ben, uma, talk }) => [
    atOnce(endAccount(uma)),
    [...slowly(addToDiscussion(ben, talk, { users: [uma] })), ...atOnce(newMessage(uma, talk))],
  ],
  "a removal and a re-adding to the group meet the end of the account": ({ ann, ben, uma, group, talk }) => [
    atOnce(endAccount(uma)),
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...slowly(addToGroup(ann, group, { users: [uma] }))],
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
  ],
  "the owners' accounts end at once": ({ ann, ben, uma, group, talk }) => [
    atOnce(endAccount(ann)),
    [...atOnce(newMessage(ben, talk)), ...atOnce(endAccount(ben))],
    slowly(addToGroup(ann, group, { users: [uma] })),
  ],
  "joining a discussion meets removal and re-adding": ({ ann, uma, group, talk }) => [
    [...atOnce(removeFromGroup(ann, group, { user: uma })), ...atOnce(addToGroup(ann, group, { users: [uma] }))],
    [...slowly(join(uma, talk)), ...slowly(join(uma, talk))],
  ],
  "a ban meets joining and removal from the group": ({ ann, ben, uma, group, talk }) => [
    atOnce(removeFromGroup(ann, group, { user: uma })),
    slowly(join(uma, talk)),
    [...atOnce(ban(ben, talk, { user: uma })), ...atOnce(unban(ben, talk, uma))],
  ],
  "joining by an invite meets a block and a leaving": ({ uma, group, invite }) => [
    [...atOnce(leaveGroup(uma, group)), ...slowly(joinByInvite(uma, group, invite.id))],
    atOnce(blockUser(uma, invite.by)),
  ],
  "the adder is removed too": ({ ann, ben, uma, group, talk }) => [
    atOnce(removeFromGroup(ann, group, { user: uma })),
    atOnce(removeFromGroup(ann, group, { user: ben })),
    slowly(addToDiscussion(ben, talk, { users: [uma] })),
  ],
};

const PLACES: readonly Places[] = [
  { group: 1, talk: 2, user: 1 },
  { group: 1, talk: 2, user: 2 },
  { group: 1, talk: 2, user: 3 },
  { group: 1, talk: 1, user: 1 },
];

for (const [name, script] of Object.entries(SCRIPTS)) {
  Deno.test(`[FACT2] ${name}: every interleaving ends right`, () => {
    for (const places of PLACES) {
      const people = cast(places);
      let ends = 0;
      for (const race of everyEnd(startRace(stage(people), script(people)))) {
        assertRight(race, people);
        ends++;
      }
      ok(ends > 1, "a race has more than one end");
    }
  });
}

Deno.test("[FACT2] the races do meet: some end inside, some outside, some by an effect that was refused", () => {
  const people = cast({ group: 1, talk: 2, user: 2 });
  const script = SCRIPTS["two adds meet removal and re-adding"]!;
  const ends = [...everyEnd(startRace(stage(people), script(people)))];
  ok(ends.some(({ world }) => isIn(world.log(people.talk), people.uma)));
  ok(ends.some(({ world }) => !isIn(world.log(people.talk), people.uma)));
  ok(ends.some(({ world }) => world.log(people.talk).some(({ actor }) => actor === "system")));
});

/** A longer script of one actor: some of these, slowly. */
function anyScript({ ann, ben, uma, group, talk, other, invite }: Cast): fc.Arbitrary<Script> {
  const step = fc.constantFrom(
    () => atOnce(removeFromGroup(ann, group, { user: uma })),
    () => atOnce(leaveGroup(uma, group)),
    () => atOnce(removeFromGroup(ann, group, { user: ben })),
    () => atOnce(addToGroup(ann, group, { users: [uma, ben] })),
    () => slowly(createDiscussion(ann, other, { group, members: [uma, ben] })),
    () => slowly(addToDiscussion(ben, talk, { users: [uma, ann] })),
    () => slowly(addToDiscussion(uma, talk, { users: [ben], historyFrom: "now" })),
    () => slowly(addToDiscussion(ann, other, { users: [uma, ben] })),
    () => atOnce(removeFromDiscussion(ben, talk, { user: uma })),
    () => slowly(removeFromDiscussion(ann, talk, { user: uma })),
    () => atOnce(leaveDiscussion(uma, other)),
    () => atOnce(newMessage(uma, talk)),
    () => atOnce(blockUser(uma, ann)),
    () => atOnce(unblockUser(uma, ann)),
    () => slowly(joinByInvite(uma, group, invite.id)),
    () => slowly(join(uma, talk)),
    () => atOnce(ban(ben, talk, { user: uma })),
    () => atOnce(unban(ben, talk, uma)),
    () => atOnce(transferOwnership(ann, group, ben)),
    () => atOnce(endAccount(uma)),
    () => atOnce(endAccount(ben)),
  );
  return fc.array(step, { minLength: 1, maxLength: 8 }).map((steps) => steps.flatMap((step) => step()));
}

Deno.test("[FACT2] long races with many actors end right, in any order", () => {
  const places = fc.record({
    group: fc.integer({ min: 1, max: 2 }),
    talk: fc.integer({ min: 1, max: 2 }),
    user: fc.integer({ min: 1, max: 3 }),
  });
  const races = places.chain((places) =>
    fc.record({
      people: fc.constant(cast(places)),
      scripts: fc.array(anyScript(cast(places)), { minLength: 2, maxLength: 4 }),
      picks: fc.infiniteStream(fc.nat({ max: 59 })),
    })
  );
  fc.assert(
    fc.property(races, ({ people, scripts, picks }) => {
      assertRight(oneEnd(startRace(stage(people), scripts), picks), people);
    }),
    { numRuns: 300 },
  );
});
