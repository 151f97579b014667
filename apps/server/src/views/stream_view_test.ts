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
import { discussionView, membersOf } from "./stream_view.ts";

const shard = shardNumber(0);
const id = <P extends "user" | "grp" | "disc" | "msg">(prefix: P, n: number) =>
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
  [ann]: [stay(1, "owner", 10), stay(30, "moderator")],
  [ben]: [stay(1, "owner", 20)],
  [cyd]: [stay(5, "owner")],
}, { owner: cyd });

Deno.test("[USR1] members come in the order of joining, with the roles that they have", () => {
  assert.deepEqual(membersOf(passedOn), [
    { user: cyd, role: "owner", since: 5 },
    { user: ann, role: "moderator", since: 30 },
  ]);
});

Deno.test("[VIS4] of pins a viewer is shown those whose messages they may see, of mutes their own", () => {
  const pin = (n: number) => ({ message: id("msg", n), messageSeq: seq(n), by: cyd, at: unixMs(1) });
  const pinned = stateWith(passedOn.members, {
    pins: [pin(7), pin(15), pin(40)],
    mutes: { [cyd]: { seq: seq(41) }, [ann]: { seq: seq(42), until: unixMs(2) } },
  });
  const { pins, muted, role, memberCount } = discussionView(pinned, ann);
  assert.deepEqual([pins, muted, role, memberCount], [[pin(7), pin(40)], { until: 2 }, "moderator", 2]);
  const cyds = discussionView(pinned, cyd);
  assert.deepEqual([cyds.pins, cyds.muted, cyds.role], [[pin(7), pin(15), pin(40)], {}, "owner"]);
});

Deno.test("[VIS4] who has left has no role, and what a discussion lacks its view lacks", () => {
  assert.deepEqual(discussionView(stateWith({ [ben]: [stay(1, "owner", 50)] }), ben), {
    ...{ kind: "discussion", id: discussion, seq: 50, group, name: "talk", owner: null, closed: false, createdAt: 1 },
    ...{ memberCount: 0, mine: [stay(1, "owner", 50)], role: null },
  });
});
