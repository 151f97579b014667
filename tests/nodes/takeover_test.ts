/** The node that writes is killed or frozen under load, and another takes over. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { verify } = await import("@gatz/storage");
  const { readLogs } = await import("../storage/log_oracle.ts");
  const { chatter, longestPause, makeFleet } = await import("./fleet.ts");
  const { Listener } = await import("./listener.ts");
  type Fleet = Awaited<ReturnType<typeof makeFleet>>;
  type Said = Awaited<ReturnType<typeof chatter>>;

  const TAKEOVER_MS = 5_000;
  const CALM_MS = 1_000;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Everything acked is in the log, once and at the seq that the ack said; and verify finds nothing wrong. */
  const judge = async ({ database }: Fleet, said: readonly Said[]) => {
    const logs = await readLogs(database);
    for (const { id, seq } of said.flat()) assert.equal(logs.byId(id)?.seq, seq);
    const { problems } = await verify(database.storageConfig());
    assert.deepEqual(problems, []);
    return logs;
  };

  /** Longest first, how long each room had to wait for an ack. */
  const pauses = (moment: number, said: readonly Said[]) =>
    said.map((one) => Math.round(longestPause(moment, one))).sort((a, b) => b - a);

  Deno.test("[LOG2] [LOG4] [LIVE1] the owner is killed under load: another writes within 5 s, nothing acked is lost or doubled, and a feed goes on there", async () => {
    await using fleet = await makeFleet();
    await using a = await fleet.start();
    await using b = await fleet.start();
    const [first] = fleet.rooms;
    assert.ok(first);
    await using listener = new Listener(first.owner.token);
    await listener.moveTo(a);
    let isOver = false;
    const through = (n: number) => n % 2 === 0 ? [b] : [a, b];
    const talking = fleet.rooms.map((room, n) => chatter(room, { through: through(n), isOver: () => isOver }));
    await pause(CALM_MS);
    const moment = performance.now();
    await a.end("SIGKILL");
    await listener.moveTo(b);
    await pause(TAKEOVER_MS);
    isOver = true;
    const said = await Promise.all(talking);
    const waited = pauses(moment, said);
    assert.ok(waited[0]! <= TAKEOVER_MS, `${waited}`);
    for (const acks of said) {
      const last = acks.at(-1)!;
      await until(() => listener.heard(last.stream) >= last.seq);
      listener.judge(last.stream, last.seq);
    }
    await judge(fleet, said);
  });

  Deno.test("[SHARD2] [LOG4] the owner is frozen under load: another writes within 5 s, and when it wakes it corrupts nothing and serves on", async () => {
    await using fleet = await makeFleet();
    await using a = await fleet.start();
    await using b = await fleet.start();
    let isOver = false;
    const talking = fleet.rooms.map((room) => chatter(room, { through: [b], isOver: () => isOver }));
    await pause(CALM_MS);
    const moment = performance.now();
    Deno.kill(a.pid, "SIGSTOP");
    await pause(TAKEOVER_MS);
    Deno.kill(a.pid, "SIGCONT");
    await pause(CALM_MS);
    isOver = true;
    const said = await Promise.all(talking);
    const waited = pauses(moment, said);
    assert.ok(waited[0]! <= TAKEOVER_MS, `${waited}`);
    let sent = 0;
    const after = await Promise.all(
      fleet.rooms.map((room) => chatter(room, { through: [a], isOver: () => sent++ > 8 })),
    );
    assert.ok(after.flat().length > 0);
    await judge(fleet, [...said, ...after]);
  });
}
