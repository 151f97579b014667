/** Stuck shards and a frozen server hurt only what lives there. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardNumber } = await import("@gatz/domain");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { readLogs } = await import("./log_oracle.ts");
  const { Town } = await import("./town.ts");
  type Town = Awaited<ReturnType<typeof Town.start>>;
  type DiscussionId = Awaited<ReturnType<Town["discussion"]>>["discussion"];

  const SHARDS = 8;
  /** Shards 0 to 3 are on server `a`, 4 to 7 on `b`. */
  const STUCK = [0, 1];
  const NEIGHBOURS = [2, 3];
  const FROZEN = [4, 5, 6, 7];
  const SENDS = 40;

  /** A discussion on each shard, made by the person who lives there. */
  async function discussions(town: Town): Promise<DiscussionId[]> {
    const made = await Promise.all(town.users.map((user) => town.discussion(user, [])));
    await town.settled();
    return made.map(({ discussion }) => discussion);
  }

  class Senders {
    constructor(private readonly town: Town, private readonly rooms: readonly DiscussionId[]) {}

    async send(shard: number, deadlineMs = 5_000) {
      const [user, room] = [this.town.users[shard], this.rooms[shard]];
      assert.ok(user && room);
      const [outcome] = await this.town.storage.offer(room, [newMessage(user, room)], { deadlineMs });
      assert.ok(outcome);
      return outcome;
    }

    /** How long each of some sends took, one after the other on each of the shards side by side. */
    async times(shards: readonly number[]): Promise<number[]> {
      const times: number[] = [];
      await Promise.all(shards.map(async (shard) => {
        for (let n = 0; n < SENDS; n++) {
          const [user, room] = [this.town.users[shard], this.rooms[shard]];
          assert.ok(user && room);
          const start = performance.now();
          await this.town.accepted(newMessage(user, room));
          times.push(performance.now() - start);
        }
      }));
      return times;
    }

    /** Sends go on to these shards, whose answers are not awaited one by one; returns what ends it. */
    keepSending(shards: readonly number[]): () => Promise<string[]> {
      let isDone = false;
      const kinds: string[] = [];
      const sending = shards.map(async (shard) => {
        while (!isDone) {
          kinds.push((await this.send(shard, 1_000)).kind);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      });
      return async () => {
        isDone = true;
        await Promise.all(sending);
        return kinds;
      };
    }
  }

  /**
   * Sends to the well shards in calm and in trouble, in turns, so that what else the machine does falls on both; trouble may cost twice
   * the calm's p99, and a few milliseconds where that is nothing. Of the rounds' p99 the middle one counts: what trouble costs it costs in
   * each of them, and one stall of the machine is the p99 of a round.
   */
  async function compare(
    senders: Senders,
    { well, trouble }: { well: readonly number[]; trouble: () => Promise<() => Promise<void>> },
  ): Promise<void> {
    const calm: number[] = [];
    const troubled: number[] = [];
    await senders.times(well);
    for (let round = 0; round < 5; round++) {
      calm.push(p99(await senders.times(well)));
      const end = await trouble();
      troubled.push(p99(await senders.times(well)));
      await end();
    }
    const [before, during] = [median(calm), median(troubled)];
    assert.ok(
      during <= 2 * before + NOISE_MS,
      `p99 ${during.toFixed(1)} ms in trouble, ${before.toFixed(1)} ms in calm`,
    );
  }

  const NOISE_MS = 10;
  const ranked = (times: readonly number[], share: number) =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]!; // not empty
  const p99 = (times: readonly number[]) => ranked(times, 0.99);
  const median = (times: readonly number[]) => ranked(times, 0.5);

  Deno.test("[SHARD2] two shards' fences are held locked: sends beside them on the same server go on as fast", async () => {
    await using town = await Town.start({ people: SHARDS, shards: SHARDS, limits: { flushDeadlineMs: 800 } });
    const senders = new Senders(town, await discussions(town));
    await compare(senders, {
      well: [...NEIGHBOURS, ...FROZEN],
      trouble: async () => {
        const unlock = await lockFences(town, STUCK);
        const stop = senders.keepSending(STUCK);
        return async () => {
          const kinds = await stop();
          assert.ok(kinds.length > 0 && !kinds.includes("accepted"), "the locked shards were stuck");
          await unlock();
          await recovered(senders, STUCK);
        };
      },
    });
    await readLogs(town.database);
  });

  Deno.test("[SHARD2] a frozen server: sends to the other one go on as fast, its own are refused at once and taken again later", async () => {
    await using servers = await ownServers();
    await using town = await Town.start({
      people: SHARDS,
      shards: SHARDS,
      on: servers.urls,
      limits: { flushDeadlineMs: 800, readDeadlineMs: 500 },
    });
    const senders = new Senders(town, await discussions(town));
    await compare(senders, {
      well: [...STUCK, ...NEIGHBOURS],
      trouble: async () => {
        await servers.b.pause();
        const stop = senders.keepSending(FROZEN);
        return async () => {
          const kinds = await stop();
          assert.ok(kinds.length > 0 && !kinds.includes("accepted"), "the frozen server accepted nothing");
          await servers.b.resume();
          await recovered(senders, FROZEN);
        };
      },
    });
    await servers.b.pause();
    await Promise.all(FROZEN.map((shard) => senders.send(shard, 1_000)));
    const health = (shards: readonly number[]) => shards.map((shard) => town.storage.health().get(shardNumber(shard)));
    await eventually(() => Promise.resolve(town.storage.readings()), ({ servers }) => servers.get("b")!.isSkipped);
    const start = performance.now();
    const outcomes = await Promise.all(FROZEN.map((shard) => senders.send(shard)));
    assert.deepEqual(outcomes.map(({ kind }) => kind), FROZEN.map(() => "not-now"));
    assert.ok(performance.now() - start < 700, "a server that is known to be down is not asked");
    assert.deepEqual(health(FROZEN), FROZEN.map(() => "down"));
    await eventually(() => Promise.resolve(health(STUCK)), (each) => each.every((one) => one === "ok"));
    await servers.b.resume();
    await recovered(senders, FROZEN);
    await readLogs(town.database);
  });

  async function lockFences(town: Town, shards: readonly number[]): Promise<() => Promise<void>> {
    const unlock = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = administer(town.config.servers.a ?? "", async (sql) => {
      await sql`begin`;
      for (const shard of shards) await sql`select 1 from ${sql(`gatz_s000${shard}`)}.fence for update`;
      locked.resolve();
      await unlock.promise;
      await sql`rollback`;
    });
    await locked.promise;
    return async () => {
      unlock.resolve();
      await holding;
    };
  }

  async function recovered(senders: Senders, shards: readonly number[]): Promise<void> {
    const end = performance.now() + 15_000;
    for (const shard of shards) {
      while ((await senders.send(shard)).kind !== "accepted") {
        assert.ok(performance.now() < end, `shard ${shard} did not come back`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}
