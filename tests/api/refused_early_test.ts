/** Procedures that look something up before they offer a draft: a refused call is refused there too (SEC2). @module */
import { strict as assert } from "node:assert";
import { shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { talk } = await import("./talk.ts");

  Deno.test("[SEC2] [GRP3] who is over a limit tries no tokens", async () => {
    await using server = await testServer({ rates: "default", limits: { callsBurst: 12, callsPerMinute: 1 } });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { group } = await talk(ann, []);
    while (await ben.api.auth.me.query().then(() => true, () => false));
    const guess = { group, invite: freshId("evt", shardOf(group)), token: "x".repeat(22) };
    const { outcome } = await ben.api.groups.joinByInvite.mutate({ id: freshId("evt", shardOf(group)), ...guess });
    assert.equal(outcome.kind === "not-now" && outcome.limiter, "calls");
  });

  Deno.test("[SEC2] callsInFlight: what is too much at once is not even looked up", async () => {
    const limits = { callsInFlight: 1 };
    await using server = await testServer({ rates: "default", limits });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { group } = await talk(ann, []);
    const { storage } = server;
    const { account, states } = storage;
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let lookUps = 0;
    Object.assign(storage, {
      account: async (...args: Parameters<typeof account>) => {
        reached.resolve();
        await held.promise;
        return await account(...args);
      },
      states: (...args: Parameters<typeof states>) => {
        lookUps++;
        return states(...args);
      },
    });
    const slow = ben.api.users.blocked.query();
    await reached.promise;
    const guess = { group, invite: freshId("evt", shardOf(group)), token: "x".repeat(22) };
    const joining = ben.api.groups.joinByInvite.mutate({ id: freshId("evt", shardOf(group)), ...guess });
    const outcomes = await Promise.all([joining, ben.api.groups.direct.mutate({ user: ann.user })]);
    for (const { outcome } of outcomes) assert.equal(outcome.kind === "not-now" && outcome.reason, "Busy");
    assert.equal(lookUps, 0);
    held.resolve();
    await slow;
  });
}
