/** Who stops being a member gets the end of it on every open feed within a second, whichever node it is open on, and nothing after (LIVE6). @module */
import { strict as assert } from "node:assert";
import type { DiscussionId, Draft, FeedItem } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { Ears } from "./ears.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("../api/talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  /** The seq that an item tells of, if it is one of a stream. */
  const seqOf = (item: FeedItem): number => {
    switch (item.type) {
      case "event":
        return item.event.seq;
      case "opaque":
        return item.to;
      case "joined":
      case "behind":
        return item.head;
      default:
        return Infinity;
    }
  };

  const begin = async (owner: Person, group: Awaited<ReturnType<typeof talk>>["group"], members: readonly Person[]) => {
    const discussion = freshId("disc", owner.home);
    const begun = await owner.api.discussions.create.mutate({
      ...{ id: freshId("evt", owner.home), stream: discussion, group, name: "Talk" },
      members: members.map(({ user }) => user),
    });
    begun.outcomes.forEach(sent);
    return discussion;
  };

  const offer = async (who: Person, draft: Draft) => {
    const { outcomes } = await who.api.log.offer.mutate({ stream: draft.stream, drafts: [draft] });
    outcomes.forEach(sent);
  };

  Deno.test("[LIVE6] removed, banned, left, or out of the group: on either node the feed brings that within a second, and then nothing more", async () => {
    await using a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    const ann = await person(a.url, "ann", { transport: "ws" });
    const ben = await person(a.url, "ben", { transport: "ws", shard: 3 });
    const elsewhere = connect(b.url, { transport: "ws", token: ben.token });
    const cyd = await person(b.url, "cyd", { transport: "ws", shard: 2 });
    await using _people = disposeAll(ann, ben, cyd, elsewhere);
    const { group, discussion: first, shard } = await talk(ann, [ben, cyd]);
    const [second, third, fourth] = [
      ...[
        await begin(ann, group, [ben, cyd]),
        await begin(ann, group, [ben, cyd]),
        await begin(ann, group, [ben, cyd]),
      ],
    ];
    await until(async () => {
      const lists = await Promise.all([ben, cyd].map(({ api }) => api.discussions.byUser.query({})));
      return lists.every(({ rows }) => rows.length === 4);
    });
    const [here, there, other] = await Promise.all([ben, elsewhere, cyd].map(({ api }) => new Ears(api).live()));
    await using _ears = disposeAll(here!, there!, other!);

    const said = async (discussion: DiscussionId) => {
      for (let n = 0; n < 3; n++) {
        const text = `after ${n}`;
        sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text })).outcome);
      }
      await ann.api.live.typing.mutate({ discussion, on: true });
      const { asOf } = await ann.api.log.read.query({ stream: discussion, fromSeq: 1 as never });
      await until(() => other!.of(discussion).some((item) => seqOf(item) === asOf));
    };
    const id = () => freshId("evt", shard);
    const draft = { id: id(), version: 1 } as const;
    const ways: readonly [DiscussionId, string, () => Promise<unknown>][] = [
      [
        first,
        "remove-member",
        () => ann.api.discussions.removeMember.mutate({ id: id(), discussion: first, user: ben.user }),
      ],
      [
        second!,
        "ban-member",
        () => offer(ann, { ...draft, stream: second!, type: "ban-member", body: { user: ben.user } }),
      ],
      [third!, "leave", () => ben.api.discussions.leave.mutate({ id: id(), discussion: third! })],
      [fourth!, "remove-member", () => ann.api.groups.removeMember.mutate({ id: id(), group, user: ben.user })],
    ];
    for (const [discussion, end, leave] of ways) {
      await leave();
      const acked = performance.now();
      const isEnd = (item: FeedItem) => item.type === "event" && item.event.type === end;
      await until(() => [here!, there!].every((ears) => ears.of(discussion).some(isEnd)));
      const tookMs = performance.now() - acked;
      assert.ok(tookMs < 1_000, `${end}: ${Math.round(tookMs)} ms`);
      await said(discussion);
    }
    // Whatever was under way has come by now.
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const ears of [here!, there!]) {
      for (const [discussion, end] of ways) {
        const last = ears.of(discussion).at(-1);
        assert.ok(last?.type === "event" && last.event.type === end, `${end}: ${JSON.stringify(last)}`);
      }
      const lastOfGroup = ears.of(group).at(-1);
      assert.ok(lastOfGroup?.type === "event" && lastOfGroup.event.type === "remove-member");
      assert.ok(!JSON.stringify(ears.items).includes("after "), "what was said afterwards");
    }
  });
}
