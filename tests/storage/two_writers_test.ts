/** Two nodes on one database, by mistake or one after the other. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { verify } = await import("@gatz/storage");
  const { readLogs } = await import("./log_oracle.ts");
  const { Town } = await import("./town.ts");
  type Town = Awaited<ReturnType<typeof Town.start>>;
  type Storage = Town["storage"];
  type Sql = Parameters<Parameters<Town["byHand"]>[1]>[0];

  const LOCK_CLASS = 0x6761747a;

  /** Offers the same draft, to one node after the other, until it is acked. */
  async function surely(
    nodes: readonly Storage[],
    draft: ReturnType<typeof newMessage>,
  ): Promise<{ id: string; seq: number; by: Storage }> {
    const end = performance.now() + 20_000;
    for (let turn = 0; performance.now() < end; turn++) {
      const by = nodes[turn % nodes.length]!; // modulo their number
      const [outcome] = await by.offer(draft.stream, [draft], { deadlineMs: 5_000 });
      if (outcome?.kind === "accepted" || outcome?.kind === "duplicate") return { ...outcome, by };
      assert.notEqual(outcome?.kind, "rejected", JSON.stringify(outcome));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail("never acked");
  }

  Deno.test("[SHARD2] a node does not write what another one writes; when that is gone, it does", async () => {
    await using town = await Town.start({ people: 1, shards: 2 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const second = await town.open();
    const draft = newMessage(ann, discussion);
    const [outcome] = await second.offer(discussion, [draft], { deadlineMs: 1_000 });
    assert.ok(outcome?.kind === "not-now" && outcome.reason === "Unavailable", JSON.stringify(outcome));
    await town.stop();
    await surely([second], draft);
    await second.close();
    await readLogs(town.database);
  });

  Deno.test("[LOG1] [LOG3] two writers that take the shards from each other again and again leave whole logs", async () => {
    await using town = await Town.start({ people: 2, shards: 2 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const second = await town.open();
    const nodes = [town.storage, second];
    const acks: { id: string; seq: number; by: Storage }[] = [];
    let isDone = false;
    const write = async () => {
      while (!isDone) acks.push(await surely(nodes, newMessage(ann, discussion)));
    };
    const writing = [1, 2, 3].map(write);
    const writes = (node: Storage) => acks.some(({ by }, i) => by === node && i >= acks.length - 3);
    for (const next of [second, town.storage, second, town.storage]) {
      // The one that writes finds a newer epoch, as if another had taken the shard, and makes way.
      await town.byHand(town.homeOf(ann), (sql) => sql`update fence set epoch = epoch + 1`);
      const end = performance.now() + 20_000;
      while (!writes(next) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(writes(next), "the other node has taken the shard");
    }
    isDone = true;
    await Promise.all(writing);
    await second.close();
    const logs = await readLogs(town.database);
    for (const { id, seq } of acks) assert.equal(logs.byId(id)?.seq, seq);
    assert.ok(acks.length > 20);
    assert.deepEqual((await verify(town.config)).problems, []);
  });

  Deno.test("[SHARD2] who meets a newer epoch stops, says so, and writes again only with a newer one", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const said: string[] = [];
    await town.reopen({ report: (what) => said.push(what) });
    await town.accepted(newMessage(ann, discussion));
    const { epoch } = await town.storage.fence(town.homeOf(ann));
    await town.byHand(town.homeOf(ann), (sql) => sql`update fence set epoch = epoch + 1`);
    const draft = newMessage(ann, discussion);
    assert.equal((await town.offer(draft)).kind, "not-now");
    assert.deepEqual(said, ["stopped writing a shard: newer-epoch"]);
    await surely([town.storage], draft);
    assert.equal((await town.storage.fence(town.homeOf(ann))).epoch, epoch + 2);
  });

  Deno.test("[SHARD1] a shard that is closed for writing takes nothing, and answers duplicates", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const draft = newMessage(ann, discussion);
    const first = await town.accepted(draft);
    await town.byHand(town.homeOf(ann), (sql) => sql`update fence set writable = false`);
    assert.equal((await town.offer(newMessage(ann, discussion))).kind, "not-now");
    assert.deepEqual(await town.offer(draft), { ...first, kind: "duplicate" });
    await town.byHand(town.homeOf(ann), (sql) => sql`update fence set writable = true`);
    await town.accepted(newMessage(ann, discussion));
  });

  Deno.test("[SHARD2] a node whose locks are held by a session of before writes on, and has the locks again when that is gone", async () => {
    await using town = await Town.start({ people: 1, shards: 1 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const pids = (sql: Sql, granted: boolean) =>
      sql<{ pid: number }[]>`
        select l.pid from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and locktype = 'advisory' and classid = ${LOCK_CLASS} and granted = ${granted}`;
    await town.byHand(town.homeOf(ann), async (watch) => {
      const [owner] = await pids(watch, true);
      assert.ok(owner);
      // It stands in line, so the lock is its own in the moment in which the owner's session ends.
      await town.byHand(town.homeOf(ann), async (sql) => {
        const standing = sql`select pg_advisory_lock(${LOCK_CLASS}, 0)`.execute();
        await until(async () => (await pids(watch, false)).length > 0);
        await watch`select pg_terminate_backend(${owner.pid})`;
        await standing;
        for (const end = performance.now() + 2_500; performance.now() < end;) {
          await town.accepted(newMessage(ann, discussion));
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        await sql`select pg_advisory_unlock(${LOCK_CLASS}, 0)`;
      });
      await until(async () => (await pids(watch, true)).length === 1);
    });
    await town.accepted(newMessage(ann, discussion));
    await readLogs(town.database);
  });

  const SHUT_OUT = {
    "newer-epoch": "epoch = epoch + 1",
    "not-writable": "writable = false",
  };
  for (const [why, change] of Object.entries(SHUT_OUT)) {
    Deno.test(`[SHARD2] [LOG4] shut out (${why}) after a flush that failed: it stops, and does not try again and again`, async () => {
      await using town = await Town.start({ people: 1, shards: 1, limits: { flushDeadlineMs: 600 } });
      const [ann] = town.users;
      assert.ok(ann);
      const { discussion } = await town.discussion(ann, []);
      await town.settled();
      const said: string[] = [];
      await town.reopen({ report: (what) => said.push(what) });
      await town.accepted(newMessage(ann, discussion));
      const draft = newMessage(ann, discussion);
      await town.byHand(town.homeOf(ann), async (sql) => {
        await sql`begin`;
        await sql.unsafe(`update fence set ${change}`);
        assert.equal((await town.offer(draft)).kind, "not-now", "the fence is not to be had");
        await sql`commit`;
      });
      const stopped = `stopped writing a shard: ${why}`;
      await until(() => said.includes(stopped));
      await new Promise((resolve) => setTimeout(resolve, 400));
      // Of failures the first, second, fourth and so on are said: a slow machine has more than one until it finds the fence.
      assert.deepEqual(said.filter((what) => what !== "a flush failed"), [stopped]);
      assert.equal(said.at(-1), stopped);
      await town.byHand(town.homeOf(ann), (sql) => sql`update fence set writable = true`);
      await town.surely(draft);
      await readLogs(town.database);
    });
  }
}
