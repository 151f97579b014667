/** What a newcomer finds. @module */
import { strict as assert } from "node:assert";
import { shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { prepareWelcome } = await import("../../apps/server/src/dev/welcome.ts");
  const { connect, freshId, testServer } = await import("@gatz/testing/test_server.ts");

  Deno.test("the welcome leads to a discussion that both are in: one that either has left is not it", async () => {
    await using server = await testServer();
    const first = await prepareWelcome(server.url);
    assert.equal((await prepareWelcome(server.url)).discussion, first.discussion);
    for (const leaver of ["bob", "alice"] as const) {
      const before = await prepareWelcome(server.url);
      await using their = connect(server.url, { transport: "http", token: before[leaver].token });
      const { discussion } = before;
      const { outcome } = await their.api.discussions.leave.mutate({
        id: freshId("evt", shardOf(discussion)),
        discussion,
      });
      assert.equal(outcome.kind, "accepted");
      const after = await prepareWelcome(server.url);
      assert.notEqual(after.discussion, discussion, leaver);
      assert.equal((await prepareWelcome(server.url)).discussion, after.discussion);
    }
  });
}
