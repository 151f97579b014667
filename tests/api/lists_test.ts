import { strict as assert } from "node:assert";
import { shardNumber } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Person } from "@gatz/testing/test_server.ts";
import type { Talk } from "./talk.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  const { effectsDelivered } = await import("./shard_logs.ts");

  const rowOf = async ({ api }: Pick<Person, "api">, { discussion }: Talk) => {
    const { rows } = await api.discussions.byUser.query({});
    const row = rows.find(({ id }) => id === discussion);
    assert.ok(row?.kind === "discussion");
    return row;
  };

  Deno.test("[USR3] a list says what is unread and who mentions whom, and what it comes to in all; nobody is told of those who block them", async () => {
    await using server = await testServer({ database: { shards: 4 } });
    const [ann, ben, cai] = [
      await person(server.url, "ann", { shard: 0 }),
      await person(server.url, "ben", { shard: 1 }),
      await person(server.url, "cai", { shard: 2 }),
    ];
    await using _people = disposeAll(ann, ben, cai);
    const there = await talk(ann, [ben, cai]);
    await effectsDelivered(server.database);
    const say = async (who: Person, mentions: readonly Person[] = []) => {
      const input = { id: freshId("msg", there.shard), discussion: there.discussion, text: "hello" };
      const { outcome } = await who.api.messages.send.mutate({ ...input, mentions: mentions.map(({ user }) => user) });
      sent(outcome);
      return outcome.kind === "accepted" ? outcome.seq : assert.fail();
    };
    await say(ann);
    const last = await say(cai, [ben]);
    await say(ann, [ben]);
    const { totals } = await ben.api.discussions.byUser.query({});
    const none = { count: 0, more: false }, one = { count: 1, more: false }, two = { count: 2, more: false };
    assert.deepEqual(totals, { discussions: one, unread: one, mentions: two });
    const row = await rowOf(ben, there);
    assert.deepEqual([row.role, row.mark, row.unread, row.mentions], [
      "member",
      { epoch: 0, seq: 0 },
      { count: 3, more: false },
      two,
    ]);
    // Cai's message stays to be seen, and to be counted; only its mention is none any more.
    sent((await cai.api.users.block.mutate({ id: freshId("evt", cai.home), user: ben.user })).outcome);
    assert.deepEqual([(await rowOf(ben, there)).unread?.count, (await rowOf(ben, there)).mentions], [3, one]);
    sent((await ben.api.users.block.mutate({ id: freshId("evt", ben.home), user: ann.user })).outcome);
    const blocking = await rowOf(ben, there);
    assert.deepEqual([blocking.unread, blocking.mentions, blocking.preview?.kind], [one, none, "blocked"]);
    await ben.api.reads.mark.mutate({ discussion: there.discussion, seq: last });
    const read = await rowOf(ben, there);
    assert.deepEqual([read.mark, read.unread], [{ epoch: 0, seq: last }, none]);
  });

  Deno.test("[USR3] [VIS4] a list of groups: the caller's role, how many are in each, and of one that was left how it stood then", async () => {
    await using server = await testServer({ database: { shards: 4 } });
    const [ann, ben] = [await person(server.url, "ann", { shard: 0 }), await person(server.url, "ben", { shard: 1 })];
    await using _people = disposeAll(ann, ben);
    const [first, second] = [await talk(ann, [ben]), await talk(ben, [ann])];
    await effectsDelivered(server.database);
    const id = (of: Talk) => ({ id: freshId("evt", of.shard), group: of.group });
    sent((await ben.api.groups.leave.mutate(id(first))).outcome);
    sent((await ann.api.groups.rename.mutate({ ...id(first), name: "behind their back" })).outcome);
    const { rows, next, unavailable } = await ben.api.groups.byUser.query({});
    assert.deepEqual([next, unavailable], [null, []]);
    assert.deepEqual(
      rows.map((row) => row.kind === "group" && [row.id, row.role, row.memberCount, row.name === "behind their back"]),
      [[first.group, null, 1, false], [second.group, "owner", 2, false]],
    );
    const page = await ben.api.groups.byUser.query({ limit: 1 });
    const rest = await ben.api.groups.byUser.query({ limit: 1, before: page.next ?? assert.fail("there are two") });
    assert.deepEqual([...page.rows, ...rest.rows].map((row) => row.id), [first.group, second.group]);
    assert.equal(rest.next, null);
    const [never, nowhere] = [freshId("grp", ann.home), freshId("grp", shardNumber(4_000))];
    const asked = await ben.api.groups.rows.query({ groups: [never, second.group, nowhere, first.group] });
    assert.deepEqual(asked.rows, [
      { kind: "missing", id: never },
      rows[1],
      { kind: "missing", id: nowhere },
      rows[0],
    ]);
    const newest = await ann.api.log.open.query({ stream: first.group, limit: 1 });
    const lastAt = newest.items.flatMap((item) => item.type === "event" ? [item.event.at] : []);
    const hers = (await ann.api.groups.rows.query({ groups: [first.group] })).rows;
    assert.deepEqual(hers.map((row) => row.kind === "group" && [row.name, row.seq, row.lastAt]), [
      ["behind their back", newest.asOf, lastAt[0]],
    ]);
  });
}
