import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { Breaker } = await import("./breaker.ts");
  const { deadlineIn } = await import("./deadline.ts");
  const { DeadlinePassed, isConnectionError, ServerUnreachable } = await import("./errors.ts");
  const { installGuard } = await import("./guard.ts");
  const { Lane } = await import("./lane.ts");
  const { LanePool } = await import("./lane_pool.ts");
  type Pool = InstanceType<typeof LanePool>;

  const LANES = 6;
  const NAME = "gatz lane test";

  function poolOn(url: string, { name = NAME, connectMs = 10_000 } = {}): Pool {
    installGuard();
    const lane = { url, connectMs, settings: { application_name: name } };
    const probe = async () => (await Lane.open(lane)).destroy();
    const breaker = new Breaker({ probe, firstPauseMs: 20, longestPauseMs: 200 });
    return new LanePool({ ...lane, max: LANES, waiting: 2 * LANES, breaker });
  }

  const terminateAll = (sql: Parameters<Parameters<typeof administer>[1]>[0]) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = ${NAME}`;

  /** All lanes at once, each with one short query; how long that took. */
  async function useAll(pool: Pool): Promise<number> {
    const start = performance.now();
    await Promise.all(
      Array.from({ length: LANES }, () => pool.use((sql) => sql`select pg_sleep(0.002)`, deadlineIn(10_000))),
    );
    return performance.now() - start;
  }

  /** Done when so many have counted. */
  class Countdown {
    readonly #done = Promise.withResolvers<void>();
    constructor(private left: number) {}
    get done(): Promise<void> {
      return this.#done.promise;
    }
    one(): void {
      if (--this.left === 0) this.#done.resolve();
    }
  }

  const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!; // not empty

  Deno.test("[SHARD2] backends terminated a hundred times, idle, in a query, in a transaction: the pool is whole after", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    const url = database.servers.a;
    const pool = poolOn(url);
    await administer(url, async (admin) => {
      for (let round = 0; round < 100; round++) {
        const busy = new Countdown(4);
        const terminated = Promise.withResolvers<void>();
        const query = () =>
          pool.use((sql) => {
            busy.one();
            return sql`select pg_sleep(30)`;
          }, deadlineIn(20_000));
        const transaction = () =>
          pool.use(async (sql) => {
            busy.one();
            await sql.unsafe("begin");
            await sql`select 1`;
            await terminated.promise;
            await sql`select 2`;
          }, deadlineIn(20_000));
        const ends = Promise.allSettled([query(), query(), transaction(), transaction()]);
        await busy.done;
        await new Promise((resolve) => setTimeout(resolve, 5 + round % 11));
        await terminateAll(admin);
        terminated.resolve();
        for (const ended of await ends) {
          assert.ok(
            ended.status === "rejected" && isConnectionError(ended.reason),
            `round ${round}: ${JSON.stringify(ended)}`,
          );
        }
        await eventually(() => useAll(pool));
      }
    });
    const fresh = poolOn(url, { name: "gatz lane test, calm" });
    for (const each of [pool, fresh]) await useAll(each);
    // In turns, so that a busy machine is as busy for both.
    const [after, calm]: [number[], number[]] = [[], []];
    for (let round = 0; round < 15; round++) {
      after.push(await useAll(pool));
      calm.push(await useAll(fresh));
    }
    fresh.close();
    assert.ok(pool.size <= LANES, "no lane is leaked");
    assert.ok(median(after) < 3 * median(calm) + 20, `as fast as a new one: ${after} ms, ${calm} ms`);
    const [row] = await administer(
      url,
      (sql) =>
        sql<{ open: number }[]>`select count(*)::int as open from pg_stat_activity where application_name = ${NAME}`,
    );
    assert.equal(row?.open, pool.size, "what the server holds open is what the pool knows");
    pool.close();
  });

  Deno.test("[SHARD2] a query past its deadline is cancelled on the server, and its lane replaced", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    const url = database.servers.a;
    const pool = poolOn(url);
    const start = performance.now();
    await assert.rejects(pool.use((sql) => sql`select pg_sleep(60)`, deadlineIn(200)), DeadlinePassed);
    assert.ok(performance.now() - start < 30_000);
    await pool.use((sql) => sql`select 1`, deadlineIn(5_000));
    await untilNone(url);
    pool.close();
  });

  Deno.test("[SHARD2] a link that swallows everything costs one deadline; then the server is skipped at once, and comes back", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    await using proxy = startTcpProxy(database.servers.a);
    const pool = poolOn(proxy.through(database.servers.a), { connectMs: 1_000 });
    const ask = (deadlineMs: number) => pool.use((sql) => sql`select 1`, deadlineIn(deadlineMs));
    await eventually(() => ask(5_000));
    proxy.setFlow("down", "swallow");
    await assert.rejects(ask(200), DeadlinePassed);
    // The probe that the first deadline started finds it out, while others still wait for their own.
    const refusedAtOnce = async () => {
      const turn = new Promise((resolve) => setTimeout(resolve));
      const ended = ask(5_000).catch((error) => error);
      const refused = await Promise.race([ended, turn]);
      assert.ok(refused instanceof ServerUnreachable && /does not answer/.test(refused.message), String(refused));
    };
    await eventually(refusedAtOnce);
    proxy.cutAll();
    proxy.setFlow("down", "pass");
    await eventually(() => ask(1_000));
    pool.close();
  });

  Deno.test("[SHARD2] what was sent behind a lost BEGIN never runs outside of its transaction", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    const url = database.servers.a;
    await administer(url, (sql) => sql`create table written (n int)`);
    const pool = poolOn(url);
    const lost = pool.useLane(async (lane) => {
      await lane.sql.unsafe("begin");
      await administer(url, (sql) => sql`select pg_terminate_backend(${lane.pid}, 1000)`);
      await lane.sql`insert into written values (1)`;
    }, deadlineIn(5_000));
    await assert.rejects(lost, isConnectionError);
    await pool.use((sql) => sql`select 1`, deadlineIn(5_000));
    const rows = await administer(url, (sql) => sql`select * from written`);
    assert.equal(rows.length, 0);
    pool.close();
  });

  Deno.test("[SHARD2] a closed pool makes no connections, and whoever asks or waits is told at once", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    const proxy = startTcpProxy(database.servers.a);
    let newest = 0;
    proxy.onData = ({ connection }) => newest = Math.max(newest, connection);
    const pool = poolOn(proxy.through(database.servers.a));
    await useAll(pool);
    const ends = Array.from(
      { length: 3 * LANES },
      () => pool.use((sql) => sql`select pg_sleep(20)`, deadlineIn(10_000)).then(() => "done", (error) => error),
    );
    const refused = pool.use((sql) => sql`select 1`, deadlineIn(10_000));
    await assert.rejects(refused, ServerUnreachable, "twice as many as work are waiting already");
    const made = newest;
    const start = performance.now();
    pool.close();
    for (const end of await Promise.all(ends)) assert.ok(isConnectionError(end), String(end));
    await assert.rejects(pool.use((sql) => sql`select 1`, deadlineIn(5_000)), ServerUnreachable);
    assert.ok(performance.now() - start < 5_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(newest, made, "no connection after the end");
    assert.equal(pool.size, 0);
    await proxy.close();
  });

  async function untilNone(url: string): Promise<void> {
    await eventually(async () => {
      const rows = await administer(
        url,
        (sql) =>
          sql`select 1 from pg_stat_activity where application_name = ${NAME} and query like '%pg_sleep%' and state = 'active'`,
      );
      assert.equal(rows.length, 0, "the query still runs");
    });
  }

  async function eventually(attempt: () => Promise<unknown>): Promise<void> {
    const end = performance.now() + 15_000;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}
