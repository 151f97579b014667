/** A user's own marks and settings on the feeds of all their devices (READ1, LIVE1, LIVE4–5). @module */
import { type PersonalWish, rev, seq, shardOf } from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { decodeCursor, encodeCursor } from "../../apps/server/src/live/cursor.ts";
import { discussionId } from "../../packages/domain/testing/ids.ts";
import type { MemoryLog } from "./memory_log.ts";
import { brief, Reader, settle, type TestNode, testNode } from "./reader.ts";
import { ann, ben, town } from "./town.ts";

const TALKS = Array.from({ length: 12 }, (_, n) => discussionId(100 + n, 2));

const read = (at: number, talk = 0): PersonalWish => ({ type: "read", discussion: TALKS[talk]!, seq: seq(at) });
const own = (reader: Reader) => reader.items.filter(({ type }) => type === "read" || type === "setting").map(brief);
const arrives = (reader: Reader, what: string) => reader.until((items) => items.map(brief).includes(what), what);

Deno.test("[READ1] a mark comes to every feed of its user, on every node, and to nobody else's", async () => {
  const log = town();
  await using one = testNode(log);
  await using other = testNode(log);
  await using here = await new Reader(one, ben).live();
  await using there = await new Reader(other, ben).live();
  await using anns = await new Reader(other, ann).live();
  log.set(ben, read(3));
  log.set(ben, { type: "setting", discussion: TALKS[0]!, notify: "none" });
  for (const reader of [here, there]) {
    await arrives(reader, "notify none");
    assert.deepEqual(own(reader), ["read 0.3", "notify none"]);
  }
  assert.deepEqual(own(anns), []);
});

Deno.test("[LIVE1] the cursor says how far one's own marks were sent, and a feed goes on from there on another node", async () => {
  const log = town();
  log.set(ben, read(1));
  await using node = testNode(log, { cursorMs: 0 });
  const reader = await new Reader(node, ben).live();
  log.set(ben, read(2));
  await arrives(reader, "read 0.2");
  assert.deepEqual(own(reader), ["read 0.2"], "without a cursor it begins at the present");
  await reader.cut();
  log.set(ben, read(3, 1));
  log.set(ben, read(4, 2));
  log.set(ben, read(5, 1));
  await using another = testNode(log, { cursorMs: 0 });
  await using again = await new Reader(another, ben, { lastEventId: reader.cursor! }).live();
  assert.deepEqual(
    own(again),
    ["read 0.4", "read 0.5"],
    "of each the newest, in the order of their revs, and before `live`",
  );
  assert.equal(decodeCursor(again.cursor!)!.rev, 5);
});

Deno.test("[LIVE1] a cursor that says nothing of marks, as those before had, brings them all", async () => {
  const log = town();
  for (let n = 0; n < 5; n++) log.set(ben, read(n + 1, n));
  await using node = testNode(log);
  const cursor = encodeCursor({ incarnation: log.incarnation, positions: new Map() });
  await using reader = await new Reader(node, ben, { cursor }).live();
  assert.deepEqual(own(reader), [1, 2, 3, 4, 5].map((n) => `read 0.${n}`));
});

Deno.test("[LIVE4] a page of changes that a follower lost is found within one beat, which says of it", async () => {
  const log = town();
  await using node = testNode(log, { beatMs: 400 });
  await using reader = await new Reader(node, ben).live();
  log.arrives = () => false;
  log.set(ben, read(7));
  await settle(20);
  log.arrives = () => true;
  await arrives(reader, "read 0.7");
  await reader.until(
    (items) => items.some((item) => item.type === "beat" && item.rev === 1),
    "a beat that tells of it",
  );
});

Deno.test("[LIVE8] a user's shard that is down holds up no feed, and what changed there comes when it is back", async () => {
  const log = town();
  await using node = testNode(log, { cursorMs: 0 });
  const before = await new Reader(node, ben).live();
  await before.cut();
  log.set(ben, read(9));
  log.down.add(shardOf(ben));
  await using another = testNode(log);
  await using reader = await new Reader(another, ben, { lastEventId: before.cursor! }).live();
  assert.deepEqual(own(reader), []);
  log.down.clear();
  await arrives(reader, "read 0.9");
});

Deno.test("[LIVE3] what is marked while a feed reads what it missed comes too, whichever side of the read it falls on", async () => {
  const log = town();
  await using node = testNode(log, { cursorMs: 0 });
  const before = await new Reader(node, ben).live();
  await before.cut();
  log.set(ben, read(1));
  await settle();
  let marks = 0;
  log.beforeResume = log.afterResume = async (shard) => {
    if (shard === shardOf(ben) && marks < 4) log.set(ben, read(2, ++marks));
    await settle(3);
  };
  await using reader = await new Reader(node, ben, { lastEventId: before.cursor! }).live();
  await reader.until((items) => items.filter(({ type }) => type === "read").length >= 5, "all of them");
  assert.deepEqual(own(reader), ["read 0.1", ...Array.from({ length: 4 }, () => "read 0.2")]);
});

Deno.test("[LIVE2] what is marked after a feed has come, and before the hub has first seen the shard, is not lost between them", async () => {
  const log = town();
  const fence = log.fence.bind(log);
  let isHidden = true;
  log.fence = (shard) =>
    isHidden && shard === shardOf(ben) ? Promise.reject(new ShardUnavailable(shard, 10)) : fence(shard);
  await using node = testNode(log);
  const cursor = encodeCursor({ incarnation: log.incarnation, positions: new Map(), rev: rev(0) });
  await using reader = new Reader(node, ben, { cursor });
  await settle(30);
  log.set(ben, read(1));
  isHidden = false;
  await arrives(reader, "read 0.1");
});

Deno.test("[LIVE5] of what a slow reader does not take only so much waits, and the rest is read when there is room", async () => {
  const log = town();
  await using node = testNode(log, { feedQueueEvents: 4, frameEvents: 3 });
  await using slow = await new Reader(node, ben).live();
  slow.connection.stall();
  for (let n = 1; n <= 300; n++) {
    log.set(ben, read(n, n % TALKS.length));
    if (n % 10 === 0) await settle(1);
  }
  slow.connection.flow();
  for (let n = 289; n <= 300; n++) await arrives(slow, `read 0.${n}`);
  assert.ok(own(slow).length < 40, `${own(slow).length} were kept for them`);
});

/** What a device knows of its user's marks. */
class Device {
  readonly marks = new Map<string, string>();
  #revs = new Map<string, number>();
  #reader: Reader | undefined;
  #taken = 0;
  #cursor: string | undefined;

  connect(node: TestNode): void {
    if (this.#reader !== undefined) return;
    this.#reader = new Reader(node, ben, this.#cursor === undefined ? {} : { lastEventId: this.#cursor });
    this.#taken = 0;
  }

  get connection() {
    return this.#reader?.connection;
  }

  take(): void {
    for (const { cursor, items } of this.#reader?.frames.slice(this.#taken) ?? []) {
      this.#taken++;
      for (const item of items) {
        if (item.type !== "read" || item.rev <= (this.#revs.get(item.discussion) ?? 0)) continue;
        this.#revs.set(item.discussion, item.rev);
        this.marks.set(item.discussion, brief(item));
      }
      this.#cursor = cursor;
    }
  }

  async cut(): Promise<void> {
    this.take();
    await this.#reader?.cut();
    this.#reader = undefined;
  }
}

const DEVICES = 2;
const NODES = 2;
type Step =
  | { do: "mark"; talk: number; seq: number; epoch: number; unread: boolean }
  | { do: "cut" | "stall" | "flow" | "drip"; device: number }
  | { do: "connect"; device: number; node: number }
  | { do: "down" | "up" }
  | { do: "wait"; ms: number };

const device = fc.nat({ max: DEVICES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("mark" as const),
      ...{ talk: fc.nat({ max: TALKS.length - 1 }), seq: fc.nat({ max: 50 }), epoch: fc.nat({ max: 3 }) },
      unread: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cut", "stall", "flow", "drip"), device }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("connect" as const), device, node: fc.nat({ max: NODES - 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("down", "up") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat({ max: 8 }) }) },
);

/** The greatest of what was asked for stands, by the plainest reading of the rule. */
class Greatest {
  readonly #marks = new Map<string, readonly [epoch: number, seq: number]>();

  ask({ talk, seq: at, epoch, unread }: Extract<Step, { do: "mark" }>): void {
    const [e, s] = this.#marks.get(TALKS[talk]!) ?? [0, 0];
    const wanted = Math.min(epoch, e) + (unread ? 1 : 0);
    if (wanted > e || (wanted === e && at > s)) this.#marks.set(TALKS[talk]!, [wanted, at]);
  }

  get briefs(): Map<string, string> {
    return new Map([...this.#marks].map(([talk, [epoch, at]]) => [talk, `read ${epoch}.${at}`]));
  }
}

async function onLog(log: MemoryLog, one: Extract<Step, { do: "down" | "up" | "wait" }>): Promise<void> {
  if ("ms" in one) await settle(one.ms);
  else if (one.do === "down") log.down.add(shardOf(ben));
  else log.down.clear();
}

async function onDevice(
  device: Device,
  one: Extract<Step, { device: number }>,
  nodes: readonly TestNode[],
): Promise<void> {
  if (one.do === "connect") device.connect(nodes[one.node]!);
  else if (one.do === "cut") await device.cut();
  else if (one.do === "stall") device.connection?.stall();
  else if (one.do === "drip") device.connection?.drip();
  else device.connection?.flow();
}

async function run(steps: readonly Step[], most: number): Promise<void> {
  const log = town();
  // Every read leaves time for something to happen on either side of it.
  let reads = 0;
  log.beforeResume = log.afterResume = () => settle(reads++ % 3);
  const nodes: TestNode[] = [];
  for (let n = 0; n < NODES; n++) {
    nodes.push(testNode(log, { feedQueueEvents: most, frameEvents: 2, cursorMs: 0, beatMs: 40 }));
  }
  const devices = Array.from({ length: DEVICES }, () => new Device());
  for (const [i, one] of devices.entries()) one.connect(nodes[i]!);
  await settle(5);
  const greatest = new Greatest();
  for (const one of steps) {
    if (one.do === "mark") {
      greatest.ask(one);
      log.set(
        ben,
        { ...read(one.seq, one.talk), type: one.unread ? "unread" : "read", epoch: one.epoch } as PersonalWish,
      );
    } else if ("device" in one) await onDevice(devices[one.device]!, one, nodes);
    else await onLog(log, one);
    for (const each of devices) each.take();
  }
  log.down.clear();
  for (const [i, one] of devices.entries()) {
    one.connect(nodes[i]!);
    one.connection?.flow();
  }
  const deadline = performance.now() + 8_000;
  for (const wanted = greatest.briefs;;) {
    for (const one of devices) one.take();
    if (devices.every(({ marks }) => sorted(marks) === sorted(wanted))) break;
    assert.ok(
      performance.now() < deadline,
      `${devices.map(({ marks }) => sorted(marks))} instead of ${sorted(wanted)}`,
    );
    await settle(5);
  }
  for (const one of devices) await one.cut();
  for (const node of nodes) await node[Symbol.asyncDispose]();
}

const sorted = (marks: ReadonlyMap<string, string>) => JSON.stringify([...marks].sort());

Deno.test("[READ1] through cuts, stalls and a shard that goes and comes, every device ends with the marks that stand", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), fc.constantFrom(2, 1_000), run),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});
