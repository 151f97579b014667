/**
 * Whatever happens in groups and discussions, apps that look on hold to the byte what the server has stored for their users (VIS4, LOG8).
 * `GATZ_SEED=n` plays one history again. @module
 */
import assert from "node:assert/strict";
import { type ConnectedGatz, createGatz, type OpenDiscussion, type OpenGroup } from "@gatz/client";
import { eventually } from "@gatz/testing/eventually.ts";
import { Chance } from "@gatz/testing/chance.ts";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { startTcpProxy } from "@gatz/testing/tcp_proxy.ts";
import { Words } from "../visibility/words.ts";

const SHARDS = 4;
const HANDLES = ["ann", "ben", "cyd", "dan", "eve", "fay"] as const;

if (await needsPostgres(import.meta.url)) {
  const { person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll } = await import("../api/talk.ts");
  const { Play } = await import("../visibility/play.ts");

  /** An app that has everything open that its lists name. */
  class Onlooker {
    readonly #open = new Map<string, OpenDiscussion | OpenGroup>();

    constructor(readonly gatz: ConnectedGatz) {}

    openAll(): void {
      const [discussions, groups] = [this.gatz.discussions.snapshot().rows, this.gatz.groups.snapshot().rows];
      for (const { id } of discussions) if (!this.#open.has(id)) this.#open.set(id, this.gatz.open(id));
      for (const { id } of groups) if (!this.#open.has(id)) this.#open.set(id, this.gatz.openGroup(id));
    }

    /** How many are as the server has them, at the server's head; and the others. */
    async compared(): Promise<{ same: number; wrong: unknown[] }> {
      const { api } = this.gatz;
      const [discussions, groups] = await Promise.all([
        api.discussions.byUser.query({ limit: 100 }),
        api.groups.byUser.query({ limit: 100 }),
      ]);
      const heads = new Map<string, number>();
      for (const row of discussions.rows) if (row.kind === "discussion") heads.set(row.id, row.head);
      for (const row of groups.rows) if (row.kind === "group") heads.set(row.id, row.seq);
      const wrong: unknown[] = [...heads].filter(([id]) => !this.#open.has(id));
      let same = 0;
      for (const [id, open] of this.#open) {
        const check = await open.checkHash();
        const isSame = check !== null && "mine" in check && check.mine === check.servers;
        if (isSame && check.seq === (heads.get(id) ?? check.seq)) same++;
        else wrong.push({ id, check, head: heads.get(id), status: open.picture.snapshot().status });
      }
      return { same, wrong };
    }
  }

  Deno.test("[VIS4] [LOG8] apps hold to the byte what the server has stored for their users, whatever happens and however often they are cut off", async () => {
    const seed = Number(Deno.env.get("GATZ_SEED") ?? 1 + Math.floor(Math.random() * 1_000_000));
    console.log(`GATZ_SEED=${seed} plays it again`);
    const { next: random } = new Chance(seed);
    await using server = await testServer({ database: { shards: SHARDS } });
    await using link = startTcpProxy(server.url);
    const people = await Promise.all(
      HANDLES.map((handle, n) => person(server.url, handle, { transport: "ws", shard: n % SHARDS })),
    );
    await using _people = disposeAll(...people);
    const apps = await Promise.all(
      people.map(({ token }) => createGatz({ url: `http://127.0.0.1:${link.port}`, auth: token })),
    );
    try {
      const onlookers = apps.map((gatz) => new Onlooker(gatz));
      const play = new Play({ people, words: new Words(), random });
      await play.furnish({ discussions: 4 });
      for (let part = 0; part < 5; part++) {
        for (const onlooker of onlookers) onlooker.openAll();
        await Promise.all([play.go(20), play.go(20)]);
        if (part % 2 === 0) link.cutAll();
      }
      await play.finish();
      const compare = async () => {
        for (const onlooker of onlookers) onlooker.openAll();
        return await Promise.all(onlookers.map((onlooker) => onlooker.compared()));
      };
      const results = await eventually(
        compare,
        (all) => all.every(({ wrong }) => wrong.length === 0),
      );
      const same = results.reduce((sum, one) => sum + one.same, 0);
      assert.ok(same > 25, `${same} compared`);
    } finally {
      await Promise.all(apps.map((gatz) => gatz.close()));
    }
  });
}
