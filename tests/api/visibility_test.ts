/** Who may see what: strangers nothing, not even that there is something; ex-members what they saw; late-comers from where they came in. @module */
import { strict as assert } from "node:assert";
import { seq, shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import superjson from "superjson";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  /** One call by hand; the answer to the byte. */
  const raw = async (
    url: string,
    { path, kind, input, token }: { path: string; kind: "query" | "mutation"; input: object; token: string },
  ) => {
    const json = JSON.stringify(superjson.serialize(input));
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = kind === "query"
      ? await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(json)}`, { headers })
      : await fetch(`${url}/trpc/${path}`, { method: "POST", headers, body: json });
    return { status: response.status, body: await response.text() };
  };

  Deno.test("[VIS3] to a stranger a discussion that exists answers as one that does not, byte for byte", async (t) => {
    await using server = await testServer();
    const [ann, ben, eve] = [
      await person(server.url, "ann"),
      await person(server.url, "ben"),
      await person(server.url, "eve"),
    ];
    await using _people = disposeAll(ann, ben, eve);
    const there = await talk(ann, [ben]);
    const message = freshId("msg", there.shard);
    sent((await ann.api.messages.send.mutate({ id: message, discussion: there.discussion, text: "secret" })).outcome);
    const shard = there.shard;
    const nowhere = {
      group: freshId("grp", shard),
      discussion: freshId("disc", shard),
      message: freshId("msg", shard),
    };

    const evt = freshId("evt", shard);
    const msg = freshId("msg", shard);
    type Place = typeof nowhere;
    const calls: [path: string, kind: "query" | "mutation", input: (at: Place) => object][] = [
      ["messages.byDiscussion", "query", ({ discussion }) => ({ discussion })],
      ["messages.byId", "query", ({ message }) => ({ id: message })],
      ["messages.at", "query", ({ discussion }) => ({ discussion, seq: 1 })],
      ["discussions.byId", "query", ({ discussion }) => ({ discussion })],
      ["discussions.at", "query", ({ discussion }) => ({ discussion, seq: 1 })],
      ["users.forDiscussion", "query", ({ discussion }) => ({ discussion })],
      ["users.forGroup", "query", ({ group }) => ({ group })],
      ["groups.byId", "query", ({ group }) => ({ group })],
      ["log.read", "query", ({ discussion }) => ({ stream: discussion, fromSeq: 1 })],
      ["log.read", "query", ({ group }) => ({ stream: group, fromSeq: 1 })],
      ["messages.send", "mutation", ({ discussion }) => ({ id: msg, discussion, text: "hello" })],
      ["messages.edit", "mutation", ({ discussion, message: target }) => ({ id: evt, discussion, target, text: "x" })],
      ["messages.delete", "mutation", ({ discussion, message: target }) => ({ id: evt, discussion, target })],
      ["messages.react", "mutation", ({ discussion, message: target }) => (
        { id: evt, discussion, target, emoji: "👍", on: true }
      )],
      ["discussions.addMembers", "mutation", ({ discussion }) => (
        { id: evt, discussion, users: [eve.user], historyFrom: "all" }
      )],
      ["discussions.removeMember", "mutation", ({ discussion }) => ({ id: evt, discussion, user: ann.user })],
      ["discussions.leave", "mutation", ({ discussion }) => ({ id: evt, discussion })],
      ["discussions.members", "query", ({ discussion }) => ({ discussion })],
      ["discussions.join", "mutation", ({ discussion }) => ({ id: evt, discussion })],
      [
        "discussions.setRole",
        "mutation",
        ({ discussion }) => ({ id: evt, discussion, user: ann.user, role: "member" }),
      ],
      ["discussions.mute", "mutation", ({ discussion }) => ({ id: evt, discussion, user: ann.user })],
      ["discussions.unban", "mutation", ({ discussion }) => ({ id: evt, discussion, user: ann.user })],
      ["discussions.rename", "mutation", ({ discussion }) => ({ id: evt, discussion, name: "x" })],
      ["discussions.pin", "mutation", ({ discussion, message: target }) => ({ id: evt, discussion, target })],
      ["discussions.lock", "mutation", ({ discussion }) => ({ id: evt, discussion })],
      ["discussions.setSlowMode", "mutation", ({ discussion }) => ({ id: evt, discussion, seconds: 1 })],
      ["moderation.flag", "mutation", ({ discussion, message: target }) => ({ id: evt, discussion, target })],
      ["moderation.resolve", "mutation", ({ discussion }) => ({ id: evt, discussion, flag: evt, verdict: "upheld" })],
      ["moderation.purge", "mutation", ({ discussion }) => ({ id: evt, discussion, author: ann.user, upToSeq: 1 })],
      ["moderation.sanctions", "query", ({ discussion }) => ({ discussion })],
      ["moderation.queue", "query", ({ discussion }) => ({ discussion })],
      ["moderation.evidence", "query", ({ discussion }) => ({ discussion, seq: 2 })],
      ["moderation.audit", "query", ({ discussion }) => ({ discussion })],
      ["groups.addMembers", "mutation", ({ group }) => ({ id: evt, group, users: [eve.user], historyFrom: "all" })],
      ["groups.removeMember", "mutation", ({ group }) => ({ id: evt, group, user: ann.user })],
      ["groups.leave", "mutation", ({ group }) => ({ id: evt, group })],
      ["log.offer", "mutation", ({ discussion }) => ({
        stream: discussion,
        drafts: [{ stream: discussion, id: evt, type: "leave", version: 1, body: {} }],
      })],
    ];
    for (const [path, kind, input] of calls) {
      await t.step(path, async () => {
        const existing = await raw(server.url, { path, kind, token: eve.token, input: input({ ...there, message }) });
        const missing = await raw(server.url, { path, kind, token: eve.token, input: input(nowhere) });
        assert.match(existing.body, /"NotFound"/);
        assert.deepEqual(existing, missing);
        if (kind === "mutation") return; // what members may do would change what the next step finds
        const known = await raw(server.url, { path, kind, token: ben.token, input: input({ ...there, message }) });
        assert.doesNotMatch(known.body, /"NotFound"/, "a member is told something else");
      });
    }
    // Not even by answering, mentioning or starting a discussion in it.
    const group = { id: evt, stream: freshId("disc", eve.home), name: "D", members: [] };
    const id = freshId("evt", eve.home);
    const begun = await eve.api.discussions.create.mutate({ ...group, id, group: there.group });
    const missed = await eve.api.discussions.create.mutate({ ...group, id, group: nowhere.group });
    assert.deepEqual(begun.outcomes, missed.outcomes);
    assert.ok(begun.outcomes[0]?.kind === "rejected" && begun.outcomes[0].code === "NotFound");
  });

  Deno.test("[VIS4] an ex-member sees the discussion as it stood when they left, and nothing of after", async () => {
    await using server = await testServer();
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const evt = () => freshId("evt", shard);
    const id = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id, discussion, text: "before" })).outcome); // seq 2
    sent((await ben.api.discussions.leave.mutate({ id: evt(), discussion })).outcome); // seq 3
    sent((await ann.api.messages.edit.mutate({ id: evt(), discussion, target: id, text: "after" })).outcome);
    sent((await ann.api.messages.react.mutate({ id: evt(), discussion, target: id, emoji: "👍", on: true })).outcome);
    sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "gone?" })).outcome);

    const page = await ben.api.messages.byDiscussion.query({ discussion });
    assert.equal(page.asOf, 3);
    assert.equal(page.messages.length, 1);
    const [message] = page.messages;
    assert.ok(message?.kind === "live");
    assert.deepEqual([message.text, message.revision, message.reactions], ["before", 0, []]);
    const read = await ben.api.log.read.query({ stream: discussion, fromSeq: seq(1) });
    assert.deepEqual([read.asOf, read.items.length], [3, 3]);
    const further = await ben.api.log.read.query({ stream: discussion, fromSeq: seq(4) });
    assert.deepEqual([further.asOf, further.items], [3, []]);
    const view = await ben.api.discussions.byId.query({ discussion });
    assert.deepEqual([view.asOf, view.discussion.memberCount], [3, 1]);
    const { rows } = await ben.api.discussions.byUser.query({});
    const row = rows.find((one) => one.id === discussion);
    assert.ok(row?.kind === "discussion" && row.preview?.kind === "live");
    assert.deepEqual([row.head, row.preview.text, row.memberCount], [3, "before", 1]);
    const refused = await ben.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "x" });
    assert.ok(refused.outcome.kind === "rejected" && refused.outcome.code === "NotMember");
  });

  Deno.test("[VIS1] who is added with history from now sees neither what was, nor what is about it", async () => {
    await using server = await testServer();
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { group, discussion, shard } = await talk(ann, []);
    const evt = () => freshId("evt", shard);
    const old = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id: old, discussion, text: "old" })).outcome); // seq 2
    const toGroup = { id: freshId("evt", shardOf(group)), group, users: [ben.user], historyFrom: "now" as const };
    sent((await ann.api.groups.addMembers.mutate(toGroup)).outcome);
    const added = { id: evt(), discussion, users: [ben.user], historyFrom: "now" as const };
    sent((await ann.api.discussions.addMembers.mutate(added)).outcome); // seq 3
    sent((await ann.api.messages.edit.mutate({ id: evt(), discussion, target: old, text: "old, edited" })).outcome); // 4
    const answer = freshId("msg", shard);
    sent((await ann.api.messages.send.mutate({ id: answer, discussion, text: "new", replyTo: old })).outcome); // 5

    const { messages } = await ben.api.messages.byDiscussion.query({ discussion });
    assert.deepEqual(messages.map((message) => [message.id, message.quote]), [[answer, { id: old, hidden: true }]]);
    const { items, asOf } = await ben.api.log.read.query({ stream: discussion, fromSeq: seq(1) });
    assert.equal(asOf, 5);
    const shape = items.map((item) => item.type === "event" ? item.event.seq : [item.from, item.to]);
    // The edit is about what is hidden, so it is hidden too; the numbering stays dense.
    assert.deepEqual(shape, [[1, 2], 3, [4, 4], 5]);
    await assert.rejects(ben.api.messages.byId.query({ id: old }), { data: { code: "NotFound", httpStatus: 404 } });
    const react = await ben.api.messages.react.mutate({ id: evt(), discussion, target: old, emoji: "👍", on: true });
    assert.ok(react.outcome.kind === "rejected" && react.outcome.code === "NotFound");
  });

  Deno.test("[VIS1] who comes back sees both stays, and of between only that it was", async () => {
    await using server = await testServer();
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const evt = () => freshId("evt", shard);
    const say = async (text: string) =>
      sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text })).outcome);
    await say("first"); // 2
    sent((await ben.api.discussions.leave.mutate({ id: evt(), discussion })).outcome); // 3
    await say("between"); // 4
    await say("between too"); // 5
    const back = { id: evt(), discussion, users: [ben.user], historyFrom: "now" as const };
    sent((await ann.api.discussions.addMembers.mutate(back)).outcome); // 6
    await say("last"); // 7

    const { messages } = await ben.api.messages.byDiscussion.query({ discussion });
    assert.deepEqual(messages.map((message) => message.kind === "live" && message.text), ["last", "first"]);
    const older = await ben.api.messages.byDiscussion.query({ discussion, before: seq(7), limit: 1 });
    assert.deepEqual([older.messages.length, older.messages[0]?.seq, older.before], [1, 2, null]);
    const page = await ben.api.log.read.query({ stream: discussion, fromSeq: seq(2), limit: 3 });
    const shape = page.items.map((item) => item.type === "event" ? item.event.seq : [item.from, item.to]);
    assert.deepEqual(shape, [2, 3, [4, 5], 6]);
  });
}
