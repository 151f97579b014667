/** What people do to discussions (DISC1–4), on a real server. @module */
import { strict as assert } from "node:assert";
import { type DiscussionId, type Outcome, seq, shardOf, unixMs } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const refusal = (outcome: Outcome | undefined) => outcome?.kind === "rejected" ? outcome.code : outcome?.kind;

  Deno.test("[DISC3] a message is continued as a new discussion, with a first message; each side records the link", async () => {
    await using server = await testServer();
    const [ann, ben, cai] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const { group, discussion, shard } = await talk(ann, [ben]);
    sent(
      (await ann.api.groups.addMembers.mutate({
        ...{ id: freshId("evt", shardOf(group)), group, users: [cai.user], historyFrom: "now" },
      })).outcome,
    );
    const message = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id: message, discussion, text: "And the cake?" })).outcome);
    const stream = freshId("disc", ben.home);
    const begin = (by: typeof ben, to: DiscussionId) =>
      by.api.discussions.create.mutate({
        ...{ id: freshId("evt", shardOf(to)), stream: to, group, name: "Cake", members: [ann.user] },
        continues: { discussion, message },
        first: { id: freshId("msg", shardOf(to)), text: "I bring one" },
      });
    // Cai is in the group, and not in the discussion: for her there is no such message.
    const strangers = (await begin(cai, freshId("disc", cai.home))).outcomes;
    assert.deepEqual(strangers, [{ kind: "rejected", code: "NotFound", field: "continues.message" }]);
    (await begin(ben, stream)).outcomes.forEach(sent);
    const { discussion: view } = await ben.api.discussions.byId.query({ discussion: stream });
    assert.deepEqual(view.continues, { discussion, message });
    const read = () => ann.api.log.read.query({ stream: discussion, fromSeq: seq(3) });
    const { items } = await eventually(read, ({ items }) => items.length > 0);
    const [link] = items;
    assert.ok(link?.type === "event" && link.event.type === "continued");
    assert.deepEqual([link.event.body, link.event.actor], [{ target: message, discussion: stream }, "system"]);
  });

  Deno.test("[DISC3] people of the group join while the window is open, and see what it lets see; to others there is nothing", async () => {
    await using server = await testServer();
    const [ann, ben, cai, eve] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
      await person(server.url, "eve"),
    ];
    await using _people = disposeAll(ann, ben, cai, eve);
    const { group, discussion: closedOne } = await talk(ann, [ben, cai]);
    const begin = async (until: number) => {
      const stream = freshId("disc", ann.home);
      const { outcomes } = await ann.api.discussions.create.mutate({
        ...{ id: freshId("evt", ann.home), stream, group, name: "Open", members: [] },
        join: { until: unixMs(until), historyFrom: "now" },
      });
      outcomes.forEach(sent);
      return stream;
    };
    const open = await begin(Date.now() + 3_600_000);
    sent(
      (await ann.api.messages.send.mutate({ id: freshId("msg", ann.home), discussion: open, text: "early" })).outcome,
    );
    const join = async (who: typeof ben, discussion: DiscussionId) =>
      (await who.api.discussions.join.mutate({ id: freshId("evt", shardOf(discussion)), discussion })).outcome;
    assert.equal(refusal(await join(eve, open)), "NotFound");
    assert.equal(refusal(await join(eve, freshId("disc", ann.home))), "NotFound");
    sent(await join(ben, open));
    assert.equal(refusal(await join(ben, open)), "NoChange");
    const { messages } = await ben.api.messages.byDiscussion.query({ discussion: open });
    assert.deepEqual(messages, []); // it lets see from now on
    assert.equal(refusal(await join(ben, closedOne)), "NoChange"); // he is in it already
    const id = () => freshId("evt", shardOf(open));
    sent(
      (await ann.api.discussions.ban.mutate({ id: id(), discussion: open, user: ben.user, reason: "spam" })).outcome,
    );
    assert.equal(refusal(await join(ben, open)), "Banned");
    const { bans, mutes } = await ann.api.moderation.sanctions.query({ discussion: open });
    assert.deepEqual([bans, mutes], [[{ user: ben.user }], []]);
    sent((await ann.api.discussions.unban.mutate({ id: id(), discussion: open, user: ben.user })).outcome);
    sent(await join(ben, open));
    const brief = await begin(Date.now() + 1_500);
    const late = await eventually(() => join(cai, brief), (outcome) => outcome.kind === "rejected");
    // She may have got in at first: then there is nothing to join.
    assert.match(refusal(late) ?? "", /^(NotJoinable|NoChange)$/);
  });

  Deno.test("[DISC4] roles, settings, pins and locks show in the view, and say who may do what", async () => {
    await using server = await testServer();
    const [ann, ben, cai] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const { discussion, shard } = await talk(ann, [ben, cai]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const say = async (who: typeof ann) =>
      (await who.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "hello" })).outcome;
    const view = async (who: typeof ann) => (await who.api.discussions.byId.query({ discussion })).discussion;
    const does = async (answer: Promise<{ outcome: Outcome }>) => refusal((await answer).outcome);
    const [annDoes, benDoes] = [ann.api.discussions, ben.api.discussions];
    const target = freshId("msg", shard);
    sent((await ben.api.messages.send.mutate({ id: target, discussion, text: "rules" })).outcome);

    assert.equal(await does(benDoes.rename.mutate({ ...to(), name: "Lunch" })), "accepted");
    assert.equal(await does(benDoes.describe.mutate({ ...to(), description: "at noon" })), "accepted");
    assert.equal(await does(benDoes.describe.mutate({ ...to(), curatedBy: "moderators" })), "Forbidden");
    assert.equal(await does(annDoes.describe.mutate({ ...to(), curatedBy: "moderators" })), "accepted");
    assert.equal(await does(benDoes.pin.mutate({ ...to(), target })), "Forbidden");
    assert.equal(await does(annDoes.setRole.mutate({ ...to(), user: ben.user, role: "moderator" })), "accepted");
    assert.equal(await does(benDoes.pin.mutate({ ...to(), target })), "accepted");
    assert.equal(await does(benDoes.setRole.mutate({ ...to(), user: cai.user, role: "moderator" })), "Forbidden");
    assert.equal(await does(benDoes.mute.mutate({ ...to(), user: ann.user })), "Forbidden"); // not below his role
    assert.equal(await does(benDoes.lock.mutate({ ...to(), reason: "calm down" })), "accepted");
    assert.equal(refusal(await say(cai)), "Locked");
    const { name, description, curatedBy, role, locked, pins } = await view(ben);
    assert.deepEqual([name, description, curatedBy, role, locked], [
      "Lunch",
      "at noon",
      "moderators",
      "moderator",
      true,
    ]);
    assert.deepEqual(pins?.map(({ message, by }) => [message, by]), [[target, ben.user]]);
    assert.equal(await does(benDoes.unlock.mutate(to())), "accepted");
    assert.equal(await does(benDoes.unpin.mutate({ ...to(), target })), "accepted");
    assert.equal(await does(benDoes.setSlowMode.mutate({ ...to(), seconds: 600 })), "accepted");
    sent(await say(cai));
    const slowed = await say(cai);
    assert.ok(slowed.kind === "not-now" && slowed.limiter === "slow-mode");
    assert.ok(slowed.retryAfterMs > 590_000 && slowed.retryAfterMs <= 600_000, `${slowed.retryAfterMs} ms`);
    sent(await say(ben));
    sent(await say(ben)); // moderators are not slowed
    assert.equal(await does(benDoes.close.mutate(to())), "accepted");
    assert.deepEqual([refusal(await say(ann)), (await view(cai)).closed], ["Closed", true]);
    assert.equal(await does(benDoes.reopen.mutate(to())), "accepted");
    // Hands over: who had it stays a moderator.
    assert.equal(await does(annDoes.setRole.mutate({ ...to(), user: cai.user, role: "owner" })), "accepted");
    const first = await ann.api.discussions.members.query({ discussion, limit: 2 });
    const rest = await ann.api.discussions.members.query({ discussion, after: first.next!, limit: 2 });
    const roles = new Map([...first.members, ...rest.members].map((member) => [member.id, member.role]));
    assert.deepEqual(
      [roles.get(ann.user), roles.get(ben.user), roles.get(cai.user), rest.next],
      ["moderator", "moderator", "owner", null],
    );
  });

  Deno.test("[VIS4] who has left sees discussion and group as they stood then: name, roles, pins, closed, members", async () => {
    await using server = await testServer();
    const [ann, ben, cai] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const { group, discussion, shard } = await talk(ann, [ben, cai]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const target = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id: target, discussion, text: "rules" })).outcome);
    sent((await ann.api.discussions.pin.mutate({ ...to(), target })).outcome);
    sent((await ann.api.discussions.setRole.mutate({ ...to(), user: cai.user, role: "moderator" })).outcome);
    sent((await ben.api.groups.leave.mutate({ id: freshId("evt", shardOf(group)), group })).outcome);
    const shown = async () => ({
      view: await ben.api.discussions.byId.query({ discussion }),
      members: await ben.api.discussions.members.query({ discussion }),
      group: await ben.api.groups.byId.query({ group }),
      people: await ben.api.users.forDiscussion.query({ discussion }),
      ofGroup: await ben.api.users.forGroup.query({ group }),
      page: await ben.api.messages.byDiscussion.query({ discussion }),
      log: await ben.api.log.read.query({ stream: discussion, fromSeq: seq(1) }),
    });
    const then = await eventually(shown, ({ view }) => view.discussion.role === null);
    assert.deepEqual(then.view.discussion.pins?.length, 1);
    const { api } = ann;
    sent((await api.discussions.rename.mutate({ ...to(), name: "Without Ben" })).outcome);
    sent((await api.discussions.unpin.mutate({ ...to(), target })).outcome);
    sent((await api.discussions.setRole.mutate({ ...to(), user: cai.user, role: "owner" })).outcome);
    sent((await api.messages.delete.mutate({ ...to(), target })).outcome);
    sent((await cai.api.discussions.close.mutate(to())).outcome);
    assert.deepEqual(await shown(), then);
  });
}
