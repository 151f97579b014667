import {
  type Actor,
  type DiscussionId,
  type Draft,
  type FeedItem,
  incarnation,
  type LiveMessage,
  type LogEvent,
  type MessageDraft,
  type Outcome,
  type Seq,
  seq,
  toEvent,
  type Tombstone,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import assert from "node:assert/strict";
import { DiscussionReplica } from "./discussion_replica.ts";
import type { DiscussionSource, FeedHandlers } from "./discussion_source.ts";
import type { Timing } from "./timing.ts";
import { CUT, type Trouble } from "./trouble.ts";

const uuid = (n: number) => `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`;
const DISCUSSION = uuidToId("disc", uuid(1));
const ELSEWHERE = uuidToId("disc", uuid(2));
const [ALICE, BOB] = [uuidToId("user", uuid(3)), uuidToId("user", uuid(4))];

/** A log that was written by hand, and what the replica asked of it. */
class HandWrittenLog implements DiscussionSource {
  readonly events: LogEvent[] = [];
  readonly followedFrom: Seq[] = [];
  readonly readFrom: Seq[] = [];
  readonly offered: MessageDraft[] = [];
  answer: (draft: MessageDraft) => Outcome | Trouble = () => CUT;
  /** What the next readings come to, instead of a page. */
  readonly troubles: Trouble[] = [];
  unsubscribed = 0;
  /** Of the newest feed. */
  handlers: FeedHandlers | undefined;

  follow(fromSeq: Seq, handlers: FeedHandlers) {
    this.followedFrom.push(fromSeq);
    this.handlers = handlers;
    return { unsubscribe: () => void this.unsubscribed++ };
  }

  read(fromSeq: Seq): Promise<readonly FeedItem[] | Trouble> {
    this.readFrom.push(fromSeq);
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return Promise.resolve(trouble);
    return Promise.resolve(this.events.filter((event) => event.seq >= fromSeq).slice(0, 2).map(item));
  }

  offer(draft: MessageDraft): Promise<Outcome | Trouble> {
    this.offered.push(draft);
    return Promise.resolve(this.answer(draft));
  }

  write(actor: Actor, draft: Draft): LogEvent {
    const event = toEvent({ ...draft, actor }, {}, { seq: seq(this.events.length + 1), at: unixMs(1_000) });
    this.events.push(event);
    return event;
  }

  say(actor: UserId, text: string, stream: DiscussionId = DISCUSSION): LogEvent {
    const id = uuidToId("msg", uuid(100 + this.events.length));
    const body = { text, mentions: [], attachments: [] };
    return this.write(actor, { stream, id, type: "new-message", version: 1, body });
  }
}

const item = (event: LogEvent): FeedItem => ({ type: "event", event });

/** A clock that stands still until the test lets what waits go on. */
class HandTurnedClock implements Timing {
  /** In milliseconds, all that was ever waited for. */
  readonly waits: number[] = [];
  #waiting: (() => void)[] = [];

  readonly now = () => 2_000;
  readonly retryDelayMs = (attempt: number) => 100 + attempt;

  wait(ms: number): Promise<void> {
    this.waits.push(ms);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async goOn(): Promise<void> {
    this.#waiting.splice(0).forEach((resolve) => resolve());
    await settled();
  }
}

/** What comes of promises that are already resolved has come. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

function begin() {
  const log = new HandWrittenLog();
  const clock = new HandTurnedClock();
  const body = { group: uuidToId("grp", uuid(5)), name: "Talk", members: [BOB] };
  log.write(ALICE, { stream: DISCUSSION, id: uuidToId("evt", uuid(6)), type: "create", version: 1, body });
  const replica = new DiscussionReplica({ source: log, discussion: DISCUSSION, viewer: BOB, timing: clock });
  const feed = async (...items: FeedItem[]) => {
    log.handlers?.items(items);
    await settled();
  };
  const texts = () => replica.picture().messages.map((message) => message.kind === "live" ? message.text : "deleted");
  return { log, clock, replica, feed, texts };
}

Deno.test("[LIVE3] what a feed skips is read from the log, page by page, before what comes after it", async () => {
  const { log, feed, texts } = begin();
  const events = ["one", "two", "three", "four"].map((text) => log.say(ALICE, text));
  await feed(item(log.events[0]!), item(events[3]!));
  assert.deepEqual(texts(), ["one", "two", "three", "four"]);
  assert.deepEqual(log.readFrom, [2, 4]);
});

Deno.test("[LIVE3] behind, joined and the heads of beats make it read up to there; what is repeated changes nothing", async () => {
  const { log, feed, texts } = begin();
  const one = log.say(ALICE, "one");
  await feed({ type: "behind", stream: DISCUSSION, head: one.seq });
  assert.deepEqual(texts(), ["one"]);
  log.say(ALICE, "two");
  await feed({ type: "beat", heads: [{ stream: DISCUSSION, seq: seq(3) }, { stream: ELSEWHERE, seq: seq(99) }] });
  await feed(item(one), item(log.events[0]!));
  assert.deepEqual(texts(), ["one", "two"]);
});

Deno.test("[VIS2] seqs that the viewer may not see count and show nothing", async () => {
  const { log, feed, texts, replica } = begin();
  log.say(ALICE, "hidden");
  const seen = log.say(ALICE, "seen");
  await feed({ type: "opaque", stream: DISCUSSION, from: seq(1), to: seq(2) }, item(seen));
  assert.deepEqual(texts(), ["seen"]);
  assert.deepEqual(log.readFrom, []);
  assert.equal(replica.picture().discussion, null);
});

Deno.test("[VIS1] a new stay that shows what was hidden before makes it read anew, live and from the log", async () => {
  const { log, feed, texts } = begin();
  const created = log.events[0]!; // begin wrote it
  const hidden = log.say(ALICE, "while Bob was out");
  const body = { users: [BOB], historyFrom: "all" } as const;
  const id = uuidToId("evt", uuid(7));
  const back = log.write(ALICE, { stream: DISCUSSION, id, type: "add-members", version: 1, body });
  const opaque: FeedItem = { type: "opaque", stream: DISCUSSION, from: hidden.seq, to: hidden.seq };
  await feed(item(created), opaque);
  assert.deepEqual(texts(), []);
  const state = { kind: "user", id: BOB, seq: back.seq, handle: "bob", name: "Bob" } as const; // any will do
  await feed({ type: "joined", stream: DISCUSSION, visibleFrom: seq(1), head: back.seq, state });
  assert.deepEqual(texts(), ["while Bob was out"]);

  const other = begin();
  other.log.events.push(hidden, back);
  await other.feed(item(created), opaque, item(back), item(log.say(ALICE, "welcome")));
  assert.deepEqual(other.texts(), ["while Bob was out", "welcome"]);
});

Deno.test("[VIS1] a stay that shows a part from the middle, in which something hidden is changed, is read anew once", async () => {
  const { log, feed, texts } = begin();
  const [old, shown] = [log.say(ALICE, "old"), log.say(ALICE, "shown")];
  const content = { text: "edited", mentions: [], attachments: [] };
  const id = uuidToId("evt", uuid(7));
  // Its target is from before what Bob sees, so he does not see it either (VIS1).
  log.write(ALICE, {
    ...{ stream: DISCUSSION, id, type: "edit-message", version: 1 },
    body: { target: old.id as LiveMessage["id"], ...content },
  });
  const body = { users: [BOB], historyFrom: shown.seq };
  const added = log.write(ALICE, {
    ...{ stream: DISCUSSION, id: uuidToId("evt", uuid(8)), type: "add-members", version: 1, body },
  });
  const items: FeedItem[] = [
    { type: "opaque", stream: DISCUSSION, from: seq(1), to: old.seq },
    item(shown),
    { type: "opaque", stream: DISCUSSION, from: seq(4), to: seq(4) },
    item(added),
  ];
  log.read = (fromSeq) => {
    log.readFrom.push(fromSeq);
    if (log.readFrom.length > 10) return Promise.resolve(CUT); // or it would read for ever
    return Promise.resolve(items.filter((of) => (of.type === "event" ? of.event.seq : seq(4)) >= fromSeq));
  };
  await feed({ type: "behind", stream: DISCUSSION, head: added.seq });
  assert.deepEqual(texts(), ["shown"]);
  assert.deepEqual(log.readFrom, [1, 1]);
});

Deno.test("[MOD1] a purge shows all that its author wrote before it as deleted, also to who does not hold the state", async () => {
  const { log, feed, replica } = begin();
  const [before, other] = [log.say(BOB, "spam"), log.say(ALICE, "stays")];
  const body = { author: BOB, upToSeq: other.seq, why: "purge", reason: "spam" } as const;
  const purge = log.write(ALICE, {
    ...{ stream: DISCUSSION, id: uuidToId("evt", uuid(7)), type: "expunge", version: 1, body },
  });
  const after = log.say(BOB, "sorry");
  await feed(
    { type: "opaque", stream: DISCUSSION, from: seq(1), to: seq(1) },
    ...[before, other, purge, after].map(item),
  );
  assert.equal(replica.picture().discussion, null);
  assert.deepEqual(replica.picture().messages.map(({ kind, seq }) => [seq, kind]), [[2, "deleted"], [3, "live"], [
    5,
    "live",
  ]]);
  assert.equal((replica.picture().messages[0] as Tombstone).reason, "spam");
});

Deno.test("[DISC3] who joins by themselves has all read anew that the window shows", async () => {
  const { log, feed, texts } = begin();
  const hidden = log.say(ALICE, "come in");
  const join = log.write(BOB, { stream: DISCUSSION, id: uuidToId("evt", uuid(7)), type: "join", version: 1, body: {} });
  await feed({ type: "opaque", stream: DISCUSSION, from: seq(1), to: hidden.seq }, item(join));
  assert.deepEqual(texts(), ["come in"]);
});

Deno.test("[LIVE1] events of other streams are not this discussion's", async () => {
  const { log, feed, texts } = begin();
  await feed(item(log.events[0]!), item(log.say(ALICE, "elsewhere", ELSEWHERE)));
  assert.deepEqual(texts(), []);
});

Deno.test("[MSG1] one's own message shows at once, last, as pending; its event makes it one of all, once", async () => {
  const { log, feed, texts, replica } = begin();
  await feed(item(log.events[0]!));
  log.answer = ({ id }) => ({ kind: "accepted", id, seq: seq(3), at: unixMs(1_000) });
  replica.send({ text: "mine" });
  const other = log.say(ALICE, "earlier");
  await feed(item(other));
  assert.deepEqual(texts(), ["earlier", "mine"]);
  assert.equal(replica.picture().pending.size, 1);
  await feed(item(log.write(BOB, log.offered[0]!)));
  assert.deepEqual(texts(), ["earlier", "mine"]);
  assert.equal(replica.picture().pending.size, 0);
});

Deno.test("[LOG4] a refusal takes the message back and says why, until the next draft", async () => {
  const { log, texts, replica } = begin();
  log.answer = () => ({ kind: "rejected", code: "TextTooLong" });
  replica.send({ text: "too long" });
  await settled();
  assert.deepEqual(texts(), []);
  assert.equal(replica.picture().problem, "TextTooLong");
  log.answer = ({ id }) => ({ kind: "accepted", id, seq: seq(2), at: unixMs(1_000) });
  replica.send({ text: "short" });
  assert.equal(replica.picture().problem, null);
});

Deno.test("[LOG9] in another life of the installation it drops what it held, reads anew, and offers again what is pending", async () => {
  const { log, feed, texts, replica } = begin();
  const heads = [{ stream: DISCUSSION, seq: seq(2) }];
  await feed(item(log.events[0]!), item(log.say(ALICE, "lost by the restore")));
  await feed({ type: "live", incarnation: incarnation("first"), heads });
  log.answer = ({ id }) => ({ kind: "accepted", id, seq: seq(3), at: unixMs(1_000) });
  replica.send({ text: "accepted, and lost too" });
  await feed({ type: "live", incarnation: incarnation("first"), heads: [] });
  log.events.length = 1;
  await feed({ type: "live", incarnation: incarnation("second"), heads: [] });
  assert.deepEqual(log.followedFrom, [1, 1]);
  assert.deepEqual(texts(), ["accepted, and lost too"]);
  assert.deepEqual(log.offered.map(({ id }) => id), [log.offered[0]!.id, log.offered[0]!.id]);
  await feed(item(log.events[0]!), item(log.write(BOB, log.offered[0]!)));
  assert.deepEqual(texts(), ["accepted, and lost too"]);
  assert.equal(replica.picture().pending.size, 0);
});

Deno.test("[LIVE1] a feed that the server ends is followed by another from where it got to, unless asking is of no use", async () => {
  const { log, clock, feed, replica } = begin();
  await feed(item(log.events[0]!));
  log.handlers?.ended(CUT);
  assert.equal(replica.picture().link, "cut");
  assert.deepEqual(log.followedFrom, [1]);
  await clock.goOn();
  assert.deepEqual(log.followedFrom, [1, 2]);
  log.handlers?.ended({ ...CUT, again: false, problem: "not found" });
  await clock.goOn();
  assert.deepEqual(log.followedFrom, [1, 2]);
  assert.equal(replica.picture().problem, "not found");
});

const AWAY: Trouble = { kind: "trouble", again: true, problem: "away", retryAfterMs: 0 };

Deno.test("[LIVE3] when what lies between can't be read, it follows again from what it holds: nothing waits for the next event", async () => {
  const { log, clock, feed, texts, replica } = begin();
  await feed(item(log.events[0]!));
  const [one, two] = [log.say(ALICE, "one"), log.say(ALICE, "two")];
  log.troubles.push(AWAY);
  const lost = log.handlers;
  await feed({ type: "behind", stream: DISCUSSION, head: one.seq }, item(two));
  assert.deepEqual([replica.picture().link, replica.picture().problem, log.unsubscribed], ["cut", "away", 1]);
  lost?.items([item(one)]);
  await settled();
  assert.deepEqual(texts(), []);
  await clock.goOn();
  assert.deepEqual(log.followedFrom, [1, 2]);
  await feed({ type: "behind", stream: DISCUSSION, head: two.seq });
  assert.deepEqual(texts(), ["one", "two"]);
  assert.equal(replica.picture().problem, null);
});

Deno.test("[LIVE3] it follows again ever later while reading fails, no earlier than the server says, and at once anew after a success", async () => {
  const { log, clock, feed } = begin();
  await feed(item(log.events[0]!));
  const behind: FeedItem = { type: "behind", stream: DISCUSSION, head: log.say(ALICE, "one").seq };
  for (const retryAfterMs of [0, 0, 3_000]) {
    log.troubles.push({ ...AWAY, retryAfterMs });
    await feed(behind);
    await clock.goOn();
  }
  await feed(behind);
  log.handlers?.ended(CUT);
  assert.deepEqual(clock.waits, [100, 101, 3_000, 100]);
});

Deno.test("[VIS3] when what lies between is not there for the viewer (any more), the feed is over", async () => {
  const { log, clock, feed, replica } = begin();
  log.troubles.push({ ...AWAY, again: false, problem: "not found" });
  await feed({ type: "behind", stream: DISCUSSION, head: seq(1) });
  await clock.goOn();
  assert.deepEqual(log.followedFrom, [1]);
  assert.deepEqual([replica.picture().link, replica.picture().problem], ["cut", "not found"]);
});

Deno.test("[LOG4] a draft whose answer fails stays shown as pending, and is offered again with the same id", async () => {
  const { log, clock, texts, replica } = begin();
  log.answer = () => AWAY;
  replica.send({ text: "mine" });
  await settled();
  assert.deepEqual([texts(), replica.picture().pending.size, replica.picture().problem], [["mine"], 1, "away"]);
  log.answer = ({ id }) => ({ kind: "accepted", id, seq: seq(2), at: unixMs(1_000) });
  await clock.goOn();
  assert.deepEqual(log.offered.map(({ id }) => id), [log.offered[0]!.id, log.offered[0]!.id]);
  assert.deepEqual([texts(), replica.picture().problem], [["mine"], null]);
});

Deno.test("[LIVE1] closed, it neither follows nor offers again", async () => {
  const { log, clock, replica } = begin();
  log.answer = () => AWAY;
  replica.send({ text: "mine" });
  await settled();
  log.handlers?.ended(CUT);
  replica.close();
  await clock.goOn();
  assert.deepEqual([log.followedFrom.length, log.offered.length], [1, 1]);
});
