import { seq, shardOf } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { decodeCursor } from "../../apps/server/src/live/cursor.ts";
import {
  addToDiscussion,
  deleteMessage,
  newMessage,
  react,
  removeFromDiscussion,
} from "../../packages/domain/testing/drafts.ts";
import { discussionId, eventId } from "../../packages/domain/testing/ids.ts";
import type { MemoryLog } from "./memory_log.ts";
import { brief, Reader, settle, testNode } from "./reader.ts";
import { ann, ben, briefs, cyd, say, talk, town } from "./town.ts";

Deno.test("[VIS3] the feed of a stream that one never was a member of is NotFound, as one that does not exist", async () => {
  const log = town();
  await using node = testNode(log);
  for (const stream of [talk, discussionId(99, 2)]) {
    await using reader = new Reader(node, cyd, { stream });
    await settle();
    assert.equal((reader.failure as { apiCode?: string })?.apiCode, "NotFound");
  }
});

Deno.test("[LIVE2] being added brings joined, and what follows, before one's own stream knows of it", async () => {
  const log = town({ members: [] });
  await using node = testNode(log);
  await using reader = await new Reader(node, ben).live();
  say(log, "before");
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "all" }));
  // The added-to waits in the outbox all the time.
  await reader.until((items) => items.some((item) => item.type === "joined"), "joined");
  say(log, "after");
  await reader.until((items) => items.some((item) => brief(item) === "new-message 4"), "the message after the adding");
  assert.deepEqual(briefs(reader), ["joined 1-3", "new-message 4"]);
  log.deliverEffects();
  await reader.until((items) => items.some((item) => brief(item).startsWith("added-to")), "added-to");
  const joined = reader.of(talk).filter((item) => item.type === "joined");
  assert.equal(joined.length, 1);
});

Deno.test("[LIVE2] a membership that began while the feed was cut brings joined, whatever the own stream knows", async () => {
  const log = town({ members: [] });
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  await settle();
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  assert.deepEqual(briefs(second), []);
  log.deliverEffects();
  await second.until((items) => items.some((item) => item.type === "joined"), "joined, found through added-to");
  say(log, "hello");
  await second.until((items) => items.some((item) => brief(item) === "new-message 3"), "the message");
  assert.deepEqual(briefs(second), ["joined 2-2", "new-message 3"]);
});

Deno.test("[LIVE2] a message in a stream that the cursor does not know makes the feed ask that shard first", async () => {
  const log = town({ members: [] });
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  await settle();
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  say(log, "hello");
  await second.until((items) => items.some((item) => item.type === "joined"), "joined");
  say(log, "hello");
  await second.until((items) => items.some((item) => brief(item) === "new-message 4"), "the message after");
  assert.deepEqual(briefs(second), ["joined 2-3", "new-message 4"]);
});

Deno.test("[LIVE2] a shard enters the cursor only after it was asked", async () => {
  const log = town({ members: [] });
  await using node = testNode(log, { cursorMs: 1, beatMs: 40 });
  await using reader = await new Reader(node, ben).live();
  const gate = Promise.withResolvers<void>();
  log.beforeResume = () => gate.promise;
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  log.deliverEffects();
  await reader.until((items) => items.filter((item) => item.type === "beat").length >= 2, "two beats");
  const shards = () => [...decodeCursor(reader.cursor!)!.positions.keys()];
  assert.ok(!shards().includes(shardOf(talk)));
  gate.resolve();
  await reader.until((items) => items.some((item) => item.type === "joined"), "joined");
  const beats = reader.items.filter((item) => item.type === "beat").length;
  await reader.until((items) => items.filter((item) => item.type === "beat").length >= beats + 2, "two beats more");
  assert.ok(shards().includes(shardOf(talk)));
});

Deno.test("[LIVE6] who is removed gets the removal and nothing after it; re-added, joined again", async () => {
  const log = town();
  await using node = testNode(log);
  await using reader = await new Reader(node, ben).live();
  say(log, "one");
  log.accept(removeFromDiscussion(ann, talk, { user: ben }));
  say(log, "secret");
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  say(log, "two");
  await reader.until((items) => items.some((item) => brief(item) === "new-message 6"), "the last message");
  assert.deepEqual(briefs(reader), ["behind 1", "new-message 2", "remove-member 3", "joined 5-5", "new-message 6"]);
  assert.ok(!JSON.stringify(reader.items).includes("secret"));
});

Deno.test("[LIVE2] a membership that ended while the feed was cut brings the events up to its end", async () => {
  const log = town();
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  say(log, "seen");
  log.accept(removeFromDiscussion(ann, talk, { user: ben }));
  say(log, "secret");
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  assert.deepEqual(briefs(second), ["new-message 2", "remove-member 3"]);
});

Deno.test("[VIS2] what a viewer may not see arrives as an opaque range, live and in a backfill", async () => {
  const log = town({ members: [] });
  const old = say(log, "old");
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  log.deliverEffects();
  await using node = testNode(log);
  const reader = await new Reader(node, ben).live();
  const hide = () => {
    log.accept(react(ann, talk, { target: old.id as never }));
    log.accept(react(ann, talk, { target: old.id as never, on: false }));
    return say(log, "seen");
  };
  hide();
  await reader.until((items) => items.some((item) => brief(item) === "new-message 6"), "the message");
  assert.deepEqual(briefs(reader), ["behind 3", "opaque 4-5", "new-message 6"]);
  await reader.cut();
  hide();
  log.accept(deleteMessage(ann, talk, { target: old.id as never }));
  await using second = await new Reader(node, ben, { lastEventId: reader.cursor }).live();
  const missed = briefs(second).slice(-3);
  assert.deepEqual(missed, ["opaque 7-8", "new-message 9", "opaque 10-10"]);
});

Deno.test("[LIVE2] a follower that is behind and has newer states brings the same as one that is not", async () => {
  const log = town({ members: [] });
  log.handNewestStates();
  await using node = testNode(log);
  await using reader = await new Reader(node, ben).live();
  log.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "all" }));
  say(log, "implied by the state");
  await settle();
  assert.deepEqual(briefs(reader), ["joined 1-3"]);
  say(log, "seen");
  log.accept(removeFromDiscussion(ann, talk, { user: ben }));
  say(log, "secret");
  await settle();
  assert.deepEqual(briefs(reader), ["joined 1-3", "new-message 4", "remove-member 5"]);
});

/** Ben flags what Cyd said; Ann mutes Cyd because of it, and dismisses the second flag. */
function flagged(log: MemoryLog): void {
  const { id: target } = log.accept(newMessage(cyd, talk, { text: "rude" })); // 2
  const draft = { stream: talk, version: 1 } as const;
  const [one, two] = [eventId(50, shardOf(talk)), eventId(51, shardOf(talk))];
  const id = () => eventId(60 + log.world.log(talk).length, shardOf(talk));
  const flag = {
    ...draft,
    actor: ben,
    type: "flag-message",
    body: { target: target as never, reason: "see" },
  } as const;
  const verdict = "dismissed";
  log.accept({ ...flag, id: one }); // 3
  log.accept({ ...draft, id: id(), actor: ann, type: "mute-member", body: { user: cyd, reason: "enough", flag: one } });
  log.accept({ ...flag, id: two }); // 5
  log.accept({ ...draft, id: id(), actor: ann, type: "resolve-flag", body: { flag: two, verdict } }); // 6
}

Deno.test("[VIS2] [MOD1] [MOD2] flags go to the flagger and the moderators, and what answers one goes to others without it: live, resumed and read", async () => {
  const log = town({ members: [ben, cyd] });
  await using node = testNode(log);
  const live = await Promise.all([ann, ben, cyd].map((user) => new Reader(node, user).live()));
  const cursors = live.map(({ cursor }) => cursor);
  flagged(log);
  say(log, "last"); // 7
  const [said, muted, last] = ["new-message 2", "mute-member 4", "new-message 7"];
  const wanted = [
    [said, "flag-message 3", muted, "flag-message 5", "resolve-flag 6", last],
    [said, "flag-message 3", muted, "flag-message 5", "opaque 6-6", last],
    [said, "opaque 3-3", muted, "opaque 5-6", last],
  ];
  const judge = (reader: Reader, i: number) => {
    assert.deepEqual(briefs(reader).filter((what) => !what.startsWith("behind")), wanted[i]);
    const mute = reader.items.find((item) => item.type === "event" && item.event.type === "mute-member");
    assert.ok(mute?.type === "event" && mute.event.type === "mute-member");
    assert.equal("flag" in mute.event.body, i === 0, `${i}`);
    assert.equal(mute.event.body.reason, "enough");
  };
  for (const [i, reader] of live.entries()) {
    await reader.until((items) => items.some((item) => brief(item) === last), "the last");
    judge(reader, i);
    await reader.cut();
    await using resumed = await new Reader(node, reader.user, { lastEventId: cursors[i] }).live();
    judge(resumed, i);
    await using fromSeq = await new Reader(node, reader.user, { stream: talk, fromSeq: seq(2) }).live();
    judge(fromSeq, i);
  }
});
