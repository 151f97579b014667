/** Read marks and settings: kept with their user, written by any node, followed by all (READ1, SHARD2). @module */
import assert from "node:assert/strict";
import { type PersonalChange, type PersonalWish, type Rev, rev, seq, shardOf, type UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import fc from "fast-check";
import type { Storage } from "@gatz/storage";
import { discussionId } from "../../packages/domain/testing/ids.ts";

if (await needsPostgres(import.meta.url)) {
  const { ShardUnavailable } = await import("@gatz/storage");
  const { Town } = await import("./town.ts");

  const DEADLINE = { deadlineMs: 10_000 };
  const TALKS = [1, 2, 3].map((n) => discussionId(n, n));

  const read = (at: number, { talk = 0, epoch }: { talk?: number; epoch?: number } = {}): PersonalWish => ({
    type: "read",
    discussion: TALKS[talk]!,
    seq: seq(at),
    epoch,
  });
  const unread = (
    at: number,
    epoch?: number,
  ): PersonalWish => ({ ...read(at, { epoch }), type: "unread" } as PersonalWish);
  const one = async (storage: Storage, user: UserId, wish: PersonalWish) =>
    (await storage.setPersonal(user, [wish], DEADLINE))[0]!;
  const mark = (change: PersonalChange) => {
    assert.ok(change.type === "read");
    return [change.epoch, Number(change.seq)];
  };

  /** Asks until there is an answer. */
  async function surely<T>(ask: () => Promise<T>): Promise<T> {
    for (const end = performance.now() + 10_000;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ShardUnavailable) || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Everything that a follower is handed until it has been handed all up to a rev. */
  async function followed(storage: Storage, user: UserId, { from = rev(0), until }: { from?: Rev; until: Rev }) {
    const changes: PersonalChange[] = [];
    if (until <= from) return changes; // nothing changed: there is no page
    const signal = AbortSignal.timeout(10_000);
    for await (const page of storage.followPersonal(shardOf(user), from, signal)) {
      changes.push(...page.changes.filter((owned) => owned.user === user).map(({ change }) => change));
      if (page.upTo >= until) return changes;
    }
    return assert.fail(`rev ${until} never came`);
  }

  Deno.test("[READ1] a mark rises within its epoch, only unread raises that; a stale one is answered with what stands", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const [ann] = town.users as [UserId];
    const set = (wish: PersonalWish) => one(town.storage, ann, wish);
    assert.deepEqual(mark(await set(read(5))), [0, 5]);
    const stale = await set(read(3));
    assert.deepEqual([mark(stale), stale.rev], [[0, 5], 1], "and no rev is used up");
    assert.deepEqual(mark(await set(unread(2))), [1, 2]);
    assert.deepEqual(
      mark(await set(read(9, { epoch: 0 }))),
      [1, 2],
      "by a device that has not heard of the unread mark",
    );
    assert.deepEqual(mark(await set(unread(1, 0))), [1, 2], "by one that raced with it, and came second with less");
    assert.deepEqual(mark(await set(unread(4, 0))), [1, 4], "or with more: whatever the order, the greatest stays");
    assert.deepEqual(mark(await set(read(7, { epoch: 2 ** 31 - 1 }))), [1, 7], "nobody holds an epoch that never was");
    const { asOf, records } = await town.storage.personalOf(ann, TALKS);
    assert.deepEqual(records.map((record) => [mark(record), record.rev]), [[[1, 7], asOf]]);
  });

  Deno.test("[LOG1] a setting is the last that was set, beside the mark of the same discussion", async () => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const [ann, ben] = town.users as [UserId, UserId];
    const notify = (level: "all" | "none"): PersonalWish => ({ type: "setting", discussion: TALKS[0]!, notify: level });
    const both = await town.storage.setPersonal(ann, [notify("none"), read(3), notify("none")], DEADLINE);
    assert.deepEqual(both.map(({ type, rev }) => [type, rev]), [["setting", 1], ["read", 2], ["setting", 1]]);
    await one(town.storage, ann, notify("all"));
    const { records } = await town.storage.personalOf(ann, TALKS);
    assert.deepEqual(records.map(({ type, rev }) => [type, rev]).sort(), [["read", 2], ["setting", 3]]);
    assert.deepEqual((await town.storage.personalOf(ben, TALKS)).records, [], "another's are none of ben's");
  });

  Deno.test("[READ1] devices that race through two nodes end with the greatest mark, which every follower is handed", async () => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const other = await town.open();
    const wishes = fc.array(
      fc.record({
        who: fc.nat({ max: 1 }),
        node: fc.nat({ max: 1 }),
        talk: fc.nat({ max: 2 }),
        epoch: fc.nat({ max: 3 }),
        seq: fc.nat({ max: 30 }),
        isUnread: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    );
    try {
      await fc.assert(
        fc.asyncProperty(wishes, async (all) => {
          await town.byHand(shardOf(town.users[0]!), (sql) => sql`truncate reads, settings`);
          const before = (await town.storage.personalOf(town.users[0]!, TALKS)).asOf;
          const answers = await Promise.all(all.map(async ({ who, node, talk, epoch, seq: at, isUnread }) => {
            const wish = { ...read(at, { talk, epoch }), type: isUnread ? "unread" : "read" } as PersonalWish;
            const storage = [town.storage, other][node]!;
            return { user: town.users[who]!, node, answer: await surely(() => one(storage, town.users[who]!, wish)) };
          }));
          for (const user of town.users) {
            const { asOf, records } = await other.personalOf(user, TALKS);
            for (const storage of [town.storage, other]) {
              const last = new Map(
                (await followed(storage, user, { from: before, until: asOf })).map((c) => [c.discussion, c]),
              );
              assert.deepEqual(new Map(records.map((record) => [record.discussion, record])), last);
            }
            for (const record of records) {
              const answered = answers.filter(({ user: whose, answer }) =>
                whose === user && answer.discussion === record.discussion
              ).map(({ answer }) => mark(answer));
              assert.deepEqual(mark(record), answered.sort(([a, b], [c, d]) => a! - c! || b! - d!).at(-1));
            }
          }
        }),
        { numRuns: 25 },
      );
    } finally {
      await other.close();
    }
  });

  const STUCK_MS = 1_500;
  Deno.test("[SHARD2] whose shard is stuck waits for no longer than they must, and nobody else does", async () => {
    await using town = await Town.start({ people: 4, limits: { readDeadlineMs: STUCK_MS, queueMarks: 20 } });
    const [stuck, well] = town.users as [UserId, UserId];
    await town.byHand(shardOf(stuck), (sql) =>
      sql.begin(async (held) => {
        await held`select 1 from reads_head for update`;
        const began = performance.now();
        const waiting = Array.from({ length: 20 }, (_, n) =>
          assert.rejects(one(town.storage, stuck, read(n + 1)), ShardUnavailable));
        const refused = assert.rejects(
          one(town.storage, stuck, read(1)),
          ShardUnavailable,
          "queueMarks: no more may wait",
        );
        for (let n = 1; n <= 20; n++) {
          await one(town.storage, well, read(n));
        }
        const took = performance.now() - began;
        assert.ok(took < STUCK_MS, `${took} ms for who is on another shard of the same server`);
        await refused;
        await Promise.all(waiting);
      }));
    assert.deepEqual(mark(await one(town.storage, stuck, read(4))), [0, 4], "at once, when it is free again");
  });

  Deno.test("[READ1] marks survive backends that are killed all the time: what was answered stands, and nothing goes back", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const [ann] = town.users as [UserId];
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await town.byHand(shardOf(ann), (sql) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'gatz'`);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    let answered: number[] = [0, 0];
    let answers = 0;
    let made = 0;
    for (let n = 1; n <= 60 || answers < 10; n++) {
      made = n;
      const wish = n % 10 === 0 ? unread(n) : read(n);
      const answer = await one(town.storage, ann, wish).catch((error) => {
        assert.ok(error instanceof ShardUnavailable, String(error));
        return error;
      });
      if (answer instanceof ShardUnavailable) {
        // While the server is skipped there is nobody to ask.
        await new Promise((resolve) => setTimeout(resolve, Math.min(answer.retryAfterMs, 50)));
        continue;
      }
      answers++;
      const now = mark(answer);
      assert.ok(
        now[0]! > answered[0]! || (now[0] === answered[0] && now[1]! >= answered[1]!),
        `${now} after ${answered}`,
      );
      assert.equal(now[1], n);
      answered = now;
    }
    isOver = true;
    await killing;
    const { records } = await surely(() => town.storage.personalOf(ann, TALKS));
    const stands = mark(records[0]!);
    assert.ok(stands[0]! >= answered[0]!);
    assert.ok(
      answered[0]! <= Math.floor(made / 10),
      `an unread mark whose answer was lost was done once: epoch ${answered[0]}`,
    );
  });
}
