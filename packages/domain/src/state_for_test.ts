import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as draft from "../testing/discussion_drafts.ts";
import { addToDiscussion, deleteMessage, newMessage } from "../testing/drafts.ts";
import { holding } from "../testing/holder.ts";
import { eventId, messageId, userId } from "../testing/ids.ts";
import { ann, ben, cleo, dan, say, scene, talk } from "../testing/scene.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { seq, unixMs } from "./scalars.ts";
import type { DiscussionState, ExpungeMark } from "./state.ts";
import { stateFor } from "./state_for.ts";

Deno.test("[VIS4] what somebody holds of a discussion is bounded by its limits, also if everything is at them", () => {
  const at = unixMs(1_800_000_000_000);
  const reason = "🦊".repeat(DEFAULT_LIMITS.reasonCodePoints);
  const people = Array.from({ length: DEFAULT_LIMITS.members }, (_, n) => userId(n + 1));
  const each = <V>(of: (n: number) => V) => Object.fromEntries(people.map((user, n) => [user, of(n)]));
  const many = <V>(count: number, of: (n: number) => V) => Array.from({ length: count }, (_, n) => of(n));
  const state: DiscussionState = {
    ...scene().discussion(talk),
    // They have come and gone a lot.
    members: each(() => many(20, (n) => ({ from: seq(n * 2 + 1), historyFrom: seq(1), role: "owner" as const }))),
    pins: many(DEFAULT_LIMITS.pins, (n) => ({ message: messageId(n), messageSeq: seq(n + 1), by: ann, at })),
    flags: many(DEFAULT_LIMITS.openFlags, (n) => ({
      ...{ id: eventId(n), seq: seq(n + 1), message: messageId(n), messageSeq: seq(n + 1), author: ben, by: ann, at },
      reason,
    })),
    expunged: { [ben]: many(DEFAULT_LIMITS.purges, (n) => purge(n)) },
    ...{ mutes: each(() => ({ seq: seq(9) })), bans: each(() => ({ seq: seq(9) })), lastSent: each(() => at) },
    slowMode: { seconds: 60 },
  };
  function purge(n: number): ExpungeMark {
    return { seq: seq(n + 1), upToSeq: seq(n + 1), by: ann, at, why: "purge", reason };
  }
  const held = new TextEncoder().encode(JSON.stringify(stateFor(ann, { ...state, seq: seq(1_000) })));
  // Four times this would be more than a connection takes of what is not read (socketBytes).
  ok(held.length > 1_000_000 && held.length < 2 * 1024 * 1024, `${held.length} bytes`);
});

Deno.test("[MOD2] a moderator who does not see all holds no flags: one can be answered by deleting what they do not see", () => {
  const world = scene();
  const early = say(world);
  world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" }));
  world.accept(draft.setRole(ann, talk, { user: dan, role: "moderator" }));
  const late = world.accept(newMessage(ben, talk)).id;
  const { id: flag } = world.accept(draft.flag(cleo, talk, { target: late }));
  deepStrictEqual(stateFor(ann, world.discussion(talk)).flags?.map(({ id }) => id), [flag]);
  strictEqual(stateFor(dan, world.discussion(talk)).flags, undefined);
  world.accept(deleteMessage(ann, talk, { target: early, flag }));
  strictEqual(world.discussion(talk).flags, undefined);
  for (const viewer of [ann, dan]) {
    const last = [...holding(world.log(talk), { viewer })].at(-1)!; // both are in it
    deepStrictEqual(stateFor(viewer, last.held), stateFor(viewer, world.discussion(talk)));
  }
});
