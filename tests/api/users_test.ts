/** People over the API: profiles, handles and their races, also without the directory (USR1, USR2, SHARD4). @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardNumber, shardOf } = await import("@gatz/domain");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { disposeAll, sent } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const DATABASE = { shards: 4 };
  const code = (error: { data?: { code?: string } }) => error.data?.code;
  const refused = (what: Promise<unknown>) => what.then(() => "answered", code);
  const id = ({ user }: Person) => freshId("evt", shardOf(user));
  const rename = (one: Person, handle: string) => one.api.users.changeHandle.mutate({ id: id(one), handle });

  Deno.test("[USR2] a profile is changed, and looked up with the seq that it is as of", async () => {
    await using server = await testServer({ database: DATABASE });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    sent((await ann.api.users.setProfile.mutate({ id: id(ann), name: "Ann", about: "Hello." })).outcome);
    const { user, asOf, incarnation } = await ben.api.users.byId.query({ id: ann.user });
    assert.deepEqual(user, { kind: "user", id: ann.user, asOf: 2, handle: "ann", name: "Ann", about: "Hello." });
    assert.deepEqual([asOf, incarnation], [2, server.storage.incarnation]);
    const again = await ann.api.users.setProfile.mutate({ id: id(ann), name: "Ann" });
    assert.equal(again.outcome.kind === "rejected" && again.outcome.code, "NoChange");
    assert.equal(await refused(ben.api.users.byId.query({ id: freshId("user", shardNumber(1)) })), "NotFound");
  });

  Deno.test("[USR2] a renamed user is found by the handle they had, marked, and signs in by either", async () => {
    await using server = await testServer({ database: DATABASE });
    await using ann = await person(server.url, "annie");
    await using ben = await person(server.url, "ben");
    sent((await rename(ann, "anna")).outcome);
    for (const [handle, isRedirect] of [["anna", false], ["annie", true]] as const) {
      const found = await ben.api.users.byHandle.query({ handle });
      assert.deepEqual([found.user.id, found.isRedirect, found.asOf], [ann.user, isRedirect, 2]);
      assert.equal(found.user.kind === "user" && found.user.handle, "anna");
      await using again = await person(server.url, handle);
      assert.equal(again.user, ann.user);
    }
    assert.equal((await ann.api.auth.me.query()).handle, "anna");
    assert.equal(await refused(rename(ben, "annle")), "HandleTaken");
    assert.equal(await refused(ben.api.users.byHandle.query({ handle: "annle" })), "NotFound");
  });

  Deno.test("[LOG2] a rename that is offered again is the first one's answer, whatever was done since", async () => {
    await using server = await testServer({ database: DATABASE });
    await using ann = await person(server.url, "ann");
    const first = { id: id(ann), handle: "anna" };
    sent((await ann.api.users.changeHandle.mutate(first)).outcome);
    sent((await rename(ann, "bella")).outcome);
    assert.equal((await ann.api.users.changeHandle.mutate(first)).outcome.kind, "duplicate");
    const { outcome } = await ann.api.users.changeHandle.mutate({ ...first, handle: "other" });
    assert.equal(outcome.kind === "rejected" && outcome.code, "EventIdReused");
    assert.equal((await ann.api.auth.me.query()).handle, "bella");
    assert.equal(await refused(ann.api.users.byHandle.query({ handle: "other" })), "NotFound");
  });

  Deno.test("[USR2] 50 people who want one handle, through two nodes: one gets it, and everybody agrees who", async () => {
    await using one = await testServer({ database: DATABASE });
    await using two = await testServer({ beside: one });
    const people = await Promise.all(Array.from({ length: 50 }, (_, n) => person(one.url, `somebody_${n}x`)));
    const alike = ["morning", "m0rning", "mornlng", "mo_rn1ng"];
    const results = await Promise.all(people.map(async (who, n) => {
      const { api } = connect(n % 2 === 0 ? one.url : two.url, { transport: "http", token: who.token });
      const handle = alike[n % alike.length]!; // of so many
      const asked = { id: id(who), handle };
      return {
        who,
        handle,
        result: await api.users.changeHandle.mutate(asked).then(({ outcome }) => outcome.kind, code),
      };
    }));
    const winners = results.filter(({ result }) => result === "accepted");
    assert.equal(winners.length, 1, JSON.stringify(results.map(({ result }) => result)));
    assert.equal(results.filter(({ result }) => result === "HandleTaken").length, 49);
    const [{ who, handle }] = winners as [typeof winners[number]]; // just counted
    for (const { url } of [one, two]) {
      const { api } = connect(url, { transport: "http", token: who.token });
      const { user } = await api.users.byHandle.query({ handle });
      assert.deepEqual(user.kind === "user" && [user.id, user.handle], [who.user, handle]);
    }
  });

  Deno.test("[USR2] one user's racing renames, through two nodes, end with the directory and the stream of one mind", async () => {
    await using one = await testServer({ database: DATABASE, limits: { handleRedirects: 20 } });
    await using two = await testServer({ beside: one, limits: { handleRedirects: 20 } });
    await using ann = await person(one.url, "ann");
    const handles = ["bella", "carla", "doris", "emma", "frida", "greta", "hanna", "jana"];
    await Promise.all(handles.map(async (handle, n) => {
      const { api } = connect(n % 2 === 0 ? one.url : two.url, { transport: "http", token: ann.token });
      await api.users.changeHandle.mutate({ id: id(ann), handle });
    }));
    const { handle } = await ann.api.auth.me.query();
    assert.ok(handle);
    for (const asked of ["ann", ...handles]) {
      const { user, isRedirect } = await ann.api.users.byHandle.query({ handle: asked });
      assert.deepEqual([user.id, isRedirect], [ann.user, asked !== handle], asked);
    }
  });

  Deno.test("[USR2] a rename that is recorded after another was granted leaves the stream with the other", async () => {
    await using server = await testServer({ database: DATABASE });
    await using ann = await person(server.url, "ann", { shard: 1 });
    const { directory } = server.storage;
    const { answer } = await administer(server.database.servers.a, (sql) =>
      sql.begin(async (held) => {
        await held`select from gatz_s0001.fence for update`;
        const answer = rename(ann, "anna");
        while ((await directory.userByHandle("ann"))?.handle !== "anna");
        // As another node would, while the first event waits.
        assert.deepEqual(await directory.claimHandle("bella", ann.user), { kind: "granted" });
        return { answer };
      }));
    sent((await answer).outcome);
    assert.equal((await ann.api.auth.me.query()).handle, "bella");
  });

  Deno.test("[USR2] a rename that broke off between the directory and the stream is finished by the next try, or sign-in", async () => {
    await using server = await testServer({ database: DATABASE });
    await using ann = await person(server.url, "ann");
    // As if the node had died in between.
    assert.deepEqual(await server.storage.directory.claimHandle("anna", ann.user), { kind: "granted" });
    assert.equal((await ann.api.auth.me.query()).handle, "ann");
    sent((await rename(ann, "anna")).outcome);
    assert.equal((await ann.api.auth.me.query()).handle, "anna");
    assert.deepEqual(await server.storage.directory.claimHandle("bella", ann.user), { kind: "granted" });
    await using again = await person(server.url, "ann");
    assert.deepEqual([again.user, (await again.api.auth.me.query()).handle], [ann.user, "bella"]);
  });

  Deno.test("[USR2] a sign-in that broke off before the user's first event is finished by the next, as the same user", async () => {
    await using server = await testServer({ database: DATABASE });
    const unborn = freshId("user", shardNumber(2));
    assert.deepEqual(await server.storage.directory.claimHandle("zoe", unborn), { kind: "granted" });
    await using ann = await person(server.url, "ann");
    assert.equal(await refused(ann.api.users.byHandle.query({ handle: "zoe" })), "NotFound");
    assert.equal(await refused(rename(ann, "z0e")), "HandleTaken");
    const both = await Promise.all([person(server.url, "zoe"), person(server.url, "zoe")]);
    await using _both = disposeAll(...both);
    assert.deepEqual(both.map(({ user }) => user), [unborn, unborn]);
    assert.equal((await ann.api.users.byHandle.query({ handle: "zoe" })).user.id, unborn);
  });

  Deno.test("[SEC2] handleRedirects: who has left so many handles is told when to come again", async () => {
    await using server = await testServer({ database: DATABASE, limits: { handleRedirects: 1 } });
    await using ann = await person(server.url, "ann");
    sent((await rename(ann, "anna")).outcome);
    const error = await rename(ann, "bella").then(() => assert.fail(), (error) => error);
    assert.deepEqual([error.data.code, error.data.limiter], ["RateLimited", "handleRedirects"]);
    assert.ok(error.data.retryAfterMs > 0);
    assert.equal((await ann.api.auth.me.query()).handle, "anna");
  });

  Deno.test("[SHARD4] without the directory profiles, blocks and look-ups by id go on; only handles fail, and are well again", async () => {
    await using server = await testServer({ database: DATABASE });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const move = (from: string, to: string) =>
      administer(server.database.directoryUrl, (sql) => sql`alter schema ${sql(from)} rename to ${sql(to)}`);
    await move("gatz", "gatz_gone");
    sent((await ann.api.users.setProfile.mutate({ id: id(ann), name: "Ann" })).outcome);
    sent((await ann.api.users.block.mutate({ id: id(ann), user: ben.user })).outcome);
    assert.equal((await ben.api.users.byId.query({ id: ann.user })).asOf, 2);
    assert.equal(await refused(rename(ann, "anna")), "Unavailable");
    assert.equal(await refused(ben.api.users.byHandle.query({ handle: "ann" })), "Unavailable");
    await move("gatz_gone", "gatz");
    sent((await rename(ann, "anna")).outcome);
  });
}
