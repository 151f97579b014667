/** Where newcomers are at home: with whoever brought them in (ID4). @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { disposeAll, sent } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const homeOf = async ({ api }: Person) => (await api.auth.me.query()).home;

  async function group(owner: Person, others: readonly Person[]) {
    const stream = freshId("grp", owner.home);
    const id = freshId("evt", owner.home);
    const members = others.map(({ user }) => user);
    sent((await owner.api.groups.create.mutate({ id, stream, name: "Group", members })).outcome);
    return stream;
  }

  Deno.test("[ID4] a newcomer is at home where their inviter is; who has made a group of their own, or was placed before, stays", async () => {
    await using server = await testServer();
    const people = await Promise.all([
      person(server.url, "ann", { shard: 0 }),
      person(server.url, "ben", { shard: 3 }),
      person(server.url, "cid", { shard: 6 }),
      person(server.url, "dot", { shard: 9 }),
      person(server.url, "eve", { shard: 9 }),
    ]);
    await using _people = disposeAll(...people);
    const [ann, ben, cid, dot, eve] = people;
    await group(dot, []);
    await group(ann, [ben, dot]);
    await eventually(() => homeOf(ben), (home) => home === ann.home);
    await group(cid, [ben, dot, eve]);
    // Dot, on the same shard, was told before her.
    await eventually(() => homeOf(eve), (home) => home === cid.home);
    assert.deepEqual([await homeOf(ben), await homeOf(dot), await homeOf(cid)], [ann.home, dot.home, cid.home]);
    // What Ben minted at his old home before is accepted still, and so is what he mints at the new one.
    await group(ben, [ann]);
    await group({ ...ben, home: ann.home }, [ann]);
  });

  Deno.test("[ID4] with placement `own` everybody stays where their id is", async () => {
    await using server = await testServer({ placement: "own" });
    const [ann, ben] = [await person(server.url, "ann", { shard: 3 }), await person(server.url, "ben", { shard: 9 })];
    await using _people = disposeAll(ann, ben);
    const stream = await group(ann, [ben]);
    await eventually(() => server.storage.state(ben.user), (state) => state?.kind === "user" && stream in state.inbox);
    assert.equal(await homeOf(ben), 9);
  });
}
