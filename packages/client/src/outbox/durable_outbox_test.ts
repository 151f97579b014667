import { type Draft, incarnation, type Outcome, seq, type StreamId } from "@gatz/domain";
import assert from "node:assert/strict";
import { aDiscussion, aGroup, anEvent, aUser, OutboxStage, saying } from "../../testing/outbox/outbox_stage.ts";
import { StoreFailed } from "../store/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { CUT, type Trouble } from "../trouble.ts";
import type { Offer } from "./contract.ts";

const REJECTED: Outcome = { kind: "rejected", code: "Muted" };
const idsOf = (drafts: readonly Draft[]) => drafts.map(({ id }) => id);
const kinds = async (offers: readonly Offer[]) =>
  (await Promise.all(offers.map(({ outcome }) => outcome))).map(({ kind }) => kind);

Deno.test("[LOG4] a draft whose answer is lost, unknown or not-now is offered again with its id, ever later, and what came meanwhile after it", async () => {
  await using stage = new OutboxStage();
  const talk = aDiscussion();
  const answers = [CUT, { taken: 0, end: { kind: "unknown" } }, {
    taken: 0,
    end: { kind: "not-now", reason: "Busy", retryAfterMs: 9_000 },
  }] as const;
  let n = 0;
  stage.play = () => answers[n++];
  const outbox = await stage.live();
  const [first, second] = [saying(talk), saying(talk)];
  const offers = [outbox.add(first)];
  await stage.time.settle();
  offers.push(outbox.add(second));
  await stage.time.pass(30_000);
  assert.deepEqual(await kinds(offers), ["accepted", "accepted"]);
  assert.deepEqual(stage.bundles, [[first.id], ...Array(3).fill([first.id, second.id])]);
  assert.deepEqual(stage.offered.map(({ at }) => at), [0, 500, 1_500, 10_500]);
});

Deno.test("[LOG4] a rejection in the middle of a bundle takes that draft back alone; all tabs show it until it is dismissed", async () => {
  await using stage = new OutboxStage();
  const drafts = Array.from({ length: 3 }, (_, i) => saying(DISCUSSION, { text: `${i}` }));
  let hasRejected = false;
  stage.play = () => {
    if (hasRejected) return undefined;
    hasRejected = true;
    return { taken: 1, end: REJECTED };
  };
  const [holder, other] = [await stage.live(), await stage.live()];
  const offers = holder.addBundle(drafts);
  await stage.time.pass(1_000);
  assert.deepEqual(await kinds(offers), ["accepted", "rejected", "accepted"]);
  assert.deepEqual(stage.bundles, [idsOf(drafts), [drafts[0]!.id, drafts[2]!.id]]);
  for (const tab of [holder, other]) {
    assert.deepEqual(tab.refused.snapshot().map(({ draft, rejection }) => [draft.id, rejection]), [[
      drafts[1]!.id,
      REJECTED,
    ]]);
    assert.deepEqual(tab.pending.snapshot().get(DISCUSSION)?.map(({ draft }) => draft.id), [
      drafts[0]!.id,
      drafts[2]!.id,
    ]);
    tab.arrived(DISCUSSION, seq(2));
    assert.equal(tab.pending.snapshot().size, 0);
  }
  await other.dismiss(drafts[1]!.id);
  await stage.time.settle();
  for (const tab of [holder, other]) assert.deepEqual(tab.refused.snapshot(), []);
  for (const table of ["drafts", "refused", "outcomes"] as const) {
    assert.deepEqual(await memoryStore({ memory: stage.memory }).list(table), []);
  }
});

Deno.test("[LOG4] a draft that no server can read is found and taken back, and none beside it", async () => {
  await using stage = new OutboxStage();
  const drafts = ["a", "bad", "c"].map((text) => saying(DISCUSSION, { text }));
  const malformed: Trouble = { ...CUT, again: false, code: "Malformed", problem: "no such field" };
  stage.play = (bundle) => bundle.includes(drafts[1]!) ? malformed : undefined;
  const outbox = await stage.live();
  const offers = outbox.addBundle(drafts);
  await stage.time.pass(60_000);
  assert.deepEqual(await kinds(offers), ["accepted", "rejected", "accepted"]);
  assert.deepEqual(outbox.refused.snapshot().map(({ rejection }) => rejection.code), ["Malformed"]);
});

Deno.test("[LOG4] who is not signed in any more loses no draft: it is offered until somebody is", async () => {
  await using stage = new OutboxStage();
  let isSignedIn = false;
  stage.play = () => isSignedIn ? undefined : { ...CUT, again: false, code: "Unauthenticated", problem: "no" };
  const outbox = await stage.live();
  const { outcome } = outbox.add(saying(DISCUSSION));
  await stage.time.pass(60_000);
  isSignedIn = true;
  await stage.time.pass(10_000);
  assert.equal((await outcome).kind, "accepted");
});

Deno.test("[LOG4] [SEC3] a bundle has at most a hundred drafts, and at most 60 KiB of JSON, however many bytes a letter takes", async () => {
  await using stage = new OutboxStage();
  const outbox = stage.tab();
  // Two bytes each in UTF-8, and one that JSON writes with six.
  const large = Array.from(
    { length: 9 },
    () => saying(DISCUSSION, { text: "é".repeat(5_000) + "\u0001".repeat(1_000) }),
  );
  const small = Array.from({ length: 250 }, () => saying(DISCUSSION));
  const offers = [...outbox.addBundle(large), ...outbox.addBundle(small)];
  await stage.time.settle();
  outbox.incarnation(stage.life);
  outbox.connected(true);
  await stage.time.pass(5_000);
  assert.ok((await kinds(offers)).every((kind) => kind === "accepted"));
  assert.deepEqual(idsOf(stage.logs.get(DISCUSSION)!), idsOf([...large, ...small]));
  for (const { stream, drafts } of stage.offered) {
    assert.ok(drafts.length <= 100, `${drafts.length} drafts`);
    const bytes = new TextEncoder().encode(JSON.stringify({ stream, drafts })).length;
    assert.ok(bytes <= 60 * 1024, `${bytes} bytes`);
  }
});

Deno.test("[SEC3] more drafts than may be pending, and one that no frame has room for, are not kept, and say why", async () => {
  await using stage = new OutboxStage();
  const outbox = stage.tab({ limits: { pending: 3 } });
  const [tooLarge] = [outbox.add(saying(DISCUSSION, { text: "\u0001".repeat(10_500) }))];
  assert.deepEqual(await tooLarge.outcome, { kind: "not-kept", reason: "TooLarge" });
  const kept = outbox.addBundle([saying(DISCUSSION), saying(DISCUSSION)]);
  for (const offer of outbox.addBundle([saying(DISCUSSION), saying(DISCUSSION)])) {
    assert.deepEqual([await offer.stored, await offer.outcome], Array(2).fill({ kind: "not-kept", reason: "TooMany" }));
  }
  for (const offer of kept) assert.equal((await offer.stored).kind, "kept");
  await outbox.close();
  for (const offer of kept) assert.equal((await offer.outcome).kind, "unsettled");
  assert.deepEqual(await outbox.add(saying(DISCUSSION)).stored, { kind: "not-kept", reason: "Closed" });
});

Deno.test("[LOG4] what the store refuses is told so, shows no more, and is never offered", async () => {
  await using stage = new OutboxStage();
  const store = memoryStore({ memory: stage.memory });
  const full = { ...bound(store), write: () => Promise.reject(new StoreFailed("the disk is full")) };
  const outbox = await stage.live({ store: full });
  const { stored, outcome } = outbox.add(saying(DISCUSSION));
  assert.equal(outbox.pending.snapshot().size, 1);
  assert.deepEqual([await stored, await outcome], Array(2).fill({ kind: "not-kept", reason: "StoreFailed" }));
  await stage.time.pass(10_000);
  assert.equal(outbox.pending.snapshot().size, 0);
  assert.deepEqual(stage.bundles, []);
});

Deno.test("[SHARD2] [FACT1] a shard that does not answer holds up what stands on it: its own streams, and what begins in its groups", async () => {
  await using stage = new OutboxStage();
  const [group, inGroup, elsewhere] = [aGroup(2), aDiscussion(1), aDiscussion(1)];
  const stuck = Promise.withResolvers<undefined>();
  stage.play = (bundle) => bundle[0]!.stream === group ? stuck.promise : undefined;
  const outbox = await stage.live();
  const name = "A name";
  const offers = [
    outbox.add({ stream: group, id: anEvent(2), type: "create", version: 1, body: { name, members: [] } }),
    ...outbox.addBundle([
      { stream: inGroup, id: anEvent(1), type: "create", version: 1, body: { name, group, members: [] } },
      saying(inGroup),
    ]),
    outbox.add(saying(elsewhere)),
  ];
  await stage.time.pass(20_000);
  assert.deepEqual(stage.offered.map(({ stream }) => stream), [group, elsewhere]);
  stuck.resolve(undefined);
  await stage.time.pass(1_000);
  assert.deepEqual(await kinds(offers), Array(4).fill("accepted"));
  assert.deepEqual(stage.bundles.at(-1)?.length, 2);
});

Deno.test("[FACT1] who is added to a discussion was added to its group before; who was unblocked, before being added", async () => {
  await using stage = new OutboxStage();
  const [group, talk, me, you] = [aGroup(2), aDiscussion(1), aUser(3), aUser(3)];
  const store = memoryStore({ memory: stage.memory });
  await store.write([{
    type: "put",
    table: "rows",
    key: talk,
    value: { row: { group }, known: 1, isStale: false } as never,
  }]);
  let isAway: (stream: StreamId) => boolean = (stream) => stream === me;
  stage.play = (bundle) => isAway(bundle[0]!.stream) ? CUT : undefined;
  const outbox = await stage.live();
  const adding = { users: [you], historyFrom: "all" } as const;
  outbox.add({ stream: me, id: anEvent(3), type: "unblock-user", version: 1, body: { user: you } });
  outbox.add({ stream: group, id: anEvent(2), type: "add-members", version: 1, body: adding });
  outbox.add({ stream: talk, id: anEvent(1), type: "add-members", version: 1, body: adding });
  await stage.time.pass(20_000);
  assert.deepEqual([...stage.logs.keys()], []);
  isAway = () => false;
  await stage.time.pass(20_000);
  assert.deepEqual([...stage.logs.keys()], [me, group, talk]);
});

Deno.test("[LOG9] in another life what was accepted and has not arrived comes first again, before its successors, with the same ids", async () => {
  await using stage = new OutboxStage();
  const outbox = await stage.live();
  const [first, second] = [saying(DISCUSSION), saying(DISCUSSION)];
  assert.equal((await outbox.add(first).outcome).kind, "accepted");
  // Nobody has told of it yet.
  stage.life = incarnation("two");
  stage.logs.clear();
  assert.equal((await outbox.add(second).outcome).kind, "accepted");
  assert.deepEqual(idsOf(stage.logs.get(DISCUSSION)!), idsOf([first, second]));
  outbox.incarnation(stage.life);
  outbox.arrived(DISCUSSION, seq(2));
  assert.equal(outbox.pending.snapshot().size, 0);
});

Deno.test("[LOG4] what another tab stored first is offered first, also by a tab that has not heard of it", async () => {
  await using stage = new OutboxStage();
  const deaf = { ...bound(memoryStore({ memory: stage.memory })), watch: () => () => {} };
  const [holder, other] = [await stage.live({ store: deaf }), await stage.live()];
  const drafts = [saying(DISCUSSION), saying(DISCUSSION)] as const;
  await other.add(drafts[0]).stored;
  assert.equal((await holder.add(drafts[1]).outcome).kind, "accepted");
  assert.deepEqual(stage.bundles, [idsOf(drafts)]);
});

Deno.test("[LOG4] of a draft whose event arrives before its ack nothing is left", async () => {
  await using stage = new OutboxStage();
  const ack = Promise.withResolvers<undefined>();
  stage.play = () => ack.promise;
  const outbox = await stage.live();
  const { outcome } = outbox.add(saying(DISCUSSION));
  await stage.time.settle();
  outbox.arrived(DISCUSSION, seq(1));
  ack.resolve(undefined);
  assert.equal((await outcome).kind, "accepted");
  assert.equal(outbox.pending.snapshot().size, 0);
  assert.deepEqual(await memoryStore({ memory: stage.memory }).list("drafts"), []);
});

Deno.test("[LOG9] where things arrived in a life that is over says nothing of the next one", async () => {
  await using stage = new OutboxStage();
  const outbox = await stage.live();
  outbox.arrived(DISCUSSION, seq(5));
  stage.life = incarnation("two");
  const { outcome } = outbox.add(saying(DISCUSSION));
  assert.equal((await outcome).kind, "accepted");
  assert.equal(outbox.pending.snapshot().get(DISCUSSION)?.length, 1);
});

Deno.test("[LOG9] [FACT1] a refusal for want of what another life has lost is none: that is offered again, and then what stands on it", async () => {
  await using stage = new OutboxStage();
  const [group, talk] = [aGroup(2), aDiscussion(1)];
  stage.play = ([draft]) => {
    const isThere = draft?.type !== "create" || !("group" in draft.body) || stage.logs.has(draft.body.group);
    return isThere ? undefined : { taken: 0, end: { kind: "rejected", code: "NotFound" } };
  };
  const outbox = await stage.live();
  const name = "A name";
  const begun = outbox.add({ stream: group, id: anEvent(2), type: "create", version: 1, body: { name, members: [] } });
  assert.equal((await begun.outcome).kind, "accepted");
  stage.life = incarnation("two");
  stage.logs.clear();
  const body = { name, group, members: [] };
  const { outcome } = outbox.add({ stream: talk, id: anEvent(1), type: "create", version: 1, body });
  await stage.time.pass(10_000);
  assert.equal((await outcome).kind, "accepted");
  assert.deepEqual([...stage.logs.keys()], [group, talk]);
});

Deno.test("[SEC3] what waits of many streams leaves little by little: no frame of the socket is larger than a bundle", async () => {
  await using stage = new OutboxStage();
  const outbox = stage.tab();
  const talks = Array.from({ length: 30 }, (_, i) => aDiscussion(1 + i % 8));
  const offers = talks.map((talk, i) =>
    outbox.add(saying(talk, { text: "x".repeat(i < 4 ? 30_000 : 10), shard: 1 + i % 8 }))
  );
  await stage.time.settle();
  outbox.incarnation(stage.life);
  outbox.connected(true);
  await stage.time.pass(1_000);
  assert.ok((await kinds(offers)).every((kind) => kind === "accepted"));
  for (const [, frame] of Map.groupBy(stage.offered, ({ at }) => at)) {
    assert.ok(frame.length <= 10, `${frame.length} calls`);
    const bytes = JSON.stringify(frame.map(({ stream, drafts }) => ({ stream, drafts }))).length;
    assert.ok(bytes <= 62 * 1024, `${bytes} bytes`);
  }
});

Deno.test("[SEC2] who has much to say in many places and is limited does not ask in vain all the time", async () => {
  await using stage = new OutboxStage();
  const outbox = stage.tab();
  const offers = Array.from({ length: 120 }, (_, i) => outbox.add(saying(aDiscussion(i % 16), { shard: i % 16 })));
  let [tokens, last] = [20, stage.time.now()];
  stage.play = () => {
    tokens = Math.min(20, tokens + (stage.time.now() - last) / 100);
    last = stage.time.now();
    if (tokens-- >= 1) return undefined;
    tokens++;
    return { taken: 0, end: { kind: "not-now", reason: "RateLimited", limiter: "sends", retryAfterMs: 100 } };
  };
  await stage.time.settle();
  outbox.incarnation(stage.life);
  outbox.connected(true);
  await stage.time.pass(60_000);
  assert.ok((await kinds(offers)).every((kind) => kind === "accepted"));
  assert.ok(stage.bundles.length <= 3 * offers.length, `${stage.bundles.length} calls`);
});

Deno.test("[SEC3] of what was taken back and nobody looks at, the oldest goes", async () => {
  await using stage = new OutboxStage();
  stage.play = () => ({ taken: 0, end: REJECTED });
  const outbox = await stage.live({ limits: { refused: 2 } });
  const drafts = Array.from({ length: 4 }, () => saying(DISCUSSION));
  for (const offer of outbox.addBundle(drafts)) assert.equal((await offer.outcome).kind, "rejected");
  assert.deepEqual(idsOf(outbox.refused.snapshot().map(({ draft }) => draft)), idsOf(drafts.slice(2)));
  const stored = await memoryStore({ memory: stage.memory }).list("refused");
  assert.deepEqual(idsOf(stored.map(({ value }) => value.draft)), idsOf(drafts.slice(2)));
});

Deno.test("[LOG4] only who is connected offers: when the one tab loses its connection, another goes on", async () => {
  await using stage = new OutboxStage();
  const [first, second] = [await stage.live(), await stage.live()];
  first.connected(false);
  const { outcome } = first.add(saying(DISCUSSION));
  await stage.time.pass(100);
  assert.equal((await outcome).kind, "accepted");
  second.connected(false);
  const { outcome: later, stored } = second.add(saying(DISCUSSION));
  await stored;
  await stage.time.pass(60_000);
  assert.equal(stage.bundles.length, 1);
  first.connected(true);
  await stage.time.pass(100);
  assert.equal((await later).kind, "accepted");
});

const DISCUSSION = aDiscussion();

function bound(store: ReturnType<typeof memoryStore>): ReturnType<typeof memoryStore> {
  return {
    get: store.get.bind(store),
    list: store.list.bind(store),
    write: store.write.bind(store),
    watch: store.watch.bind(store),
    exclusively: store.exclusively.bind(store),
    close: store.close.bind(store),
  };
}
