import assert from "node:assert/strict";
import { FarServer } from "../../testing/far_server.ts";
import { discussionOn } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { newId } from "../new_id.ts";
import { memoryStore } from "../store/memory.ts";
import { gatzOver } from "./create_gatz.ts";

const TEA = discussionOn(3);

Deno.test("[LIVE3] an app that was live once is current after one round trip whenever it is started again, however soon it was closed", async () => {
  const [server, store, time] = [new FarServer(), memoryStore(), new VirtualTime()];
  const start = () =>
    gatzOver({
      ...{ server, store, timing: time, newId },
      onBug: (bug) => {
        throw bug;
      },
    });
  server.create(TEA);

  /** How many round trips it took from its start, until it was live and showed all that was said; then it is closed at once. */
  async function tripsTaken(): Promise<number> {
    const before = server.trips;
    const gatz = await start();
    await time.settle();
    const isCurrent = () => {
      const [row] = gatz.discussions.snapshot().rows;
      const head = row?.kind === "discussion" ? row.head : 0;
      return gatz.status.snapshot().kind === "live" && head === server.logs.get(TEA)?.length;
    };
    while (!isCurrent()) {
      assert(server.trips < before + 10, "it never is current");
      await server.trip(time);
    }
    await gatz.close();
    return server.trips - before;
  }

  assert.equal(await tripsTaken(), 3, "who it is, the list, and the feed from there");
  for (const text of ["a", "b"]) {
    server.say(TEA, text);
    assert.equal(await tripsTaken(), 1);
  }
});
