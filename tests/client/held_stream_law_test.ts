/** What a client holds of a stream, whatever came of it in whatever order, is the domain's view of the whole log. */
import {
  foldStream,
  heldText,
  intervalsOf,
  type MessageState,
  shownTo,
  stateFor,
  type StreamState,
  viewOf,
} from "@gatz/domain";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { HeldStream } from "../../packages/client/src/stream/held_stream.ts";
import { stateHash } from "../../packages/client/src/stream/state_hash.ts";
import { putWhole } from "../../packages/client/src/stream/stored_items.ts";
import { moves, PEOPLE, played } from "../../packages/domain/testing/chat.ts";
import { fed, type OneLog, open, read, stateAt } from "./one_log.ts";

/** Numbers, read against what there is. `lag`: how many events ago the server made its answer. */
interface Step {
  readonly kind:
    | "grow"
    | "feed"
    | "feed-anywhere"
    | "open"
    | "read"
    | "older"
    | "older-anywhere"
    | "store"
    | "trim"
    | "beat";
  readonly n: number;
  readonly lag: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...["grow", "grow", "feed", "feed", "feed", "feed-anywhere", "open", "read", "read", "older"] as const,
    ...["older-anywhere", "store", "trim", "beat"] as const,
  ),
  n: fc.nat({ max: 59 }),
  lag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 20 })),
});

/** Whether entries are lost on the way into a store and back. */
const losesEntries = ({ n }: Pick<Step, "n">) => n % 3 === 0;

/** A client, and how far the log has come. */
class Follower {
  held: HeldStream;
  time: number;
  readonly of: OneLog;
  #storedBase: StreamState | null = null;

  constructor(of: OneLog) {
    this.of = of;
    this.time = 1;
    this.held = this.#empty();
  }

  do({ kind, n, lag }: Step): void {
    const { held, of } = this;
    const time = Math.max(1, this.time - lag);
    const head = stateAt(of, time)?.head;
    switch (kind) {
      case "grow":
        this.time = Math.min(of.log.length, this.time + 1 + n % 7);
        return;
      case "feed":
        return this.#take([fed(of, { time, at: held.head + 1 })]);
      case "feed-anywhere":
        return this.#take([fed(of, { time, at: 1 + n % this.time })]);
      case "open": {
        const opened = open(of, { time, limit: 1 + n % 12 });
        if (opened !== null) held.open(opened);
        return;
      }
      case "read":
        return this.#take(
          read(of, { time, fromSeq: Math.max(1, held.head + 1 - n % 3), limit: 1 + n % 12 })?.items ?? [],
        );
      case "older":
        return this.#prepend({ time, fromSeq: Math.max(1, held.from - 1 - n % 12), limit: 1 + n % 12 + n % 3 });
      case "older-anywhere":
        return this.#prepend({ time, fromSeq: 1 + n % this.time, limit: 1 + n % 12 });
      case "store":
        return this.#reload(n);
      case "trim":
        return held.keepNewest(1 + n % 12);
      case "beat":
        if (head !== undefined) held.known(head);
        return;
    }
  }

  /** Heals as whoever syncs does, until nothing is missing. */
  heal(): void {
    const { held, of, of: { log } } = this;
    const time = this.time = log.length;
    const now = stateAt(of, time);
    if (now === null) return;
    held.known(now.head);
    for (let tries = 0; held.isToBeOpenedAnew || held.missing() !== null; tries++) {
      assert(tries < 1_000, "healing comes to an end");
      if (held.isToBeOpenedAnew) held.open(open(of, { time, limit: 5 })!);
      else this.#take(read(of, { time, fromSeq: held.missing()!.fromSeq, limit: 3 })!.items);
    }
  }

  readOlder(): void {
    const { held, time } = this;
    if (held.from > 1) this.#prepend({ time, fromSeq: Math.max(1, held.from - 4), limit: Math.min(4, held.from - 1) });
  }

  #take(items: readonly (Parameters<HeldStream["take"]>[0] | null)[]): void {
    for (const item of items) if (item !== null) this.held.take(item);
  }

  #prepend(part: Parameters<typeof read>[1]): void {
    const page = read(this.of, part);
    if (page !== null) this.held.prepend(page);
  }

  /** Into a store and back, on the way to which some entries are lost. */
  #reload(n: number): void {
    const changes = putWhole(this.held, { openedAt: 0 });
    const puts = changes.flatMap((change) =>
      change.type === "put" ? [JSON.parse(JSON.stringify(change)) as typeof change] : []
    );
    const entries = puts.flatMap((put) => put.table === "events" ? [put] : []);
    if (losesEntries({ n })) entries.splice(n % Math.max(1, entries.length), 1 + n % 2);
    const record = puts.flatMap((put) => put.table === "streams" ? [put.value] : [])[0];
    const { stream, viewer } = this.held;
    if (record === undefined) return;
    const foldVersion = n % 10 === 1 ? -1 : record.foldVersion;
    // Who appends without folding leaves the state that was there.
    const base = n % 4 === 1 ? this.#storedBase : record.base;
    this.#storedBase = base;
    this.held = HeldStream.load({ stream, viewer, record: { ...record, foldVersion, base }, entries });
  }

  #empty(): HeldStream {
    return new HeldStream({ stream: this.of.log[0]!.stream, viewer: this.of.viewer });
  }
}

/** What there is of a stream in the viewer's view, from a seq on. */
function expected({ log, viewer }: OneLog, { head, from }: { head: number; from: number }) {
  const { state, messages } = viewOf(log.slice(0, head), viewer);
  return {
    state: state && stateFor(viewer, state),
    messages: [...messages.values()].filter((message) => message.seq >= from),
  };
}

/** What operators and servers compare: from the whole log, and hashed by another library. */
function expectedHash({ log, viewer }: OneLog, { head, messages }: { head: number; messages: number }): string {
  const view = viewOf(log.slice(0, head), viewer);
  const shown = [...view.messages.values()].map((message) => shownTo(viewer, message));
  const newest = shown.slice(Math.max(0, shown.length - messages));
  return createHash("sha256").update(heldText({ viewer, state: view.state!, messages: newest })).digest("hex");
}

/** What moderators see more is sent by the viewer's present role, whatever it was then: it is right in the end. */
function assertIsView(held: HeldStream, of: OneLog, { step, isEnd }: { step: string; isEnd: boolean }): void {
  const { state, messages } = expected(of, held);
  assert.deepEqual(held.messages, messages, step);
  if (held.isToBeOpenedAnew) return;
  const shown = (of: StreamState | null) => isEnd ? of : { ...of, flags: undefined, invites: undefined };
  assert.deepEqual(shown(stateFor(of.viewer, held.state!)), shown(state), step);
}

/** Nothing that was shown goes back to what it was before. */
function assertNotOlder(before: readonly MessageState[], after: HeldStream): void {
  for (const was of before) {
    const is = after.message(was.id);
    if (is === undefined) continue; // the window has lost it
    assert(is.changedSeq >= was.changedSeq, `${was.id} went back`);
    if (was.kind === "deleted") assert.equal(is.kind, "deleted");
  }
}

/** Whether the viewer came once and has stayed, or left once: then every seq has only one form to them, moderation aside. */
function cameOnce({ log, viewer }: OneLog): boolean {
  const { state } = foldStream(log);
  return state === null || state.kind === "user" || intervalsOf(state, viewer).length < 2;
}

const people = fc.constantFrom(...PEOPLE);

Deno.test("[LOG8] [VIS4] [LIVE3] what a client holds of a stream is its view of it, whatever comes late, twice, out of order or not at all", () => {
  const seen = { streams: 0, exact: 0, opens: 0 };
  fc.assert(
    fc.property(moves(70), people, fc.array(step, { maxLength: 60, size: "max" }), (chat, viewer, steps) => {
      const world = played(chat);
      for (const stream of world.streams) {
        const of: OneLog = { log: world.log(stream), viewer };
        if (stateAt(of, of.log.length) === null) continue;
        follow(of, steps, seen);
      }
    }),
    { numRuns: 120 },
  );
  assert(seen.streams > 300 && seen.exact > 3_000 && seen.opens > 300, JSON.stringify(seen));
});

function follow(of: OneLog, steps: readonly Step[], seen: { streams: number; exact: number; opens: number }): void {
  const follower = new Follower(of);
  const isStrict = cameOnce(of);
  seen.streams++;
  for (const step of steps) {
    const before = follower.held;
    const [messages, head] = [before.messages, before.head];
    follower.do(step);
    const { held } = follower;
    // What a store has lost it has lost.
    if (step.kind !== "store" || !losesEntries(step)) {
      assert(held.head >= head, "the end never moves back");
      assertNotOlder(messages, held);
    }
    if (held.isToBeOpenedAnew) seen.opens++;
    if (!isStrict || stateAt(of, held.head) === null) continue;
    seen.exact++;
    assertIsView(held, of, { step: step.kind, isEnd: false });
  }
  follower.heal();
  assertIsView(follower.held, of, { step: "healed", isEnd: true });
  const [{ held }, messages] = [follower, Math.min(4, follower.held.messages.length)];
  assert.equal(stateHash({ held, messages }), expectedHash(of, { head: held.head, messages }));
  while (follower.held.from > 1) {
    follower.readOlder();
    assertIsView(follower.held, of, { step: "older", isEnd: true });
  }
}
