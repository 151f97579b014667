/** What a client of a real server says of itself, while a shard is silent, and while its token is refused. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, talk } = await import("../api/talk.ts");
  const { followingClient, say } = await import("./following_client.ts");

  const SILENT = 9;
  const pace = { firstRetryMs: 50, lastRetryMs: 300 };

  Deno.test("[LIVE8] [LIVE6] a silent shard hurts only what lives on it, and is shown; who is refused goes on with another token, and an ended account does not", async () => {
    await using server = await testServer({ limits: { readDeadlineMs: 300, beatMs: 500 } });
    const [ann, ben] = [
      await person(server.url, "ann", { shard: 1 }),
      await person(server.url, "ben", { shard: SILENT }),
    ];
    await using _people = disposeAll(ann, ben);
    const near = { ...await talk(ann, [ben]), owner: ann };
    const far = { ...await talk(ben, [ann]), owner: ben };
    let token = "not a token";
    const client = await followingClient({ url: server.url, token: () => token, pace });
    const shows = async ({ discussion }: typeof near, ...texts: string[]) =>
      void await eventually(() => Promise.resolve(client.texts(discussion)), (shown) => shown.join() === texts.join());
    const stands = (kind: string) =>
      eventually(() => Promise.resolve(client.status()), (status) => status.kind === kind);

    const rejected = await stands("rejected");
    assert.equal(rejected.kind === "rejected" && rejected.reason, "an access token is needed");
    ({ token } = ann);
    client.retry();
    await stands("live");
    client.open(near.discussion);
    await say(server.url, near, "a");
    await say(server.url, far, "a");
    await shows(near, "a");

    // Its log can't be read for as long as somebody holds this lock.
    const release = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const lock = administer(server.database.servers.b, (sql) =>
      sql.begin(async (held) => {
        await held`LOCK TABLE gatz_s0009.events IN ACCESS EXCLUSIVE MODE`;
        locked.resolve();
        await release.promise;
      }));
    await locked.promise;
    client.open(far.discussion);
    await eventually(
      () => Promise.resolve(client.status().troubles),
      (troubles) => [...troubles.keys()].includes(SILENT as never),
    );
    await say(server.url, near, "b");
    await shows(near, "a", "b");
    assert.deepEqual(client.texts(far.discussion), []);
    release.resolve();
    await lock;
    await shows(far, "a");
    await eventually(() => Promise.resolve(client.status().troubles.size), (size) => size === 0);
    await stands("live");

    const end = { id: freshId("evt", ann.home) };
    await eventually(
      async () => (await ann.api.users.endAccount.mutate(end)).outcome,
      ({ kind }) => kind === "accepted",
    );
    const ended = await stands("rejected");
    assert.equal(ended.kind === "rejected" && ended.reason, "the account has ended");
    assert.deepEqual(client.texts(near.discussion), ["a", "b"]);
    await client.close();
  });
}
