/** Flags, purges, and what moderators did (MOD1–2), on a real server. @module */
import { strict as assert } from "node:assert";
import { type Outcome, seq, shardOf, unixMs } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { verify } = await import("@gatz/storage");
  const { fillWithMessages } = await import("./many_messages.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const refusal = (outcome: Outcome | undefined) => outcome?.kind === "rejected" ? outcome.code : outcome?.kind;
  const errorOf = (answer: Promise<unknown>): Promise<string> =>
    answer.then(() => "answered", (error: { data?: { code?: string } }) => error.data?.code ?? String(error));

  Deno.test("[MOD2] a flag comes into the queue with evidence as the log stood, and moderators alone see them", async () => {
    await using server = await testServer();
    const [ann, ben, cai, eve] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
      await person(server.url, "eve"),
    ];
    await using _people = disposeAll(ann, ben, cai, eve);
    const { discussion, shard } = await talk(ann, [ben, cai]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const target = freshId("msg", shard);
    const said = async (who: typeof ann, text: string, id = freshId("msg", shard)) =>
      sent((await who.api.messages.send.mutate({ id, discussion, text })).outcome);
    await said(cai, "before"); // 2
    await said(ben, "something rude", target); // 3
    sent((await ben.api.messages.edit.mutate({ ...to(), target, text: "something harmless" })).outcome); // 4
    const flagId = to().id;
    sent((await cai.api.moderation.flag.mutate({ id: flagId, discussion, target, reason: "rude" })).outcome); // 5
    await said(ann, "after"); // 6
    sent((await ben.api.messages.edit.mutate({ ...to(), target, text: "nothing at all" })).outcome); // 7

    for (const [who, code] of [[cai, "Forbidden"], [ben, "Forbidden"], [eve, "NotFound"]] as const) {
      const { queue, evidence, audit } = who.api.moderation;
      const asked = [
        queue.query({ discussion }),
        evidence.query({ discussion, seq: seq(5) }),
        audit.query({ discussion }),
      ];
      assert.deepEqual(await Promise.all(asked.map(errorOf)), [code, code, code]);
    }
    const { flags } = await ann.api.moderation.queue.query({ discussion });
    assert.deepEqual(
      flags.map(({ id, seq, message, author, by, reason }) => ({ id, seq, message, author, by, reason })),
      [{ id: flagId, seq: seq(5), message: target, author: ben.user, by: cai.user, reason: "rude" }],
    );
    assert.ok(flags[0]?.shown?.kind === "live" && flags[0].shown.text === "nothing at all");

    const purge = { ...to(), author: ben.user, upToSeq: seq(7), reason: "rude", flag: flagId };
    sent((await ann.api.moderation.purge.mutate(purge)).outcome); // 8
    assert.deepEqual((await ann.api.moderation.queue.query({ discussion })).flags, []); // it was the answer
    const evidence = await ann.api.moderation.evidence.query({ discussion, seq: seq(5) });
    assert.deepEqual([evidence.open, evidence.asOf, evidence.flag.id], [false, 5, flagId]);
    const texts = evidence.history.map((event) => "text" in event.body ? event.body.text : event.type);
    assert.deepEqual(texts, ["something rude", "something harmless", "flag-message"]);
    const around = evidence.around.map((message) => message.kind === "live" ? message.text : message.kind);
    assert.deepEqual(around, ["something harmless", "before"]);
    for (const at of [1, 4, 9]) {
      assert.equal(await errorOf(ann.api.moderation.evidence.query({ discussion, seq: seq(at) })), "NotFound");
    }
  });

  Deno.test("[VIS1] [MOD2] a flag from while a moderator was away is not in their queue, though they see its message", async () => {
    await using server = await testServer();
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const target = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id: target, discussion, text: "seen by both" })).outcome); // 2
    sent((await ben.api.discussions.leave.mutate(to())).outcome); // 3
    sent((await ann.api.moderation.flag.mutate({ ...to(), target, reason: "said among others" })).outcome); // 4
    sent((await ann.api.discussions.addMembers.mutate({ ...to(), users: [ben.user], historyFrom: "now" })).outcome); // 5
    sent((await ann.api.discussions.setRole.mutate({ ...to(), user: ben.user, role: "moderator" })).outcome); // 6
    const queues = await Promise.all([ann, ben].map(({ api }) => api.moderation.queue.query({ discussion })));
    assert.deepEqual(queues.map(({ flags }) => flags.map((flag) => flag.seq)), [[seq(4)], []]);
    assert.equal(await errorOf(ben.api.moderation.evidence.query({ discussion, seq: seq(4) })), "NotFound");
  });

  Deno.test("[MOD1] the audit is the log: what moderators did, with reasons and flags, in pages", async () => {
    await using server = await testServer();
    const [ann, ben, cai] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const { group, discussion, shard } = await talk(ann, [ben, cai]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const [bens, own] = [freshId("msg", shard), freshId("msg", shard)];
    for (const id of [bens, own]) sent((await ben.api.messages.send.mutate({ id, discussion, text: "x" })).outcome);
    const { discussions, messages, moderation } = ann.api;
    sent((await ben.api.messages.delete.mutate({ ...to(), target: own })).outcome); // not a moderator's doing
    sent((await messages.delete.mutate({ ...to(), target: bens, reason: "off topic" })).outcome);
    sent((await discussions.mute.mutate({ ...to(), user: ben.user, until: unixMs(Date.now() + 60_000) })).outcome);
    sent((await discussions.rename.mutate({ ...to(), name: "Renamed" })).outcome); // nor this
    sent((await discussions.lock.mutate({ ...to(), reason: "enough" })).outcome);
    sent((await discussions.ban.mutate({ ...to(), user: cai.user })).outcome);
    sent((await ben.api.groups.leave.mutate({ id: freshId("evt", shardOf(group)), group })).outcome); // removed by system
    const first = await moderation.audit.query({ discussion, limit: 3 });
    assert.deepEqual(first.events.map(({ type, actor }) => [type, actor]), [
      ["ban-member", ann.user],
      ["lock", ann.user],
      ["mute-member", ann.user],
    ]);
    const rest = await moderation.audit.query({ discussion, before: first.before!, limit: 3 });
    assert.deepEqual([rest.before, rest.events.map(({ type, body }) => [type, "reason" in body && body.reason])], [
      null,
      [["delete-message", "off topic"]],
    ]);
  });

  Deno.test("[MOD1] a purge shows everywhere to who sees it: pages, look-ups, quotes, previews, and what was before it does not", async () => {
    await using server = await testServer();
    const [ann, ben, cai] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "cai"),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const { discussion, shard } = await talk(ann, [ben, cai]);
    const to = () => ({ id: freshId("evt", shard), discussion });
    const [spam, more, answer] = [freshId("msg", shard), freshId("msg", shard), freshId("msg", shard)];
    sent((await ben.api.messages.send.mutate({ id: spam, discussion, text: "spam" })).outcome); // 2
    sent((await cai.api.messages.react.mutate({ ...to(), target: spam, emoji: "👎", on: true })).outcome); // 3
    sent((await ben.api.messages.send.mutate({ id: more, discussion, text: "more" })).outcome); // 4
    sent((await ben.api.messages.edit.mutate({ ...to(), target: more, text: "more spam" })).outcome); // 5
    sent((await cai.api.discussions.leave.mutate(to())).outcome); // 6
    const purge = { ...to(), author: ben.user, upToSeq: seq(6), reason: "spam" };
    sent((await ann.api.moderation.purge.mutate(purge)).outcome); // 7
    const shown = async (who: typeof ann) => {
      const { messages } = await who.api.messages.byDiscussion.query({ discussion });
      return messages.map((message) => {
        if (message.kind === "deleted") return `${message.why}: ${message.reason}`;
        return message.kind === "live" ? message.text : message.kind;
      });
    };
    assert.deepEqual(await shown(ann), ["purge: spam", "purge: spam"]);
    assert.deepEqual(await shown(cai), ["more spam", "spam"]); // she left before
    const { message } = await ann.api.messages.byId.query({ id: spam });
    assert.deepEqual(message, {
      ...{
        kind: "deleted",
        id: spam,
        discussion,
        seq: 2,
        author: ben.user,
        at: message.at,
        revision: 0,
        changedSeq: 7,
      },
      ...{ by: ann.user, why: "purge", reason: "spam", deletedAt: message.kind === "deleted" && message.deletedAt },
    });
    const before = await ann.api.messages.at.query({ discussion, seq: seq(6) });
    assert.deepEqual(before.messages.map(({ kind }) => kind), ["live", "live"]);
    const rowOf = async (who: typeof ann) => {
      const row = (await who.api.discussions.byUser.query({})).rows.find(({ id }) => id === discussion);
      return row?.kind === "discussion" ? row.preview : null;
    };
    const preview = await rowOf(ann);
    assert.deepEqual([preview?.id, preview?.kind], [more, "deleted"]);
    assert.equal((await rowOf(cai))?.kind, "live");
    for (
      const offer of [
        () => ben.api.messages.edit.mutate({ ...to(), target: more, text: "again" }),
        () => ann.api.messages.react.mutate({ ...to(), target: more, emoji: "👍", on: true }),
        () => ann.api.discussions.pin.mutate({ ...to(), target: more }),
      ]
    ) assert.equal(refusal((await offer()).outcome), "MessageDeleted");
    sent((await ann.api.messages.send.mutate({ id: answer, discussion, text: "gone?", replyTo: more })).outcome);
    const { messages: [newest] } = await ann.api.messages.byDiscussion.query({ discussion, limit: 1 });
    assert.deepEqual(newest?.quote, { id: more, deleted: true });
    // What comes to feeds and replicas is the event alone: the log has the rest.
    const { problems } = await verify(server.database.storageConfig());
    assert.deepEqual(problems, []);
  });

  Deno.test("[MOD1] mutes and bans run out by the shard's own clock", async () => {
    await using server = await testServer();
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const say = async () =>
      (await ben.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "hello" })).outcome;
    const until = unixMs(Date.now() + 3_000);
    const mute = { id: freshId("evt", shard), discussion, user: ben.user, until };
    sent((await ann.api.discussions.mute.mutate(mute)).outcome);
    const refused = await say();
    assert.deepEqual(refused, { kind: "rejected", code: "Muted", field: "discussion", detail: { until } });
    assert.deepEqual((await ben.api.discussions.byId.query({ discussion })).discussion.muted, { until });
    await eventually(say, ({ kind }) => kind === "accepted");
    assert.ok(Date.now() >= until);
  });

  Deno.test("[MOD1] purging 10,000 messages is one event, in at most 50 ms; pages show it at once", async () => {
    const MESSAGES = 10_000;
    await using server = await testServer({ database: { shards: 1, servers: 1 } });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    await fillWithMessages(server.database.directoryUrl, { discussion, author: ben.user, to: MESSAGES + 1 });
    // A writer that was overtaken reads the fence anew: this is not part of what is measured.
    const first = { id: freshId("msg", shard), discussion, text: "enough" };
    await eventually(
      () => ann.api.messages.send.mutate(first),
      ({ outcome: { kind } }) => /accepted|duplicate/.test(kind),
    );
    const times: number[] = [];
    // What it takes is the least of some tries: on a busy machine the others measure that.
    while (times.length < 3 || (Math.min(...times) > 50 && times.length < 50)) {
      // Each reaches one seq further, over the same 10,000 and more.
      const more = { id: freshId("msg", shard), discussion, text: "more" };
      const upToSeq = await ben.api.messages.send.mutate(more).then(({ outcome }) =>
        "seq" in outcome ? outcome.seq : seq(1)
      );
      const began = performance.now();
      const purge = { id: freshId("evt", shard), discussion, author: ben.user, upToSeq };
      sent((await ann.api.moderation.purge.mutate(purge)).outcome);
      times.push(performance.now() - began);
      const page = await ann.api.messages.byDiscussion.query({ discussion, limit: 100 });
      const live = page.messages.filter(({ kind }) => kind === "live");
      assert.deepEqual([page.messages.length, live.length], [100, 1]); // hers
    }
    const oldest = await ann.api.messages.byDiscussion.query({ discussion, before: seq(12), limit: 10 });
    assert.ok(oldest.messages.every((message) => message.kind === "deleted" && message.why === "purge"));
    assert.ok(Math.min(...times) <= 50, `${times.map(Math.round).join()} ms`);
  });
}
