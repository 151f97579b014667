/** Groups while a database server does not answer: a new owner whose own shard is down, and leavings that arrive late (DISC2, GRP2, FACT1). @module */
import { strict as assert } from "node:assert";
import { isMember, shardOf, type UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { verify } = await import("@gatz/storage");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const limits = { callDeadlineMs: 2_000, readDeadlineMs: 1_000, flushDeadlineMs: 1_500, ownStreamMs: 200 };

  Deno.test("[GRP2] [DISC2] with one of two servers stopped groups are handed over and left, and what lives on it follows", async (t) => {
    await using servers = await ownServers();
    await using server = await testServer({ database: { on: servers.urls }, limits });
    // Shards up to 7 are on the first server, from 8 on on the second, which stops.
    const [ann, ben, cid, dot, eve] = await Promise.all([
      person(server.url, "ann", { shard: 3 }),
      person(server.url, "ben", { shard: 9 }),
      person(server.url, "cid", { shard: 4 }),
      person(server.url, "dot", { shard: 10 }),
      person(server.url, "eve", { shard: 11 }),
    ]);
    await using _people = disposeAll(ann, ben, cid, dot, eve);
    const { group, discussion: near } = await talk(ann, [ben, cid, dot]);
    const far = freshId("disc", dot.home);
    const members = [ann, ben, cid].map(({ user }) => user);
    const begun = await dot.api.discussions.create.mutate({
      ...{ id: freshId("evt", dot.home), stream: far, group, name: "Far", members },
    });
    begun.outcomes.forEach(sent);
    // Their own streams have heard of all of it before anything stops.
    for (const { user } of [ann, ben, cid, dot]) {
      await eventually(
        () => server.storage.state(user),
        (state) => state?.kind === "user" && Object.keys(state.inbox[group]?.streams ?? {}).length === 3,
      );
    }
    const id = () => freshId("evt", shardOf(group));
    const isIn = async (stream: typeof near | typeof far, user: UserId) => {
      const state = await server.storage.state(stream);
      assert.ok(state?.kind === "discussion");
      return isMember(state, user);
    };

    await servers.b.pause();
    await t.step("a new owner takes over whose own shard is down, and does what owners do", async () => {
      sent((await ann.api.groups.transferOwnership.mutate({ id: id(), group, to: ben.user })).outcome);
      sent((await ben.api.groups.rename.mutate({ id: id(), group, name: "Ben's" })).outcome);
      sent((await ben.api.groups.removeMember.mutate({ id: id(), group, user: cid.user })).outcome);
      const { group: view } = await ben.api.groups.byId.query({ group });
      assert.deepEqual([view.owner, view.role, view.name, view.memberCount], [ben.user, "owner", "Ben's", 3]);
    });
    await t.step("[FACT1] who can't be asked is not added, and it says why", async () => {
      const input = { id: id(), group, users: [eve.user], historyFrom: "now" as const };
      const { outcome } = await ann.api.groups.addMembers.mutate(input);
      assert.deepEqual(outcome, {
        ...{ kind: "rejected", code: "NobodyAddable", field: "users" },
        detail: { skipped: [{ user: eve.user, code: "Unavailable" }] },
      });
    });
    await t.step("[FACT1] who adds and can't be asked whom they block waits", async () => {
      const input = { id: id(), group, users: [cid.user], historyFrom: "now" as const };
      const { outcome } = await ben.api.groups.addMembers.mutate(input);
      assert.ok(outcome.kind === "not-now" && outcome.reason === "Unavailable", JSON.stringify(outcome));
    });
    await t.step("one leaves the group also while one's own shard is down, and says that it is pending", async () => {
      const { outcome, pending } = await dot.api.groups.leave.mutate({ id: id(), group });
      sent(outcome);
      assert.equal(pending, true);
    });
    await t.step("who was removed is out of the discussions that answer", async () => {
      await eventually(() => isIn(near, cid.user), (isThere) => !isThere);
    });
    await servers.b.resume();
    await t.step("and out of the others once they answer again; what was theirs passes on", async () => {
      for (const [stream, user] of [[far, cid.user], [far, dot.user], [near, dot.user]] as const) {
        const ask = () => isIn(stream, user).catch(() => true); // it may not answer at once
        await eventually(ask, (isThere) => !isThere);
      }
      const state = await server.storage.state(far);
      assert.ok(state?.kind === "discussion");
      assert.equal(state.owner, [ann.user, ben.user].toSorted()[0], "the eldest of those who came at once, by id");
    });
    const isSettled = async () => {
      const lags = await Promise.all(server.storage.shards.map((shard) => server.storage.outbox(shard)));
      return lags.every(({ waiting }) => waiting === 0);
    };
    await eventually(isSettled, Boolean);
    assert.deepEqual((await verify(server.database.storageConfig())).problems, []);
  });
}
