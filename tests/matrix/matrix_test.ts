/** Holds a real server, over the wire, to the table of who may call what: one test a case (SEC1, VIS3). @module */
import { strict as assert } from "node:assert";
import { EVENT_TYPES } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Bench } from "./judge.ts";
import { ROWS } from "./rows.ts";
import type { Stages } from "./stage.ts";

if (await needsPostgres(import.meta.url)) {
  const { describeApi } = await import("@gatz/server");
  const { testServer } = await import("@gatz/testing/test_server.ts");
  const { footprintOf } = await import("./footprint.ts");
  const { clientSaid } = await import("./foresight.ts");
  const { judge } = await import("./judge.ts");
  const { isAccepted, Stages: MadeStages } = await import("./stage.ts");
  const { callOf } = await import("./calls/calls.ts");

  /** Beats come fast, since a feed that shall bring nothing is believed after two. */
  const BEAT_MS = 60;

  const open = new AsyncDisposableStack();
  let opened: Promise<{ bench: Bench; stages: Stages }> | undefined;

  const begin = async () => {
    const server = open.use(
      await testServer({ database: { shards: 4, servers: 1 }, limits: { beatMs: BEAT_MS } }),
    );
    const footprint = open.use(await footprintOf(server.database.directoryUrl));
    return { bench: { ...server, footprint }, stages: new MadeStages(server) };
  };

  Deno.test.afterAll(() => open.disposeAsync());

  for (const row of ROWS) {
    const call = callOf(row);
    // Those who change something come last, so that nothing is on its way while others are refused.
    const cases = [...row.cells].sort(([, a], [, b]) => Number(isAccepted(a)) - Number(isAccepted(b)));
    for (const [column, cell] of cases) {
      Deno.test({
        name: `matrix: ${row.name}, ${column}: ${cell}`,
        // The server serves all cases, and is closed after them.
        ...{ sanitizeOps: false, sanitizeResources: false },
        fn: async () => {
          const { bench, stages } = await (opened ??= begin());
          const stage = await stages.of(row, call);
          await judge(bench, { row, column, cell, call, place: stage.placeFor(column) });
        },
      });
    }
  }

  Deno.test("[DISC4] matrix: a client that follows everything mostly knows by itself what can be done", () => {
    const { known, unknown } = clientSaid;
    assert.ok(known >= 2 * unknown, `${known} known, ${unknown} not`);
  });

  Deno.test("[SEC1] matrix: every procedure has a row, and every row a procedure", () => {
    const there = describeApi().map(({ path }) => path);
    assert.deepEqual([...new Set(ROWS.map(({ procedure }) => procedure))].sort(), there.sort());
  });

  Deno.test("[SEC1] matrix: every type of draft has a row, and every row a type", () => {
    const types = Object.entries(EVENT_TYPES).flatMap(([kind, types]) => types.map((type) => `${kind}/${type}`));
    assert.deepEqual([...new Set(ROWS.flatMap(({ draft }) => draft ?? []))].sort(), types.sort());
  });
}
