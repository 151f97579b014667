import {
  type DiscussionId,
  type LogEvent,
  type MessageId,
  type ShardNumber,
  shardNumber,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import { discussionId, groupId, userId } from "../../packages/domain/testing/ids.ts";
import { lastSeen, Ledger } from "./ledger.ts";
import { MemoryLog } from "./memory_log.ts";
import { brief, Reader, settle, type TestNode, testNode } from "./reader.ts";

const SHARDS = 3;
const users: readonly UserId[] = [userId(1, 0), userId(2, 1), userId(3, 2)];
const talks: readonly DiscussionId[] = [discussionId(1, 0), discussionId(2, 1), discussionId(3, 1)];
const group = groupId(1, 2);

const user = fc.nat({ max: users.length - 1 });
const talk = fc.nat({ max: talks.length - 1 });
const shard = fc.nat({ max: SHARDS - 1 });

type Step =
  | { do: "say" | "react" | "leave"; user: number; talk: number }
  | { do: "add" | "remove"; user: number; other: number; talk: number; all: boolean }
  | { do: "deliver"; most: number }
  | { do: "cut" | "connect" | "stall" | "drip" | "flow"; user: number }
  | { do: "down" | "up"; shard: number }
  | { do: "wait"; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("say", "react"), user, talk }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave"), user, talk }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("add", "remove"), user, other: user, talk, all: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deliver"), most: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("cut", "connect", "connect"), user }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("stall", "drip", "drip", "flow"), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("down", "up"), shard }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.nat({ max: 3 }) }) },
) as fc.Arbitrary<Step>; // a record of constants is typed by string

class Client {
  readonly ledger: Ledger;
  #reader: Reader | null = null;
  #taken = 0;
  #cursor: string | undefined;

  constructor(private readonly user: UserId, private readonly log: MemoryLog) {
    this.ledger = new Ledger(user, (stream) => log.world.log(stream));
  }

  connect(node: TestNode): void {
    if (this.#reader !== null) return;
    this.ledger.startSession();
    this.#taken = 0;
    this.#reader = new Reader(node, this.user, this.#cursor === undefined ? {} : { lastEventId: this.#cursor });
  }

  stall(): void {
    this.#reader?.connection.stall();
  }

  drip(): void {
    this.#reader?.connection.drip();
  }

  flow(): void {
    this.#reader?.connection.flow();
  }

  async cut(): Promise<void> {
    this.take();
    await this.#reader?.cut();
    this.take();
    this.#reader = null;
  }

  take(): void {
    const reader = this.#reader;
    if (reader === null) return;
    if (reader.failure !== undefined) throw reader.failure;
    for (; this.#taken < reader.frames.length; this.#taken++) {
      const frame = reader.frames[this.#taken]!;
      for (const item of frame.items) this.ledger.take(item);
      this.#cursor = frame.cursor;
    }
  }

  /** Streams of which something was lost, for good unless it still comes. */
  missing(): string[] {
    return this.log.world.streams.flatMap((stream: StreamId) => {
      const wanted = lastSeen(this.log.world.log(stream), { stream, user: this.user });
      const held = this.ledger.held(stream);
      return held === wanted ? [] : [`${stream}: ${held} instead of ${wanted}`];
    });
  }

  get history(): string {
    return (this.#reader?.items ?? []).slice(0, 50).map(brief).join(" · ");
  }
}

function start(): MemoryLog {
  const log = new MemoryLog({ shards: SHARDS });
  for (const user of users) log.accept(drafts.register(user));
  log.accept(drafts.createGroup(users[0]!, group, users.slice(1)));
  for (const [i, talk] of talks.entries()) {
    log.accept(drafts.createDiscussion(users[0]!, talk, { group, members: users.slice(1, 1 + i) }));
  }
  log.deliverEffects();
  return log;
}

const isMessage = (event: LogEvent): event is LogEvent & { id: MessageId } => event.type === "new-message";

/** What people do; much of it is refused, and then nothing happened. */
function act(log: MemoryLog, step: Step): void {
  switch (step.do) {
    case "say":
      log.offer(drafts.newMessage(users[step.user]!, talks[step.talk]!));
      break;
    case "react": {
      const target = log.world.log(talks[step.talk]!).find(isMessage)?.id;
      if (target !== undefined) log.offer(drafts.react(users[step.user]!, talks[step.talk]!, { target }));
      break;
    }
    case "add": {
      const historyFrom = step.all ? "all" as const : "now" as const;
      const body = { users: [users[step.other]!], historyFrom };
      log.offer(drafts.addToDiscussion(users[step.user]!, talks[step.talk]!, body));
      break;
    }
    case "remove":
      log.offer(drafts.removeFromDiscussion(users[step.user]!, talks[step.talk]!, { user: users[step.other]! }));
      break;
    case "leave":
      log.offer(drafts.leaveDiscussion(users[step.user]!, talks[step.talk]!));
      break;
    case "deliver":
      log.deliverEffects(step.most);
  }
}

interface Bounds {
  readonly queue: number;
  readonly perStream: number;
  readonly newest: boolean;
}

async function run(steps: readonly Step[], { queue, perStream, newest }: Bounds): Promise<void> {
  const log = start();
  if (newest) log.handNewestStates();
  log.perStream = perStream;
  // Every read leaves time for something to happen on either side of it.
  let reads = 0;
  log.beforeResume = log.afterResume = () => settle(reads++ % 3);
  await using node = testNode(log, { feedQueueEvents: queue, cursorMs: 0, beatMs: 40, frameEvents: 2 });
  const clients = users.map((user) => new Client(user, log));
  for (const [i, client] of clients.entries()) {
    for (const stream of log.world.streams) {
      client.ledger.read(stream, lastSeen(log.world.log(stream), { stream, user: users[i]! }));
    }
    client.connect(node);
  }
  await settle(10);
  const down = (n: number): ShardNumber => shardNumber(n);
  for (const step of steps) {
    if (step.do === "wait") await settle(step.ms);
    else if (step.do === "cut") await clients[step.user]!.cut();
    else if (step.do === "connect") clients[step.user]!.connect(node);
    else if (step.do === "stall") clients[step.user]!.stall();
    else if (step.do === "drip") clients[step.user]!.drip();
    else if (step.do === "flow") clients[step.user]!.flow();
    else if (step.do === "down") log.down.add(down(step.shard));
    else if (step.do === "up") log.down.delete(down(step.shard));
    else act(log, step);
    for (const client of clients) client.take();
  }
  log.down.clear();
  log.deliverEffects();
  for (const client of clients) {
    client.connect(node);
    client.flow();
  }
  await allArrives(clients);
  for (const client of clients) await client.cut();
}

async function allArrives(clients: readonly Client[]): Promise<void> {
  const deadline = performance.now() + 8_000;
  for (;;) {
    for (const client of clients) client.take();
    const missing = clients.flatMap((client) => client.missing().map((what) => `${what}; got ${client.history}`));
    if (missing.length === 0) return;
    assert.ok(performance.now() < deadline, `lost: ${missing.join("\n")}`);
    await settle(5);
  }
}

const bounds: fc.Arbitrary<Bounds> = fc.record({
  queue: fc.constantFrom(4, 1_000),
  perStream: fc.constantFrom(3, 200),
  newest: fc.boolean(),
});

Deno.test("[LIVE3] through cuts, stalls, shards that go and come, adding and removing: nothing is lost, doubled or shown to others", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), bounds, run),
    { numRuns: 60, interruptAfterTimeLimit: 40_000 },
  );
});
