import { type FeedItem, type LogEvent, seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { COFFEE, head, kind, place, stored, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { discussionOn, item } from "../../testing/scripted_server.ts";

const BAD = discussionOn(5);

Deno.test("[LIVE8] an event that can't be taken costs its own stream alone, and is told: the rest of the frame is taken, and later ones", async () => {
  const bugs: unknown[] = [];
  const client = await streaming({ onBug: (bug) => bugs.push(bug) });
  const { replica, server, time, tea } = client;
  const created = server.create(BAD);
  const bad = replica.hold(BAD);
  const coffee = replica.hold(COFFEE);
  await time.pass(1_000);
  // As no server may send it: a discussion is created once.
  const impossible = { ...created, seq: server.say(BAD, "c").seq } as LogEvent;
  server.send([item(server.say(TEA, "c")), item(impossible), item(server.say(COFFEE, "c"))], "after all three");
  await time.pass(1_000);
  server.send([item(server.say(TEA, "d")), item(server.say(BAD, "more"))], "after it");
  await time.pass(1_000);
  assert(bugs.length > 0);
  assert.deepEqual([texts(tea), texts(coffee)], [["a", "b", "c", "d"], ["a", "b", "c"]]);
  assert.deepEqual(await stored(client, TEA), [1, 2, 3, 4, 5]);
  const at = await place(client);
  assert.equal(at && "cursor" in at && at.cursor, "after it");
  assert.deepEqual([texts(bad), head(bad)], [["c", "more"], 3], "what the server has of it is asked for");
  assert.equal(kind(client), "live");
});

Deno.test("[LIVE8] what lists can't take is told, and they hear instead that there is something; all else in the frame they take", async () => {
  const [bugs, taken]: [unknown[], FeedItem[]] = [[], []];
  const take = (items: readonly FeedItem[]) => {
    for (const one of items) {
      if (one.type === "event" && one.event.stream === BAD) throw new Error("a bug");
      taken.push(one);
    }
  };
  const { server, time, tea } = await streaming({ take, onBug: (bug) => bugs.push(bug) });
  server.create(BAD);
  const [tea3, coffee3] = [server.say(TEA, "c"), server.say(COFFEE, "c")].map(item);
  taken.length = 0;
  server.send([tea3!, item(server.say(BAD, "none")), coffee3!]);
  await time.pass(100);
  assert.deepEqual(bugs.map(String), ["Error: a bug"]);
  // What is taken twice changes nothing.
  assert.deepEqual(new Set(taken), new Set([tea3, coffee3, { type: "behind", stream: BAD, head: seq(2) }]));
  assert.deepEqual(texts(tea), ["a", "b", "c"]);
});

Deno.test("[LIVE1] a bug in whatever hears of the connection keeps the feed from nothing", async () => {
  const bugs: unknown[] = [];
  const client = await streaming({ onBug: (bug) => bugs.push(bug) });
  const { server, time, outbox } = client;
  outbox.connected = () => {
    throw new Error("a bug");
  };
  server.connect(false);
  server.connect(true);
  await time.pass(1_000);
  server.live();
  assert(bugs.length > 0);
  assert.equal(kind(client), "live");
});
