/** Holds a real server, over the wire, to the table of who may call what: one test a case (SEC1, VIS3). @module */
import { strict as assert } from "node:assert";
import { EVENT_TYPES, shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Bench } from "./judge.ts";
import { ROWS } from "./rows.ts";
import type { Stages } from "./stage.ts";

if (await needsPostgres(import.meta.url)) {
  const { describeApi } = await import("@gatz/server");
  const { freshId, testServer } = await import("@gatz/testing/test_server.ts");
  const { footprintOf } = await import("./footprint.ts");
  const { clientSaid } = await import("./foresight.ts");
  const { judge, judgeOverSocket } = await import("./judge.ts");
  const { isAccepted, Stages: MadeStages } = await import("./stage.ts");
  const { planted } = await import("./cast.ts");
  const { call } = await import("./wire.ts");
  const { callOf } = await import("./calls/calls.ts");

  /** One of each kind: the rest is the same router and the same context. */
  const OVER_SOCKETS = new Set(["messages.byDiscussion", "messages.send", "groups.byId", "live.inbox (a discussion)"]);

  /** Beats come fast, since a feed that shall bring nothing is believed after two. */
  const BEAT_MS = 60;

  const open = new AsyncDisposableStack();
  let opened: Promise<{ bench: Bench; stages: Stages }> | undefined;

  const begin = async () => {
    const server = open.use(
      // A newcomer's home is set when nobody waits for it: a refusal that comes meanwhile would seem to have set it.
      await testServer({ database: { shards: 4, servers: 1 }, limits: { beatMs: BEAT_MS }, placement: "own" }),
    );
    const footprint = open.use(await footprintOf(server.database.directoryUrl));
    return { bench: { ...server, footprint }, stages: new MadeStages(server) };
  };

  Deno.test.afterAll(() => open.disposeAsync());

  for (const row of ROWS) {
    const how = callOf(row);
    // Those who change something come last, so that nothing is on its way while others are refused.
    const cases = [...row.cells].sort(([, a], [, b]) => Number(isAccepted(a)) - Number(isAccepted(b)));
    for (const [column, cell] of cases) {
      Deno.test({
        name: `matrix: ${row.name}, ${column}: ${cell}`,
        // The server serves all cases, and is closed after them.
        ...{ sanitizeOps: false, sanitizeResources: false },
        fn: async () => {
          const { bench, stages } = await (opened ??= begin());
          const stage = await stages.of(row, how);
          await judge(bench, { row, column, cell, call: how, place: stage.placeFor(column) });
        },
      });
    }
  }

  for (const row of ROWS.filter(({ name }) => OVER_SOCKETS.has(name))) {
    Deno.test({
      name: `[SEC1] matrix: ${row.name}, over a WebSocket`,
      ...{ sanitizeOps: false, sanitizeResources: false },
      fn: async () => {
        const { bench, stages } = await (opened ??= begin());
        const call = callOf(row);
        const stage = await stages.of(row, call);
        for (const [column, cell] of row.cells) {
          await judgeOverSocket(bench, { row, column, cell, call, place: stage.placeFor(column) });
        }
      },
    });
  }

  Deno.test({
    name: "[SEC1] matrix: what is written anywhere is seen: an event, a mark, a setting, an account",
    ...{ sanitizeOps: false, sanitizeResources: false },
    fn: async () => {
      const { bench, stages } = await (opened ??= begin());
      const row = ROWS.find(({ name }) => name === "reads.mark")!; // there is one
      const place = (await stages.of(row, callOf(row))).placeFor("member");
      const { token } = place.cast.member;
      const writes: [procedure: string, input: object][] = [
        ["messages.send", {
          id: freshId("msg", shardOf(place.discussion)),
          discussion: place.discussion,
          text: "words",
        }],
        ["reads.mark", { discussion: place.discussion, seq: 2 }],
        ["settings.setDiscussion", { discussion: place.discussion, notify: "mentions" }],
        ["auth.devSignIn", { handle: planted() }],
      ];
      for (const [procedure, input] of writes) {
        const before = await bench.footprint.settled();
        const isNear = procedure === "auth.devSignIn";
        const { status, body } = await call(bench.url, { procedure, kind: "mutation", input, token, isNear });
        assert.equal(status, 200, body);
        assert.notEqual(await bench.footprint.settled(), before, `${procedure} left no trace`);
      }
    },
  });

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
