import { strict as assert } from "node:assert";
import {
  type DiscussionId,
  type DiscussionState,
  type GroupId,
  type Interval,
  makeId,
  type Memberships,
  type Role,
  seq,
  shardNumber,
  unixMs,
  type UserId,
} from "@gatz/domain";
import { discussionView, membersAt } from "./stream_view.ts";

const shard = shardNumber(0);
const id = <P extends "user" | "grp" | "disc">(prefix: P, n: number) =>
  makeId(prefix, { shard, unixMs: n, random: new Uint8Array(8).fill(n) });
const [ann, ben, cyd]: [UserId, UserId, UserId] = [id("user", 1), id("user", 2), id("user", 3)];
const group: GroupId = id("grp", 4);
const discussion: DiscussionId = id("disc", 5);

function stay(from: number, role: Role, left?: number): Interval {
  const whole = { from: seq(from), historyFrom: seq(from), role };
  return left === undefined ? whole : { ...whole, left: seq(left) };
}

function stateWith(members: Memberships, more: Partial<DiscussionState> = {}): DiscussionState {
  return {
    ...{ kind: "discussion", id: discussion, seq: seq(50), group, name: "talk", createdAt: unixMs(1) },
    ...{ owner: null, closed: false, messages: 0, members },
    ...more,
  };
}

// Ann made it and left at 10; ownership passed to Ben, who left at 20, and so to Cyd. Ann came back at 30 as a member.
const passedOn = stateWith({
  [ann]: [stay(1, "owner", 10), stay(30, "member")],
  [ben]: [stay(1, "owner", 20)],
  [cyd]: [stay(5, "owner")],
}, { owner: cyd });

Deno.test("[VIS4] the members of an earlier seq are those of then, with the owner of then", () => {
  const at = (head: number) => membersAt(passedOn, seq(head)).map(({ user, role }) => [user, role]);
  assert.deepEqual(at(1), [[ann, "owner"], [ben, "member"]]);
  assert.deepEqual(at(9), [[ann, "owner"], [ben, "member"], [cyd, "member"]]);
  assert.deepEqual(at(10), [[ben, "owner"], [cyd, "member"]]);
  assert.deepEqual(at(20), [[cyd, "owner"]]);
  assert.deepEqual(at(50), [[cyd, "owner"], [ann, "member"]]);
});

Deno.test("[VIS4] an ex-member sees the discussion as it stood when they left", () => {
  const view = discussionView(passedOn, ben);
  assert.deepEqual(
    [view.seq, view.memberCount, view.owner, view.closed],
    [seq(20), 1, cyd, false],
  );
  const mine = discussionView(passedOn, ann);
  assert.deepEqual([mine.seq, mine.memberCount, mine.owner], [seq(50), 2, cyd]);
});

Deno.test("[FACT2] the last to leave sees it closed; who left before does not", () => {
  const empty = stateWith({ [ann]: [stay(1, "owner", 40)], [ben]: [stay(1, "member", 30)] }, { closed: true });
  assert.deepEqual(discussionView(empty, ann).closed, true);
  assert.deepEqual([discussionView(empty, ben).closed, discussionView(empty, ben).owner], [false, ann]);
});
