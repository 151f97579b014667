/** Every procedure's happy path, over the stock client's WebSocket link and its HTTP batch link alike. @module */
import { strict as assert } from "node:assert";
import { seq, shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { sent, talk } = await import("./talk.ts");

  for (const transport of ["ws", "http"] as const) {
    Deno.test(`[LOG4] a message's life over ${transport}: sent, answered, edited, reacted to, deleted`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann", { transport });
      await using ben = await person(server.url, "ben", { transport });
      const { discussion, shard } = await talk(ann, [ben]);
      const id = freshId("msg", shard);
      const first = await ann.api.messages.send.mutate({ id, discussion, text: "hello" });
      sent(first.outcome);
      const again = await ann.api.messages.send.mutate({ id, discussion, text: "hello" });
      assert.deepEqual(again.outcome, { ...first.outcome, kind: "duplicate" });

      const answer = freshId("msg", shard);
      sent((await ben.api.messages.send.mutate({ id: answer, discussion, text: "hi", replyTo: id })).outcome);
      const edit = { id: freshId("evt", shard), discussion, target: id, text: "hello!", baseRevision: 0 };
      sent((await ann.api.messages.edit.mutate(edit)).outcome);
      const react = { id: freshId("evt", shard), discussion, target: id, emoji: "👍", on: true };
      sent((await ben.api.messages.react.mutate(react)).outcome);

      const page = await ben.api.messages.byDiscussion.query({ discussion });
      assert.deepEqual(page.messages.map((message) => message.id), [answer, id]);
      const [theirs, mine] = page.messages;
      assert.ok(theirs?.kind === "live" && mine?.kind === "live");
      assert.deepEqual(theirs.quote, { id, author: ann.user, text: "hello!" });
      assert.equal(mine.text, "hello!");
      assert.equal(mine.revision, 1);
      assert.deepEqual(mine.reactions, [{ emoji: "👍", count: 1, mine: true, users: [ben.user] }]);
      assert.equal(page.before, null);
      assert.equal(page.asOf, 5);

      const gone = { id: freshId("evt", shard), discussion, target: id, reason: "a slip" };
      sent((await ann.api.messages.delete.mutate(gone)).outcome);
      const { message, asOf } = await ben.api.messages.byId.query({ id });
      assert.ok(message.kind === "deleted" && message.by === ann.user && message.reason === "a slip");
      assert.ok(!("text" in message) && !("reactions" in message));
      assert.equal(asOf, 6);
      const reply = await ann.api.messages.byId.query({ id: answer });
      assert.deepEqual(reply.message.quote, { id, deleted: true });
    });

    Deno.test(`[DISC3] groups and discussions over ${transport}: begun, joined, left, listed`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann", { transport });
      await using ben = await person(server.url, "ben", { transport });
      await using cyd = await person(server.url, "cyd", { transport });
      const { group, discussion, shard } = await talk(ann, [ben]);
      const inGroup = freshId("evt", shardOf(group));
      sent(
        (await ann.api.groups.addMembers.mutate({ id: inGroup, group, users: [cyd.user], historyFrom: "all" })).outcome,
      );
      const added = { id: freshId("evt", shard), discussion, users: [cyd.user], historyFrom: "all" as const };
      sent((await ben.api.discussions.addMembers.mutate(added)).outcome);

      const { members } = await cyd.api.users.forDiscussion.query({ discussion });
      assert.deepEqual(
        members.map((member) => [member.id, member.role, member.kind === "user" ? member.handle : null]).toSorted(),
        [[ann.user, "owner", "ann"], [ben.user, "member", "ben"], [cyd.user, "member", "cyd"]].toSorted(),
      );
      const ofGroup = await cyd.api.users.forGroup.query({ group });
      assert.equal(ofGroup.members.length, 3);

      const view = await cyd.api.discussions.byId.query({ discussion });
      assert.equal(view.discussion.name, "Talk");
      assert.equal(view.discussion.memberCount, 3);
      assert.equal(view.discussion.owner, ann.user);
      assert.equal(view.asOf, 2);
      assert.equal((await cyd.api.groups.byId.query({ group })).group.owner, ann.user);

      sent((await cyd.api.discussions.leave.mutate({ id: freshId("evt", shard), discussion })).outcome);
      const removal = { id: freshId("evt", shard), discussion, user: ben.user, reason: "spam" };
      sent((await ann.api.discussions.removeMember.mutate(removal)).outcome);
      assert.equal((await ann.api.discussions.byId.query({ discussion })).discussion.memberCount, 1);
      // Who left sees it as it was then (VIS4).
      assert.equal((await cyd.api.discussions.byId.query({ discussion })).discussion.memberCount, 2);
      sent((await ben.api.groups.leave.mutate({ id: freshId("evt", shardOf(group)), group })).outcome);
      const out = { id: freshId("evt", shardOf(group)), group, user: cyd.user };
      sent((await ann.api.groups.removeMember.mutate(out)).outcome);
      assert.equal((await ann.api.groups.byId.query({ group })).group.memberCount, 1);
    });

    Deno.test(`[DISC3] a discussion begins with its first message over ${transport}, in one bundle`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann", { transport });
      const group = freshId("grp", ann.home);
      const id = freshId("evt", ann.home);
      sent((await ann.api.groups.create.mutate({ id, stream: group, name: "Alone", members: [] })).outcome);
      const [discussion, message] = [freshId("disc", ann.home), freshId("msg", ann.home)];
      const { outcomes } = await ann.api.discussions.create.mutate({
        ...{ id: freshId("evt", ann.home), stream: discussion, group, name: "Notes", members: [] },
        first: { id: message, text: "first!" },
      });
      assert.deepEqual(outcomes.map((outcome) => outcome.kind), ["accepted", "accepted"]);
      const list = await ann.api.discussions.byUser.query({});
      assert.equal(list.rows.length, 1);
      const [row] = list.rows;
      assert.ok(row?.kind === "discussion" && row.preview?.kind === "live");
      assert.deepEqual([row.id, row.name, row.head, row.preview.text], [discussion, "Notes", seq(2), "first!"]);
      assert.deepEqual([list.unavailable, list.next], [[], null]);
    });

    Deno.test(`[USR1] people over ${transport}, by id and by handle`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann", { transport });
      await using ben = await person(server.url, "ben_2", { transport });
      const nobody = freshId("user", ann.home);
      const { users, incarnation } = await ann.api.users.byIds.query({ ids: [ben.user, nobody, ben.user] });
      const view = { kind: "user", id: ben.user, asOf: 1, handle: "ben_2", name: "ben_2" };
      assert.deepEqual(users, [view, { kind: "missing", id: nobody }, view]);
      const one = { incarnation, asOf: 1, user: view };
      assert.deepEqual(await ann.api.users.byId.query({ id: ben.user }), one);
      assert.deepEqual(await ann.api.users.byHandle.query({ handle: "ben_2" }), { ...one, isRedirect: false });
      const me = await ann.api.auth.me.query();
      assert.deepEqual([me.user, me.handle, me.home, me.shards], [ann.user, "ann", ann.home, 16]);
      assert.equal(me.limits.textCodePoints, 10_000);
      await using again = await person(server.url, "ann", { transport });
      assert.equal(again.user, ann.user);
    });

    Deno.test(`[LOG2] drafts and the log over ${transport}: offered as they are, read as they are`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann", { transport });
      const { discussion, shard } = await talk(ann, []);
      const drafts = ["one", "two"].map((text) => ({
        ...{ stream: discussion, id: freshId("msg", shard), type: "new-message", version: 1 },
        body: { text, mentions: [], attachments: [] },
      }));
      const offered = await ann.api.log.offer.mutate({ stream: discussion, drafts });
      assert.deepEqual(offered.outcomes.map((outcome) => outcome.kind), ["accepted", "accepted"]);
      const { items, asOf, incarnation } = await ann.api.log.read.query({ stream: discussion, fromSeq: seq(2) });
      assert.equal(asOf, 3);
      assert.equal(incarnation, offered.incarnation);
      for (const [i, item] of items.entries()) {
        assert.ok(item.type === "event");
        const { seq, at, decided: _, actor, ...draft } = item.event;
        assert.deepEqual([draft, seq, actor], [drafts[i], i + 2, ann.user]);
        assert.ok(at > 1_700_000_000_000);
      }
      const own = await ann.api.log.read.query({ stream: ann.user, fromSeq: seq(1) });
      assert.ok(own.items[0]?.type === "event" && own.items[0].event.type === "register");
    });
  }
}
