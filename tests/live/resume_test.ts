import { needsPostgres } from "@gatz/testing/postgres.ts";
import { type DiscussionId, type LogEvent, position, type StreamId, type UserId } from "@gatz/domain";
import type { Committed, ResumedStream, ShardResume } from "@gatz/storage/contract";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import { covered } from "../../packages/domain/testing/naive_model.ts";

/** The beginnings and ends of a user's stays, as the events say. */
function stays(
  log: readonly LogEvent[],
  { stream, user }: { stream: StreamId; user: UserId },
): { from: number; end: number | null }[] {
  if (stream.startsWith("user_")) return stream === user ? [{ from: 1, end: null }] : [];
  const found: { from: number; end: number | null }[] = [];
  let inside = false;
  for (const [i, event] of log.entries()) {
    const seen = covered(log.slice(0, i + 1), user);
    const now = seen.has(event.seq) && !isEnd(event, user);
    if (now && !inside) found.push({ from: event.seq, end: null });
    if (!now && inside) found.at(-1)!.end = event.seq;
    inside = now;
  }
  return found;
}

function isEnd(event: LogEvent, user: UserId): boolean {
  return (event.type === "remove-member" && event.body.user === user) ||
    (event.type === "leave" && event.actor === user);
}

/** What a resume from a position must bring, read off the whole log. */
function expected(log: readonly Committed[], { user, since }: { user: UserId; since: number }): string[] {
  const streams = Map.groupBy(log, ({ event }) => event.stream);
  return [...streams].flatMap(([stream, committed]) => {
    const events = committed.map(({ event }) => event);
    const last = stays(events, { stream, user }).at(-1);
    if (last === undefined) return [];
    const head = last.end ?? events.length;
    const at = (seq: number) => committed[seq - 1]!.position;
    if (at(head) <= since) return [];
    if (at(last.from) > since) return [`joined ${stream} ${head}`];
    const seqs = events.filter((event) => event.seq <= head && at(event.seq) > since).map(({ seq }) => seq);
    return [`events ${stream} ${head}: ${seqs}`];
  }).sort();
}

function brief(part: ResumedStream): string {
  const { kind, stream, head } = part;
  return kind === "events"
    ? `events ${stream} ${head}: ${part.events.map(({ seq }) => seq)}`
    : `${kind} ${stream} ${head}`;
}

const briefs = (answer: ShardResume) => answer.streams.map(brief).sort();
const plenty = () => ({ events: 10_000, bytes: 10_000_000 });

if (await needsPostgres(import.meta.url)) {
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { openStorage } = await import("@gatz/storage");
  const { Settlement } = await import("./settlement.ts");

  Deno.test("[LIVE2] from any position a resume brings what the log says, of every shard and user", async () => {
    await using database = await testDatabase();
    await using here = new Settlement(await openStorage(database.storageConfig()));
    const { storage } = here;
    const people = [await here.person(0), await here.person(1), await here.person(9)];
    const [ann, ben, cyd] = people as [UserId, UserId, UserId];
    const group = await here.group(ann, { shard: 0, members: [ben, cyd] });
    const talks = [
      await here.discussion(ann, { shard: 0, group, members: [ben] }),
      await here.discussion(ben, { shard: 1, group, members: [] }),
      await here.discussion(cyd, { shard: 9, group, members: [ann] }),
      await here.discussion(cyd, { shard: 9, group, members: [ann, ben] }),
    ];
    const one = fc.nat({ max: 2 });
    const steps = fc.array(fc.record({ what: fc.nat({ max: 9 }), user: one, other: one, talk: fc.nat({ max: 3 }) }), {
      minLength: 150,
      maxLength: 150,
    });
    for (const { what, user, other, talk } of fc.sample(steps, { numRuns: 1, seed: 5 })[0]!) {
      const [actor, stream, users] = [people[user]!, talks[talk]!, [people[other]!]];
      if (what < 5) await here.offer(drafts.newMessage(actor, stream));
      else if (what < 7) await here.offer(drafts.addToDiscussion(actor, stream, { users, historyFrom: "now" }));
      else if (what < 9) await here.offer(drafts.removeFromDiscussion(actor, stream, { user: people[other]! }));
      else await here.offer(drafts.leaveDiscussion(actor, stream));
    }
    let compared = 0;
    for (const shard of [0, 1, 9]) {
      let log = await here.log(shard);
      for (let since = 0; since <= log.length; since++) {
        for (const user of people) {
          const from = { shard: storage.shards[shard]!, position: position(since) };
          const answer = await storage.resume(user, from, plenty());
          // Effects may still be coming in.
          if (answer.position > log.length) log = await here.log(shard);
          const now = log.slice(0, answer.position);
          assert.deepEqual(briefs(answer), expected(now, { user, since }), `shard ${shard}, since ${since}, ${user}`);
          compared += answer.streams.length;
        }
      }
    }
    assert.ok(compared > 350, `${compared}`);
  });

  Deno.test("[LIVE3] a resume keeps to its bounds: events a stream, events in all, and bytes", async () => {
    await using database = await testDatabase();
    await using here = new Settlement(await openStorage(database.storageConfig({ backfillPerStream: 20 })));
    const { storage } = here;
    const ann = await here.person(3);
    const group = await here.group(ann, { shard: 3, members: [] });
    const talks: DiscussionId[] = [];
    for (let i = 0; i < 6; i++) talks.push(await here.discussion(ann, { shard: 3, group, members: [] }));
    // Each discussion has an added-to in her own stream, on this very shard: not among what is missed.
    await here.settled();
    const shard = storage.shards[3]!;
    const { position: since } = await storage.fence(shard);
    // 3, 6, … 15 messages of 1,000 bytes, and one discussion beyond what a stream may bring.
    for (const [i, talk] of talks.entries()) {
      const many = i === 5 ? 21 : 3 * (i + 1);
      const said = Array.from({ length: many }, () => drafts.newMessage(ann, talk, { text: "x".repeat(1_000) }));
      await storage.offer(talk, said, { deadlineMs: 10_000 });
    }
    const kinds = async (budget: { events: number; bytes: number }) => {
      const answer = await storage.resume(ann, { shard, position: since }, budget);
      const found = talks.map((talk) => answer.streams.find(({ stream }) => stream === talk)!.kind);
      return { found, left: budget };
    };
    const all = Array.from({ length: 5 }, () => "events");
    const enough = await kinds(plenty());
    assert.deepEqual(enough.found, [...all, "behind"]);
    // The state of the one that is behind costs as much as an event.
    assert.equal(plenty().events - enough.left.events, 46);
    // Streams that missed least come first: 3 + 6 + 9 of 20 events; 3 + 6 of 12,000 bytes.
    const whole = async (budget: { events: number; bytes: number }) =>
      (await kinds(budget)).found.filter((kind) => kind === "events").length;
    assert.equal(await whole({ events: 20, bytes: 1e9 }), 3);
    assert.equal(await whole({ events: 1_000, bytes: 12_000 }), 2);
    const shared = { events: 100, bytes: 60_000 };
    const both = await Promise.all([kinds(shared), kinds(shared)]);
    assert.ok(both.some(({ found }) => found.filter((kind) => kind === "events").length < 5));
    assert.ok(shared.events >= 0 && shared.bytes >= 0, JSON.stringify(shared));
    const behind = await storage.resume(ann, { shard, position: since }, { events: 0, bytes: 0 });
    assert.ok(behind.streams.every((part) => part.kind === "behind" && part.state === null));
  });

  Deno.test("[LIVE2] a resume of one stream brings that stream only", async () => {
    await using database = await testDatabase();
    await using here = new Settlement(await openStorage(database.storageConfig()));
    const { storage } = here;
    const ann = await here.person(2);
    const group = await here.group(ann, { shard: 2, members: [] });
    const talk = await here.discussion(ann, { shard: 2, group, members: [] });
    await here.discussion(ann, { shard: 2, group, members: [] });
    const from = { shard: storage.shards[2]!, position: position(0) };
    assert.deepEqual(briefs(await storage.resume(ann, { ...from, only: talk }, plenty())), [`joined ${talk} 1`]);
    assert.deepEqual(
      briefs(await storage.resume(ann, { ...from, only: ann }, plenty())).map((text) => text.slice(0, 12)),
      [
        "joined user_",
      ],
    );
  });
}
