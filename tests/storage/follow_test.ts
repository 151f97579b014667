/** Followers of a shard's log, from memory and from the tables. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { position, shardNumber } = await import("@gatz/domain");
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { readLogs, uuidOf } = await import("./log_oracle.ts");
  const { Town } = await import("./town.ts");
  type Storage = Awaited<ReturnType<typeof Town.start>>["storage"];

  const SHARD = shardNumber(0);

  interface Reader {
    readonly seen: { position: number; id: string; stateSeq: number; seq: number }[];
    stop(): Promise<void>;
  }

  /** Reads from a position on, with a pause after each batch. */
  function reader(storage: Storage, { from = 0, pauseMs = 0 }: { from?: number; pauseMs?: number } = {}): Reader {
    const stop = new AbortController();
    const seen: Reader["seen"] = [];
    const reading = (async () => {
      for await (const batch of storage.follow(SHARD, position(from), stop.signal)) {
        for (const { position, event, state } of batch) {
          seen.push({ position, id: uuidOf(event.id), seq: event.seq, stateSeq: state.seq });
        }
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    })();
    return {
      seen,
      stop: async () => {
        stop.abort();
        await reading;
      },
    };
  }

  Deno.test("[LOG3] followers see every event once and in order, from anywhere, fast or slow, here or on another node", async () => {
    await using town = await Town.start({ people: 1, shards: 1, limits: { ringEvents: 8, pageEvents: 7 } });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const second = await town.open();
    const readers = [reader(town.storage), reader(town.storage, { pauseMs: 15 }), reader(second)];
    let isDone = false;
    const write = async () => {
      while (!isDone) await town.accepted(newMessage(ann, discussion));
    };
    const writing = [1, 2, 3, 4, 5, 6].map(write);
    for (let n = 0; n < 12; n++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      const { position } = await town.storage.fence(SHARD);
      // At the seam between what is in memory and what is not: at the head, and a few before it.
      readers.push(reader(town.storage, { from: Math.max(0, position - (n % 4) * 5) }));
    }
    isDone = true;
    await Promise.all(writing);
    const { events } = await readLogs(town.database);
    const head = events.length;
    const end = performance.now() + 20_000;
    while (readers.some(({ seen }) => seen.at(-1)?.position !== head) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(readers.map(({ stop }) => stop()));
    for (const { seen } of readers) {
      const first = seen[0]?.position ?? head;
      assert.deepEqual(
        seen.map(({ position, id }) => [position, id]),
        events.slice(first - 1).map(({ position, id }) => [position, id]),
      );
      assert.ok(seen.every(({ seq, stateSeq }) => stateSeq >= seq), "a state is at its event or newer");
    }
    assert.ok(head > 60, `something was written: ${head}`);
    await second.close();
  });

  Deno.test("[LOG9] the fence's position is the log's head", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const before = await town.storage.fence(SHARD);
    const [ann] = town.users;
    assert.ok(ann);
    await town.discussion(ann, []);
    await town.settled();
    const after = await town.storage.fence(SHARD);
    assert.equal(after.position, (await readLogs(town.database)).events.length);
    assert.ok(after.position > before.position);
  });
}
