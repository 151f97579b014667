import assert from "node:assert/strict";
import { item, ScriptedServer } from "../../testing/scripted_server.ts";
import { kind, place, start, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { CUT } from "../trouble.ts";

const follows = (server: ScriptedServer) => server.asked.filter((asked) => asked.startsWith("follow"));

Deno.test("[LIVE1] a feed that ends goes on from its last frame, after a while", async () => {
  const client = await streaming();
  const { server, tea, time } = client;
  server.send([item(server.say(TEA, "c"))], "at c");
  server.end(CUT);
  assert.equal(kind(client), "offline");
  await time.pass(400);
  assert.equal(server.feeds.length, 0);
  await time.pass(200);
  assert.equal(follows(server).at(-1), "follow at c");
  server.send([item(server.say(TEA, "d")), { type: "live", incarnation: server.life, heads: [] }]);
  assert.deepEqual([texts(tea), kind(client)], [["a", "b", "c", "d"], "live"]);
});

Deno.test("[LIVE1] a feed that was ended has no say any more", async () => {
  const client = await streaming();
  const { server, tea, time } = client;
  const [ended] = server.feeds;
  server.end(CUT);
  await time.pass(1_000);
  ended?.frame({ cursor: "late", items: [item(server.say(TEA, "c"))] });
  ended?.connected(false);
  ended?.ended(CUT);
  await time.pass(1_000);
  assert.deepEqual([texts(tea), kind(client), server.feeds.length], [["a", "b"], "catching-up", 1]);
});

Deno.test("[LIVE1] a cursor that the server makes nothing of is dropped with what was stored; drafts are kept", async () => {
  const first = await streaming();
  await first.replica.close();
  await first.store.write([{ type: "append", table: "drafts", value: { draft: {} as never, madeAt: 1 } }]); // nobody reads it
  const server = new ScriptedServer();
  const again = await start({ server, store: first.store });
  server.end({ ...CUT, again: false, code: "Malformed", problem: "is not a cursor of this API" });
  await again.time.pass(1_000);
  assert.deepEqual(follows(server), ["follow after 1", "follow null", "follow page of first life"]);
  server.live();
  await again.time.pass(1_000);
  assert.deepEqual([kind(again), (await again.store.list("events")).length], ["live", 0]);
  assert.deepEqual([(await again.store.list("drafts")).length, (await place(again)) === undefined], [1, false]);
});

Deno.test("[LIVE1] a server that refuses every cursor is asked less and less often", async () => {
  const first = await streaming();
  await first.replica.close();
  const server = new ScriptedServer();
  const { follow } = server;
  server.follow = (cursor, on) => {
    const feed = follow.call(server, cursor, on);
    if (cursor !== null) on.ended({ ...CUT, again: false, code: "Malformed", problem: "is not a cursor of this API" });
    return feed;
  };
  const again = await start({ server, store: first.store });
  await again.time.pass(60_000);
  // The longest that full jitter may wait: half a second, twice as long each time, and at most eight seconds.
  const most = 5 + Math.ceil((60 - 15.5) / 8);
  for (const asked of ["me", "discussions"]) {
    const times = server.asked.filter((one) => one === asked).length;
    assert(times > 1 && times <= most + 1, `${asked}: ${times} times in a minute`);
  }
  server.follow = follow;
  await again.time.pass(8_000);
  server.live();
  assert.equal(kind(again), "live");
});
