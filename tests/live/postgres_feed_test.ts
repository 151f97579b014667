import { needsPostgres } from "@gatz/testing/postgres.ts";
import {
  type DiscussionId,
  type GroupId,
  type LogEvent,
  type ShardNumber,
  shardOf,
  type StreamId,
  type StreamState,
  type UserId,
} from "@gatz/domain";
import { strict as assert } from "node:assert";
import { decodeCursor } from "../../apps/server/src/live/cursor.ts";
import type { LogSource } from "../../apps/server/src/live/source.ts";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import { brief, Reader, settle, type TestNode, testNode } from "./reader.ts";
import { Sessions } from "./sessions.ts";
import type { Settlement } from "./settlement.ts";

/** Storage whose resumes of one shard wait at a point until they may go on. */
function gated(source: LogSource, { shard, point }: { shard: ShardNumber; point: "before" | "after" }) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const wait = async (asked: ShardNumber) => {
    if (asked !== shard) return;
    reached.resolve();
    await gate.promise;
  };
  const resume: LogSource["resume"] = async (user, from, budget) => {
    if (point === "before") await wait(from.shard);
    const answer = await source.resume(user, from, budget);
    if (point === "after") await wait(from.shard);
    return answer;
  };
  return { source: { ...source, resume }, reached: reached.promise, open: () => gate.resolve() };
}

/** One person's adding to a discussion of their own, on a shard that nothing else of theirs is on. */
interface Adding {
  readonly ann: UserId;
  readonly ben: UserId;
  readonly talk: DiscussionId;
  readonly sessions: Sessions;
  readonly node: TestNode;
  readonly storage: LogSource;
  readonly add: () => Promise<void>;
  readonly say: () => Promise<void>;
  /** Resolves once the person's own stream knows of it. */
  readonly known: () => Promise<void>;
}

type Story = (adding: Adding) => Promise<void>;

async function throughGate({ sessions, node, storage, talk, say }: Adding, point: "before" | "after"): Promise<void> {
  const gate = gated(storage, { shard: shardOf(talk), point });
  await using other = testNode(gate.source);
  sessions.connect(other);
  await say();
  await gate.reached;
  await say();
  await sessions.cut();
  gate.open();
  await sessions.connect(node).live();
}

/** A cut in every gap of being added, of the backfill and of the cutover; `added-to` comes seconds after the adding itself. */
const STORIES: Readonly<Record<string, Story>> = {
  "cut before the adding, back before a message": async ({ sessions, node, add, say }) => {
    await sessions.cut();
    await add();
    await sessions.connect(node).live();
    await say();
  },
  "cut before the adding, back before it is known": async ({ sessions, node, add }) => {
    await sessions.cut();
    await add();
    await sessions.connect(node).live();
  },
  "cut before the adding, back when it is known": async ({ sessions, node, add, say, known }) => {
    await sessions.cut();
    await add();
    await say();
    await known();
    await sessions.connect(node).live();
  },
  "cut with the adding": async ({ sessions, node, add, say }) => {
    await Promise.all([add(), sessions.cut()]);
    await say();
    await sessions.connect(node).live();
  },
  "cut after joined, a message meanwhile": async ({ sessions, node, add, say }) => {
    await add();
    await sessions.reader.until((items) => items.some((item) => item.type === "joined"), "joined");
    await sessions.cut();
    await say();
    await sessions.connect(node).live();
  },
  "cut when it has just become known": async ({ sessions, node, add, say, known }) => {
    await add();
    await known();
    await sessions.cut();
    await say();
    await sessions.connect(node).live();
  },
  "cut in the backfill, before its read": async (adding) => {
    await adding.sessions.cut();
    await adding.add();
    await throughGate(adding, "before");
  },
  "cut in the backfill, after its read": async (adding) => {
    await adding.sessions.cut();
    await adding.add();
    await throughGate(adding, "after");
  },
  "cut at the cutover": async ({ sessions, node, add, say }) => {
    await add();
    await sessions.cut();
    const reader = sessions.connect(node);
    await Promise.all([say(), reader.live().then(() => sessions.cut())]);
    await sessions.connect(node).live();
  },
  "never cut": async ({ add, say }) => {
    await add();
    await say();
  },
};

if (await needsPostgres(import.meta.url)) {
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { openStorage } = await import("@gatz/storage");
  const { Settlement } = await import("./settlement.ts");

  const OUTBOX_MS = 5_000;

  async function logsOf(here: Settlement, shards: readonly number[]): Promise<Map<StreamId, LogEvent[]>> {
    const logs = await Promise.all(shards.map((shard) => here.log(shard)));
    return Map.groupBy(logs.flat().map(({ event }) => event), ({ stream }) => stream);
  }

  /** Whether a user's own stream knows of a discussion. */
  function isIn(state: StreamState | null, talk: DiscussionId): boolean {
    return state?.kind === "user" && Object.values(state.inbox).some(({ streams }) => Object.hasOwn(streams, talk));
  }

  async function adding(
    here: Settlement,
    node: TestNode,
    { ann, group, ben }: { ann: UserId; group: GroupId; ben: UserId },
  ): Promise<Adding> {
    const { storage } = here;
    const talk = await here.discussion(ann, { shard: 8, group, members: [] });
    const sessions = new Sessions(ben);
    await sessions.connect(node).live();
    const users = [ben];
    return {
      ...{ ann, ben, talk, sessions, node, storage },
      add: () => here.accept(drafts.addToDiscussion(ann, talk, { users, historyFrom: "all" })),
      say: () => here.accept(drafts.newMessage(ann, talk)),
      known: async () => {
        while (!isIn(await storage.state(ben), talk)) await settle(50);
      },
    };
  }

  Deno.test("[LIVE2] with the outbox delayed by 5 s, a cut in any gap of being added loses and repeats nothing", async (t) => {
    await using database = await testDatabase();
    await using here = new Settlement(await openStorage(database.storageConfig(), { outboxDelayMs: OUTBOX_MS }));
    await using node = testNode(here.storage, { beatMs: 1_000, cursorMs: 50 });
    const ann = await here.person(8);
    const bens = await Promise.all(Object.keys(STORIES).map(() => here.person(1)));
    // The group is elsewhere: nothing else makes the discussions' shard known.
    const dora = await here.person(0);
    const group = await here.group(dora, { shard: 0, members: [ann, ...bens] });
    const stories = Object.entries(STORIES);
    const addings = await Promise.all(bens.map((ben) => adding(here, node, { ann, group, ben })));
    const before = new Map([...await logsOf(here, [0, 1, 8])].map(([stream, log]) => [stream, log.length]));
    await Promise.all(stories.map(([, story], i) => story(addings[i]!)));
    await Promise.all(addings.map(async ({ known, say, sessions, talk }) => {
      await known();
      await say();
      const last = (await here.storage.state(talk))!.seq;
      await sessions.reader.until(
        (items) => items.some((item) => item.type === "event" && item.event.stream === talk && item.event.seq === last),
        `message ${last}`,
      );
    }));
    await settle(200);
    await Promise.all(addings.map(({ sessions }) => sessions.cut()));
    const logs = await logsOf(here, [0, 1, 8]);
    for (const [i, [name]] of stories.entries()) {
      await t.step(name, () => addings[i]!.sessions.judge(logs, { before }));
    }
  });

  Deno.test("[LIVE8] with the server of the user's own shard frozen, discussions elsewhere go on, also for who connects now", async () => {
    await using servers = await ownServers();
    await using database = await testDatabase({ on: servers.urls });
    await using here = new Settlement(
      await openStorage(database.storageConfig({ readDeadlineMs: 500 }), { report: () => {} }),
    );
    await using node = testNode(here.storage, { beatMs: 500 });
    const [ann, ben] = [await here.person(0), await here.person(9)];
    const group = await here.group(ann, { shard: 0, members: [ben] });
    const talk = await here.discussion(ann, { shard: 0, group, members: [ben] });
    while (!(await here.storage.shardsOf(ben)).includes(shardOf(talk))) await settle(20);
    const said = async (reader: Reader) => {
      await here.accept(drafts.newMessage(ann, talk));
      const { seq } = (await here.storage.state(talk))!;
      await reader.until((items) => items.some((item) => brief(item) === `new-message ${seq}`), `message ${seq}`);
    };
    await using open = await new Reader(node, ben).live();
    await said(open);
    await servers.b.pause();
    try {
      await said(open);
      await open.until((items) => items.some((item) => item.type === "shard" && item.shard === 9), "news of the shard");
      await using again = await new Reader(node, ben, { lastEventId: open.cursor }).live();
      await said(again);
      // Without a cursor all shards are followed.
      await using anew = await new Reader(node, ben).live();
      await said(anew);
    } finally {
      await servers.b.resume();
    }
    await open.until(
      (items) =>
        items.findLast((item) => item.type === "shard" && item.shard === 9 && item.status === "ok") !== undefined,
      "its recovery",
    );
    await said(open);
  });

  Deno.test("[LIVE1] a user in discussions on 64 shards has a cursor of at most 1 KiB, and resumes all of them from it", async () => {
    await using database = await testDatabase({ shards: 64 });
    await using here = new Settlement(await openStorage(database.storageConfig()));
    await using node = testNode(here.storage, { cursorMs: 0 });
    const makers = await Promise.all(here.storage.shards.map((shard) => here.person(shard)));
    const ann = makers[0]!;
    const group = await here.group(ann, { shard: 0, members: makers.slice(1) });
    const talks = await Promise.all(
      makers.map((maker, shard) => here.discussion(maker, { shard, group, members: maker === ann ? [] : [ann] })),
    );
    const say = () => Promise.all(talks.map((talk, i) => here.accept(drafts.newMessage(makers[i]!, talk))));
    while ((await here.storage.shardsOf(ann)).length < 64) await settle(50);
    const first = await new Reader(node, ann).live();
    await say();
    await first.until((items) => items.filter((item) => brief(item) === "new-message 2").length === 64, "64 messages");
    await first.cut();
    const cursor = first.cursor!;
    assert.equal(decodeCursor(cursor)!.positions.size, 64);
    assert.ok(cursor.length <= 1024, `${cursor.length}`);
    await say();
    await using second = await new Reader(node, ann, { lastEventId: cursor }).live();
    // Shards that take their time come after the cutover: none is missing, none comes twice.
    const missed = (items: Reader["items"]) => items.filter((item) => brief(item) === "new-message 3").length;
    await second.until((items) => missed(items) >= 64, "what was missed on 64 shards");
    await settle(200);
    assert.equal(missed(second.items), 64);
    assert.ok(second.cursor!.length <= 1024);
  });
}
