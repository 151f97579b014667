/** The lists of a client on a real server: whatever people do, when all is quiet they are what the server says, and what can be counted. */
import { type ConnectedGatz, createGatz, Memory, memoryStore, type Observable } from "@gatz/client";
import { type DiscussionId, seq, type UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Person } from "@gatz/testing/test_server.ts";
import assert from "node:assert/strict";
import { Crowd } from "./list_crowd.ts";

/** Unread by the plainest reading of READ2: what the log says, event by event. */
async function unreadIn(viewer: Person, discussion: DiscussionId, mark: number): Promise<number> {
  const blocked = await viewer.api.users.blocked.query();
  const blocks = new Set(blocked.users.map(({ id }) => id));
  const unread = new Map<string, { author: string; seq: number }>();
  for (let fromSeq = 1;;) {
    const { items } = await viewer.api.log.read.query({ stream: discussion, fromSeq: seq(fromSeq), limit: 500 });
    const last = items.at(-1);
    if (last === undefined) return unread.size;
    for (const item of items) {
      if (item.type !== "event") continue;
      const { type, seq, actor, body, id } = item.event;
      if (type === "new-message" && seq > mark && actor !== viewer.user && !blocks.has(actor as UserId)) {
        unread.set(id, { author: actor, seq });
      }
      if (type === "delete-message") unread.delete(body.target);
      if (type === "expunge") {
        for (const [message, { author, seq }] of unread) {
          if (author === body.author && seq <= body.upToSeq) unread.delete(message);
        }
      }
    }
    fromSeq = (last.type === "event" ? last.event.seq : last.to) + 1;
  }
}

async function allRows({ api }: Person) {
  const rows = [];
  let before: string | undefined;
  for (;;) {
    const page = await api.discussions.byUser.query({ limit: 3, ...(before && { before }) });
    rows.push(...page.rows);
    if (page.next === null) return rows;
    before = page.next;
  }
}

async function allGroups({ api }: Person) {
  return (await api.groups.byUser.query({ limit: 100 })).rows;
}

const SOON_MS = 10_000;

/** Waits until a list is what the server says; fails with both. */
async function assertSame(
  shown: Observable<{ readonly rows: readonly unknown[] }>,
  rows: () => Promise<readonly unknown[]>,
) {
  const until = performance.now() + SOON_MS;
  for (;;) {
    const said = await rows();
    try {
      return assert.deepEqual(shown.snapshot().rows, said);
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

if (await needsPostgres(import.meta.url)) {
  const { testServer, person, freshId } = await import("@gatz/testing/test_server.ts");
  const SEED = Number(Deno.env.get("GATZ_TEST_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const ACTS = 80;

  Deno.test(`[USR3] [READ2] [VIS4] [BLK1] when all is quiet two clients' lists are the server's, and are counted right (seed ${SEED})`, async () => {
    await using server = await testServer();
    const people = await Promise.all(["viewer", "xenia", "yuri"].map((handle) => person(server.url, handle)));
    const [viewer, owner] = people as [Person, Person];
    const group = freshId("grp", owner.home);
    const members = people.filter((one) => one !== owner).map(({ user }) => user);
    await owner.api.groups.create.mutate({ id: freshId("evt", owner.home), stream: group, name: "Group", members });
    const crowd = new Crowd({ people, group, seed: SEED, freshId });
    for (let n = 0; n < 5; n++) await crowd.begin(crowd.pick(crowd.others));
    const memory = new Memory();
    const app = () => createGatz({ url: server.url, auth: viewer.token, store: memoryStore({ memory }) });
    const other = await createGatz({ url: server.url, auth: viewer.token });
    let gatz: ConnectedGatz = await app();
    try {
      for (let n = 0; n < ACTS; n++) {
        // From here on all is certain that can be.
        if (n % 20 === 10) await assertSame(other.discussions, () => allRows(viewer));
        // One is closed for a while, and then has missed some of it.
        if (n === ACTS / 2) await gatz.close();
        if (n === ACTS / 2 + 15) gatz = await app();
        await crowd.act();
      }
      for (const { discussions, groups } of [gatz, other]) {
        await assertSame(discussions, () => allRows(viewer));
        await assertSame(groups, () => allGroups(viewer));
      }
      const { rows, isWhole } = gatz.discussions.snapshot();
      assert(isWhole && rows.length >= 5, `${rows.length}`);
      for (const row of rows) {
        assert(row.kind === "discussion" && row.mark !== null);
        assert.equal(row.unread?.count, await unreadIn(viewer, row.id, row.mark.seq), row.id);
      }
    } finally {
      await Promise.all([gatz, other].map((app) => app.close()));
      for (const one of people) await one[Symbol.asyncDispose]();
    }
  });
}
