/** Typing and presence through two nodes, of which one writes everything (LIVE7). @module */
import { strict as assert } from "node:assert";
import type { Signal, UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { Ears } from "./ears.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("../api/talk.ts");
  const { makeFleet } = await import("./fleet.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const signalsOf = ({ items }: Ears): Signal[] => items.flatMap((item) => item.type === "signal" ? [item] : []);

  /** Who typed, as a feed has it. */
  const typists = (ears: Ears): string[] =>
    signalsOf(ears).flatMap((signal) => signal.kind === "typing" ? [`${signal.user} ${signal.on}`] : []);

  /** What a feed has said of somebody, the last last. */
  const presences = (ears: Ears, user: UserId): string[] =>
    signalsOf(ears).flatMap((signal) => signal.kind === "presence" && signal.user === user ? [signal.status] : []);

  const presence = (ears: Ears, user: UserId) => presences(ears, user).at(-1);

  const listen = ({ api }: Person) => new Ears(api).live();

  const settled = async (people: readonly Person[], rows: number) => {
    await until(async () => {
      const lists = await Promise.all(people.map(({ api }) => api.discussions.byUser.query({})));
      return lists.every((list) => list.rows.length === rows);
    });
  };

  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  Deno.test("[LIVE7] typing reaches the members who listen, on either node and from either, and nobody else", async () => {
    await using a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    const onA = { transport: "ws", shard: 0 } as const;
    const [ann, cleo, eve] = [
      await person(a.url, "ann", onA),
      await person(a.url, "cleo", onA),
      await person(a.url, "eve", onA),
    ];
    const [ben, dan] = [await person(b.url, "ben", { transport: "ws", shard: 3 }), await person(b.url, "dan", onA)];
    await using _people = disposeAll(ann, ben, cleo, dan, eve);
    // Dan is in the group and not in the discussion, Eve in neither.
    const { discussion, group, shard } = await talk(ann, [ben, cleo]);
    sent(
      (await ann.api.groups.addMembers.mutate({
        id: freshId("evt", shard),
        group,
        users: [dan.user],
        historyFrom: "now",
      })).outcome,
    );
    await settled([ann, ben, cleo], 1);
    const ears = await Promise.all([ann, ben, cleo, dan, eve].map(listen));
    const [hears, , ofCleo] = ears;
    await using _ears = disposeAll(...ears);
    const type = (who: Person, on = true) => who.api.live.typing.mutate({ discussion, on });
    const before = Date.now();
    // B follows A once it has found that A writes the shard.
    await until(async () => {
      await type(ben);
      return typists(hears!).length > 0;
    });
    assert.deepEqual(await type(ann), { kind: "signalled" });
    await type(cleo, false);
    await until(() =>
      typists(ears[1]!).includes(`${cleo.user} false`) && typists(ears[0]!).includes(`${cleo.user} false`)
    );
    assert.ok(typists(ears[1]!).includes(`${ann.user} true`), "from the node that writes to the other");
    await until(() => [ann, ben].every(({ user }) => typists(ofCleo!).includes(`${user} true`)));
    for (const [i, who] of [ann, ben, cleo].entries()) {
      assert.ok(typists(ears[i]!).every((said) => !said.startsWith(who.user)), "nobody hears themselves");
    }
    for (const signal of signalsOf(hears!)) {
      const inMs = signal.expiresAt - before;
      assert.ok(inMs > (signal.kind === "typing" ? 2_000 : 60_000), `${signal.kind} for ${inMs} ms`);
      assert.ok(!("seq" in signal));
    }
    // Outside: not there (VIS3); in no answer does it matter what it is.
    for (const outsider of [dan, eve]) {
      await assert.rejects(type(outsider), (error: { data?: { code?: string } }) => error.data?.code === "NotFound");
    }
    await assert.rejects(
      eve.api.live.typing.mutate({ discussion: freshId("disc", shard), on: true }),
      (error: { data?: { code?: string } }) => error.data?.code === "NotFound",
    );
    // Whoever is removed neither types nor hears anything any more.
    sent(
      (await ann.api.discussions.removeMember.mutate({ id: freshId("evt", shard), discussion, user: cleo.user }))
        .outcome,
    );
    const refused = await type(cleo);
    assert.equal(refused.kind === "rejected" && refused.code, "NotMember");
    const heard = typists(ofCleo!).length;
    await type(ann);
    await until(() => typists(ears[1]!).filter((said) => said === `${ann.user} true`).length >= 2);
    await pause(50);
    assert.equal(typists(ofCleo!).length, heard);
    assert.deepEqual([typists(ears[3]!), typists(ears[4]!)], [[], []]);
    // None of it is in the log, and no feed was asked to remember it.
    const log = await ann.api.log.read.query({ stream: discussion, fromSeq: 1 as never });
    assert.deepEqual(log.items.map((item) => item.type === "event" && item.event.type), ["create", "remove-member"]);
  });

  Deno.test("[LIVE7] presence reaches who shares a group, on either node: online, away, offline after the last feed has ended", async () => {
    const limits = { presenceGraceMs: 600 };
    await using a = await testServer({ database: { shards: 4 }, limits });
    await using b = await testServer({ beside: a, limits });
    const [ann, eve] = [
      await person(a.url, "ann", { transport: "ws" }),
      await person(a.url, "eve", { transport: "ws" }),
    ];
    const ben = await person(b.url, "ben", { transport: "ws", shard: 3 });
    await using _people = disposeAll(ann, ben, eve);
    await talk(ann, [ben]);
    await settled([ann, ben], 1);
    await using ofAnn = await listen(ann);
    await using ofEve = await listen(eve);
    let ofBen = await listen(ben);
    // Whoever comes later hears of those who are there.
    await until(() => presence(ofBen, ann.user) === "online" && presence(ofAnn, ben.user) === "online");
    // Said over HTTP, through the node where they have no feed.
    await using elsewhere = connect(a.url, { transport: "http", token: ben.token });
    assert.deepEqual(await elsewhere.api.live.setPresence.mutate({ status: "away" }), { kind: "signalled" });
    await until(() => presence(ofAnn, ben.user) === "away");
    // A feed that is begun anew at once is no absence.
    await ofBen[Symbol.asyncDispose]();
    ofBen = await listen(ben);
    await pause(limits.presenceGraceMs + 100);
    assert.deepEqual(presences(ofAnn, ben.user).filter((status) => status === "offline"), []);
    const began = performance.now();
    await ben[Symbol.asyncDispose]();
    await until(() => presence(ofAnn, ben.user) === "offline");
    assert.ok(performance.now() - began < limits.presenceGraceMs + 1_000);
    const last = signalsOf(ofAnn).findLast((signal) => signal.kind === "presence" && signal.user === ben.user)!;
    assert.ok(last.kind === "presence" && last.lastSeen !== undefined && last.lastSeen % 60_000 === 0, "to the minute");
    const known = new Set(signalsOf(ofEve).map(({ user }) => user));
    assert.deepEqual([...known].filter((user) => user !== eve.user), [], "who shares no group hears of nobody");
  });

  Deno.test("[LIVE7] who listens at a node that is killed or frozen is offline once another has noticed, not when their presence expires", async () => {
    await using fleet = await makeFleet();
    const limits = "presenceGraceMs=500";
    const owner = await fleet.start({ limits });
    const [idle, third] = await Promise.all([fleet.start({ limits }), fleet.start({ limits })]);
    await using _nodes = disposeAll(owner, idle, third);
    const [watcher, onIdle, onOwner] = fleet.rooms.map(({ owner }) => owner);
    assert.ok(watcher && onIdle && onOwner);
    const listenAt = ({ url }: { url: string }, { token }: { token: string }) =>
      new Ears(connect(url, { transport: "ws", token }).api).live();
    await using sees = await listenAt(third, watcher);
    await using _feeds = disposeAll(await listenAt(idle, onIdle), await listenAt(owner, onOwner));
    await until(() => presence(sees, onIdle.user) === "online" && presence(sees, onOwner.user) === "online");
    // Of this one only the node that writes can tell: the third has no connection with it.
    await idle.end("SIGKILL");
    await until(() => presence(sees, onIdle.user) === "offline");
    assert.equal(presence(sees, onOwner.user), "online");
    Deno.kill(owner.pid, "SIGSTOP");
    await until(() => presence(sees, onOwner.user) === "offline");
    // Awake again it follows the node that writes now, and says who is there.
    Deno.kill(owner.pid, "SIGCONT");
    await until(() => presence(sees, onOwner.user) === "online");
  });

  Deno.test("[LIVE7] [BLK1] of presence neither who blocks nor who is blocked learns, on whichever nodes they are; who blocks hears no typing", async () => {
    await using a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    const onA = { transport: "ws" } as const;
    const [ann, cyd] = [await person(a.url, "ann", onA), await person(a.url, "cyd", onA)];
    const ben = await person(b.url, "ben", { transport: "ws", shard: 3 });
    await using _people = disposeAll(ann, ben, cyd);
    const { discussion } = await talk(ann, [ben, cyd]);
    await settled([ann, ben, cyd], 1);
    sent((await ben.api.users.block.mutate({ id: freshId("evt", ben.home), user: cyd.user })).outcome);
    const [ofAnn, ofBen, ofCyd] = await Promise.all([ann, ben, cyd].map(listen));
    await using _ears = disposeAll(ofAnn!, ofBen!, ofCyd!);
    await until(() => [ben, cyd].every(({ user }) => presence(ofAnn!, user) === "online"));
    await until(() => [ofBen!, ofCyd!].every((ears) => presence(ears, ann.user) === "online"));
    const type = (who: Person) => who.api.live.typing.mutate({ discussion, on: true });
    await until(async () => {
      await type(ben);
      return typists(ofCyd!).length > 0;
    });
    await type(cyd);
    await type(ann);
    await until(() => typists(ofBen!).includes(`${ann.user} true`) && typists(ofAnn!).includes(`${cyd.user} true`));
    assert.deepEqual(typists(ofBen!).filter((said) => said.startsWith(cyd.user)), []);
    assert.deepEqual([presences(ofBen!, cyd.user), presences(ofCyd!, ben.user)], [[], []]);
    sent((await ben.api.users.unblock.mutate({ id: freshId("evt", ben.home), user: cyd.user })).outcome);
    await until(() => presence(ofBen!, cyd.user) === "online" && presence(ofCyd!, ben.user) === "online");
  });

  Deno.test("[LIVE7] a node hands out presence no faster than it may, and everybody hears of everybody in the end", async () => {
    const limits = { presencePerSecond: 40 };
    await using server = await testServer({ database: { shards: 2 }, limits });
    const people = await Promise.all(
      Array.from({ length: 10 }, (_, n) => person(server.url, `person_${n}`, { transport: "ws" })),
    );
    await using _people = disposeAll(...people);
    const [first, ...others] = people;
    await talk(first!, others);
    await settled(people, 1);
    const began = performance.now();
    const ears = await Promise.all(people.map(listen));
    await using _ears = disposeAll(...ears);
    await until(() => ears.every((each) => people.every(({ user }) => presence(each, user) === "online")));
    // Of ten who come all hear of all; more than a second's worth has to wait.
    assert.ok(performance.now() - began > 1_000 * (100 - 2 * limits.presencePerSecond) / limits.presencePerSecond);
  });

  Deno.test("[LIVE7] [SEC2] signals are paid for: a user's own, and those of a discussion", async () => {
    const limits = { signalsPerMinute: 1, signalsBurst: 3, discussionSignalsPerMinute: 1, discussionSignalsBurst: 4 };
    await using server = await testServer({ database: { shards: 2 }, rates: "default", limits });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion } = await talk(ann, [ben]);
    const limiters = async (who: Person, times: number) => {
      const met: string[] = [];
      for (let n = 0; n < times; n++) {
        await who.api.live.typing.mutate({ discussion, on: true }).catch((error) => met.push(error.data.limiter));
      }
      return met;
    };
    assert.deepEqual(await limiters(ann, 4), ["signals"]);
    assert.deepEqual(await limiters(ben, 3), ["discussionSignals", "discussionSignals"]);
  });
}
