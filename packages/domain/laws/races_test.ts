/** FACT2: whatever the order in which adds, removals and their effects meet, all end right. */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { code } from "../testing/scene.ts";
import {
  addToDiscussion,
  addToGroup,
  createDiscussion,
  createGroup,
  leaveDiscussion,
  leaveGroup,
  register,
  removeFromDiscussion,
  removeFromGroup,
} from "../testing/drafts.ts";
import { discussionId, groupId, userId } from "../testing/ids.ts";
import { isIn, shouldBeIn } from "../testing/naive_model.ts";
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
  };
}

type Cast = ReturnType<typeof cast>;

/** All three in the group; the discussion is Ben's alone. */
function stage({ ann, ben, uma, group, talk }: Cast): World {
  const world = new World();
  for (const user of [ann, ben, uma]) world.accept(register(user));
  world.accept(createGroup(ann, group, [ben, uma]));
  world.accept(createDiscussion(ben, talk, { group }));
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
      strictEqual(inTalk, shouldBeIn(log, groupLog, user), `${user} in ${stream} ${said}`);
      ok(!inTalk || isIn(groupLog, user), `${user} is in ${stream} but not in its group ${said}`);
      assertInbox(world, { user, group, stream, is: inTalk, said });
    }
  }
  for (const user of [ann, ben, uma]) {
    assertInbox(world, { user, group, stream: group, is: isIn(groupLog, user), said });
  }
  for (const outcome of world.refused) ok(["NoChange", "Superseded", "Closed"].includes(code(outcome)), code(outcome));
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
function anyScript({ ann, ben, uma, group, talk, other }: Cast): fc.Arbitrary<Script> {
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
