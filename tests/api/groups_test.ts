/** Groups through the API: what they are, who owns them, who is in them (GRP1–2, DISC3). @module */
import { strict as assert } from "node:assert";
import { directGroupId, seq, type ShardNumber, shardOf, unixMs } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { ShardUnavailable } = await import("@gatz/storage/contract");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const code = (outcome: { kind: string; code?: string }) => outcome.code ?? outcome.kind;

  /** People on as many shards. */
  async function people<const H extends readonly string[]>(url: string, ...handles: H) {
    const all = await Promise.all(handles.map((handle, i) => person(url, handle, { shard: i })));
    return all as { [I in keyof H]: Person }; // one a handle
  }

  Deno.test("[GRP1] a group is made with its members and description in one call and one append", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid] = await people(server.url, "ann", "ben", "cid");
    await using _people = disposeAll(ann, ben, cid);
    const stream = freshId("grp", ann.home);
    const input = { id: freshId("evt", ann.home), stream, name: "Friends", description: "Of old" };
    const members = [ben.user, cid.user];
    sent((await ann.api.groups.create.mutate({ ...input, members })).outcome);
    const { items } = await ann.api.log.read.query({ stream, fromSeq: seq(1) });
    assert.equal(items.length, 1);
    const { group } = await cid.api.groups.byId.query({ group: stream });
    const { name, description, owner, memberCount, role } = group;
    assert.deepEqual({ name, description, owner, memberCount, role }, {
      ...{ name: "Friends", description: "Of old", owner: ann.user, memberCount: 3, role: "member" },
    });
  });

  Deno.test("[SEC2] [VIS4] pagesAtOnce: of a list of groups that one has left, so many are read at once as they stood", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 }, limits: { pagesAtOnce: 2 } });
    const [ann, ben] = await people(server.url, "ann", "ben");
    await using _people = disposeAll(ann, ben);
    const left = await Promise.all(Array.from({ length: 6 }, async () => {
      const { group } = await talk(ann, [ben]);
      sent((await ben.api.groups.leave.mutate({ id: freshId("evt", ann.home), group })).outcome);
      sent((await ann.api.groups.rename.mutate({ id: freshId("evt", ann.home), group, name: "Later" })).outcome);
      return group;
    }));
    const { storage } = server;
    const { streamAt } = storage;
    let [running, most, silent] = [0, 0, 0];
    const counted = async (...args: Parameters<typeof streamAt>) => {
      most = Math.max(most, ++running);
      try {
        if (silent-- > 0) throw new ShardUnavailable(ann.home as ShardNumber, 100);
        return await streamAt(...args);
      } finally {
        running--;
      }
    };
    Object.assign(storage, { streamAt: counted });
    const { rows } = await ben.api.groups.byUser.query({});
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), left.toSorted());
    assert.ok(rows.every((row) => row.kind === "group" && row.role === null && row.name !== "Later"));
    assert.equal(most, 2);
    silent = 1;
    const again = await ben.api.groups.byUser.query({});
    const unavailable = again.rows.filter(({ kind }) => kind === "unavailable").length;
    assert.ok(unavailable >= 5, `one at most was under way beside it: ${unavailable}`);
  });

  Deno.test("[GRP2] a group is renamed, described, given roles, handed over and archived; its view says so", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid] = await people(server.url, "ann", "ben", "cid");
    await using _people = disposeAll(ann, ben, cid);
    const { group } = await talk(ann, [ben, cid]);
    const id = () => freshId("evt", ann.home);
    const viewOf = async ({ api }: Person) => (await api.groups.byId.query({ group })).group;
    sent((await cid.api.groups.rename.mutate({ id: id(), group, name: "Renamed" })).outcome);
    sent((await cid.api.groups.describe.mutate({ id: id(), group, description: "What for" })).outcome);
    const avatar = { sha256: "a".repeat(64) as never, bytes: 1, mime: "image/png", name: "a.png" };
    const pictured = await ann.api.groups.setAvatar.mutate({ id: id(), group, avatar });
    assert.deepEqual(pictured.outcome, { kind: "rejected", code: "UnknownBlob", field: "avatar.sha256" });
    sent((await ann.api.groups.setRole.mutate({ id: id(), group, user: ben.user, role: "moderator" })).outcome);
    const byMember = await cid.api.groups.removeMember.mutate({ id: id(), group, user: ben.user });
    assert.equal(code(byMember.outcome), "Forbidden");
    assert.equal(code((await ann.api.groups.leave.mutate({ id: id(), group })).outcome), "OwnerMustHandOver");
    sent((await ann.api.groups.transferOwnership.mutate({ id: id(), group, to: cid.user })).outcome);
    const { name, description, owner } = await viewOf(ann);
    assert.deepEqual({ name, description, owner }, { name: "Renamed", description: "What for", owner: cid.user });
    const roles = await Promise.all([ann, ben, cid].map(async (who) => (await viewOf(who)).role));
    assert.deepEqual(roles, ["moderator", "moderator", "owner"]);
    sent((await ann.api.groups.leave.mutate({ id: id(), group })).outcome);
    sent((await cid.api.groups.archive.mutate({ id: id(), group })).outcome);
    assert.equal((await viewOf(ben)).archived, true);
    const left = await viewOf(ann);
    assert.deepEqual([left.archived, left.role, left.memberCount], [undefined, null, 2], "as it stood when she left");
    const late = await cid.api.groups.addMembers.mutate({ id: id(), group, users: [ann.user], historyFrom: "now" });
    assert.equal(code(late.outcome), "Archived");
    const discussion = freshId("disc", cid.home);
    const begun = await cid.api.discussions.create.mutate({
      ...{ id: freshId("evt", cid.home), stream: discussion, group, name: "Too late", members: [] },
    });
    assert.deepEqual(begun.outcomes.map(code), ["Archived"]);
  });

  Deno.test("[GRP1] fifty at once from both sides get one direct group; each is in it, and nobody else ever", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid] = await people(server.url, "ann", "ben", "cid");
    await using _people = disposeAll(ann, ben, cid);
    const asked = Array.from({ length: 50 }, (_, i) => i % 2 === 0 ? [ann, ben] : [ben, ann]);
    const answers = await Promise.all(
      asked.map(([from, to]) => from!.api.groups.direct.mutate({ user: to!.user })),
    );
    const group = directGroupId(ann.user, ben.user);
    assert.deepEqual(new Set(answers.map((answer) => answer.group)), new Set([group]));
    const kinds = answers.map(({ outcome }) => outcome.kind);
    assert.ok(kinds.every((kind) => kind === "accepted" || kind === "duplicate"), `${new Set(kinds)}`);
    const { items } = await ann.api.log.read.query({ stream: group, fromSeq: seq(1) });
    assert.equal(items.length, 1);
    for (const who of [ann, ben]) {
      const state = await eventually(
        () => server.storage.state(who.user),
        (state) => state?.kind === "user" && state.inbox[group] !== undefined,
      );
      assert.ok(state?.kind === "user");
      const { group: view } = await who.api.groups.byId.query({ group });
      assert.deepEqual([view.direct, view.memberCount], [true, 2]);
    }
    const id = () => freshId("evt", shardOf(group));
    const add = await ann.api.groups.addMembers.mutate({
      ...{ id: id(), group, users: [cid.user], historyFrom: "now" },
    });
    assert.equal(code(add.outcome), "DirectGroup");
    assert.equal(code((await ben.api.groups.leave.mutate({ id: id(), group })).outcome), "DirectGroup");
    await assert.rejects(
      cid.api.groups.byId.query({ group }),
      (error: { data?: { code?: string } }) => error.data?.code === "NotFound",
    );
  });

  Deno.test("[BLK1] between two of whom one blocks the other no direct group begins, and one that is there stays", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid] = await people(server.url, "ann", "ben", "cid");
    await using _people = disposeAll(ann, ben, cid);
    sent((await ben.api.groups.direct.mutate({ user: cid.user })).outcome);
    for (const user of [ann.user, cid.user]) {
      sent((await ben.api.users.block.mutate({ id: freshId("evt", ben.home), user })).outcome);
    }
    const refused = { kind: "rejected", code: "NobodyAddable", field: "user" };
    assert.deepEqual((await ann.api.groups.direct.mutate({ user: ben.user })).outcome, refused);
    assert.deepEqual((await ben.api.groups.direct.mutate({ user: ann.user })).outcome, refused);
    const nobody = freshId("user", ann.home);
    assert.deepEqual(
      (await ann.api.groups.direct.mutate({ user: nobody })).outcome,
      refused,
      "as for who is not there",
    );
    assert.equal((await cid.api.groups.direct.mutate({ user: ben.user })).outcome.kind, "duplicate");
    await assert.rejects(
      ann.api.groups.direct.mutate({ user: ann.user }),
      (error: { data?: { field?: string } }) => error.data?.field === "user",
    );
    const { group } = await talk(ann, []);
    const add = (users: Person[]) =>
      ann.api.groups.addMembers.mutate({
        ...{ id: freshId("evt", ann.home), group, users: users.map(({ user }) => user), historyFrom: "now" },
      });
    assert.equal(code((await add([ben])).outcome), "NobodyAddable");
    sent((await add([ben, cid])).outcome);
    assert.equal((await ann.api.groups.byId.query({ group })).group.memberCount, 2, "the other one is added");
  });

  Deno.test("[USR1] a group's members come in pages, in the order of joining, with their roles", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid, dot] = await people(server.url, "ann", "ben", "cid", "dot");
    await using _people = disposeAll(ann, ben, cid, dot);
    const { group } = await talk(ann, []);
    const id = () => freshId("evt", ann.home);
    for (const { user } of [dot, cid, ben]) {
      sent((await ann.api.groups.addMembers.mutate({ id: id(), group, users: [user], historyFrom: "now" })).outcome);
    }
    sent((await ann.api.groups.setRole.mutate({ id: id(), group, user: cid.user, role: "moderator" })).outcome);
    const found: [string, string][] = [];
    let after: Parameters<typeof dot.api.groups.members.query>[0]["after"];
    for (let pages = 1;; pages++) {
      const page = await dot.api.groups.members.query({ group, limit: 3, ...(after && { after }) });
      for (const member of page.members) {
        assert.ok(member.kind === "user");
        found.push([member.handle, member.role]);
      }
      if (page.next !== null) after = page.next;
      else {
        assert.equal(pages, 2);
        break;
      }
    }
    assert.deepEqual(found, [["ann", "owner"], ["dot", "member"], ["cid", "moderator"], ["ben", "member"]]);
  });

  Deno.test("[DISC3] a group's members see name, size and date of what they may join, and nobody else does", async () => {
    await using server = await testServer({ database: { shards: 4, servers: 1 } });
    const [ann, ben, cid, dot] = await people(server.url, "ann", "ben", "cid", "dot");
    await using _people = disposeAll(ann, ben, cid, dot);
    const { group } = await talk(ann, [ben, cid]);
    const open = async (name: string, untilMs: number) => {
      const stream = freshId("disc", ben.home);
      const join = { until: unixMs(Date.now() + untilMs), historyFrom: "all" as const };
      const { outcomes } = await ben.api.discussions.create.mutate({
        ...{ id: freshId("evt", ben.home), stream, group, name, members: [], join },
      });
      outcomes.forEach(sent);
      return stream;
    };
    const lunch = await open("Lunch", 3_600_000);
    const soon = await open("Soon over", 2_000);
    const listed = async ({ api }: Person) => (await api.groups.joinable.query({ group })).discussions;
    const announced = await eventually(() => listed(cid), (found) => found.some(({ id }) => id === lunch));
    assert.deepEqual(announced.find(({ id }) => id === lunch)?.size, 1);
    sent((await ann.api.discussions.join.mutate({ id: freshId("evt", ben.home), discussion: lunch })).outcome);
    const renamed = { id: freshId("evt", ben.home), discussion: lunch, name: "Late lunch" };
    sent((await ben.api.discussions.rename.mutate(renamed)).outcome);
    const [one] = await eventually(() => listed(cid), (found) => !found.some(({ id }) => id === soon));
    assert.deepEqual([one?.id, one?.name, one?.size], [lunch, "Late lunch", 2]);
    assert.ok(one!.until > Date.now() && one!.at <= Date.now());
    assert.deepEqual(await listed(ben), [], "who is in it already");
    await assert.rejects(listed(dot), (error: { data?: { code?: string } }) => error.data?.code === "NotFound");
    sent((await cid.api.groups.leave.mutate({ id: freshId("evt", ann.home), group })).outcome);
    assert.deepEqual(await listed(cid), []);
  });
}
