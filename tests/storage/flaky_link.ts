/** One shard behind a link that a test cuts, and a follower of its log. @module */
import assert from "node:assert/strict";
import {
  type Ack,
  type DiscussionId,
  type Outcome,
  position,
  type Proposal,
  shardNumber,
  type UserId,
} from "@gatz/domain";
import { type Committed, verify } from "@gatz/storage";
import { type Direction, startTcpProxy, type TcpProxy } from "@gatz/testing/tcp_proxy.ts";
import { newMessage } from "../../packages/domain/testing/drafts.ts";
import { readLogs, uuidOf } from "./log_oracle.ts";
import { Town } from "./town.ts";

export interface Cut {
  readonly direction: Direction;
  /** Of the message: nothing of it goes through, or half. What comes before it does. */
  readonly where: "before" | "within";
  /** A message of Postgres's protocol; counted from 1, from the flush's first on. */
  readonly message: number;
}

const SHARD = shardNumber(0);
const text = new TextDecoder();

export class FlakyLink implements AsyncDisposable {
  readonly #acks: Ack[] = [];
  readonly #followed: Committed[] = [];
  readonly #stop = new AbortController();
  /** The proxy's connections over which flushes go: they asked for the fence. */
  readonly #writers = new Set<number>();

  private constructor(
    readonly town: Town,
    readonly ann: UserId,
    readonly discussion: DiscussionId,
    private readonly proxy: TcpProxy,
  ) {
    this.#watchForWriters();
    // Connections that were made before the watch began are made again.
    proxy.cutAll();
    void this.#follow();
  }

  static async start(limits: { flushDeadlineMs?: number } = {}): Promise<FlakyLink> {
    let proxy: TcpProxy | undefined;
    const through = (url: string) => (proxy ??= startTcpProxy(url)).through(url);
    const town = await Town.start({ people: 1, shards: 1, limits, through });
    const [ann] = town.users;
    assert.ok(ann && proxy);
    const { discussion } = await town.discussion(ann, []);
    await town.settled();
    return new FlakyLink(town, ann, discussion, proxy);
  }

  async offer(draft: Proposal, deadlineMs: number): Promise<Outcome> {
    const [outcome] = await this.town.storage.offer(draft.stream, [draft], { deadlineMs });
    assert.ok(outcome);
    if (outcome.kind === "accepted" || outcome.kind === "duplicate") this.#acks.push(outcome);
    return outcome;
  }

  /** Offers the same draft until it is in the log, as a client does. */
  async untilAnswered(draft: Proposal): Promise<Ack> {
    for (let tries = 0; tries < 100; tries++) {
      const outcome = await this.offer(draft, 10_000);
      if (outcome.kind === "accepted" || outcome.kind === "duplicate") return outcome;
      assert.notEqual(outcome.kind, "rejected", JSON.stringify(outcome));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail("never answered");
  }

  /** Sends a bundle while the link is cut once; whether the flush got so far. */
  async sendThroughCut({ direction, where, message }: Cut): Promise<boolean> {
    await this.untilAnswered(newMessage(this.ann, this.discussion));
    let seen = 0;
    let wasCut = false;
    this.proxy.onData = (chunk, connection) => {
      this.#noteWriter(chunk.connection, chunk);
      if (wasCut || !this.#writers.has(chunk.connection) || chunk.direction !== direction) return;
      for (const { start, length } of messagesIn(chunk.data)) {
        if (++seen !== message) continue;
        wasCut = true;
        connection.cut(where === "before" ? start : start + (length >> 1));
      }
    };
    const drafts = [newMessage(this.ann, this.discussion), newMessage(this.ann, this.discussion)];
    const outcomes = await this.town.storage.offer(this.discussion, drafts, { deadlineMs: 10_000 });
    this.#watchForWriters();
    assert.ok(outcomes.every(({ kind }) => kind !== "rejected" && kind !== "duplicate"), JSON.stringify(outcomes));
    for (const draft of drafts) await this.untilAnswered(draft);
    return wasCut;
  }

  /** Cuts the link when COMMIT was passed on, before its answer. */
  async sendThroughLostCommit(): Promise<void> {
    await this.untilAnswered(newMessage(this.ann, this.discussion));
    let isCommitted = false;
    let isCut = false;
    this.proxy.onData = (chunk, connection) => {
      this.#noteWriter(chunk.connection, chunk);
      if (isCut || !this.#writers.has(chunk.connection)) return;
      if (chunk.direction === "up" && text.decode(chunk.data).includes("commit")) isCommitted = true;
      else if (chunk.direction === "down" && isCommitted) {
        isCut = true;
        connection.cut(0);
      }
    };
    const outcome = await this.offer(newMessage(this.ann, this.discussion), 10_000);
    this.#watchForWriters();
    assert.ok(isCut, "the answer was on its way");
    assert.equal(outcome.kind, "accepted", "found again in the log, it is told as what it is");
  }

  /** From the moment on that a COMMIT is passed on, no answer arrives; until the work is done. */
  async whileCommitIsUnanswered<T>(work: () => Promise<T>): Promise<T> {
    await this.untilAnswered(newMessage(this.ann, this.discussion));
    this.proxy.onData = (chunk) => {
      this.#noteWriter(chunk.connection, chunk);
      const isCommit = chunk.direction === "up" && this.#writers.has(chunk.connection) &&
        text.decode(chunk.data).includes("commit");
      if (!isCommit) return;
      this.#watchForWriters();
      this.proxy.setFlow("down", "swallow");
      setTimeout(() => this.#heal(), 800);
    };
    return await work();
  }

  async whileFenceIsLocked<T>(work: () => Promise<T>): Promise<T> {
    return await this.town.byHand(SHARD, async (sql) => {
      await sql`begin`;
      await sql`select 1 from fence for update`;
      const result = await work();
      await sql`rollback`;
      return result;
    });
  }

  /** What was acked is in the log once and as acked; the follower saw the whole log, in order. */
  async judge(): Promise<void> {
    const logs = await readLogs(this.town.database);
    for (const { id, seq, at } of this.#acks) {
      const logged = logs.byId(id);
      assert.deepEqual({ seq: logged?.seq, at: logged?.at }, { seq, at }, `acked and in the log: ${id}`);
    }
    const end = performance.now() + 10_000;
    while (this.#followed.length < logs.events.length && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(
      this.#followed.map((one) => [one.position, uuidOf(one.event.id)]),
      logs.events.map((one) => [one.position, one.id]),
      "[LOG3] the follower saw every event once, in order",
    );
    assert.deepEqual((await verify(this.town.config)).problems, [], "[LOG6] all that is stored is the fold of the log");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.town[Symbol.asyncDispose]();
    await this.proxy.close();
  }

  #heal(): void {
    this.proxy.cutAll();
    this.proxy.setFlow("down", "pass");
  }

  #watchForWriters(): void {
    this.proxy.onData = (chunk) => this.#noteWriter(chunk.connection, chunk);
  }

  #noteWriter(connection: number, { data, direction }: { data: Uint8Array; direction: Direction }): void {
    if (direction === "up" && text.decode(data).includes("for update")) this.#writers.add(connection);
  }

  async #follow(): Promise<void> {
    for await (const batch of this.town.storage.follow(SHARD, position(0), this.#stop.signal)) {
      this.#followed.push(...batch);
    }
  }
}

/** Postgres's messages: a letter, and a length that counts itself. The library writes, and the server sends, whole ones. */
function* messagesIn(data: Uint8Array): Generator<{ start: number; length: number }> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let start = 0; start + 5 <= data.length;) {
    const length = 1 + view.getUint32(start + 1);
    yield { start, length: Math.min(length, data.length - start) };
    start += length;
  }
}
