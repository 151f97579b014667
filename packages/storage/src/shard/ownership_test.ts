import assert from "node:assert/strict";
import { type ShardNumber, shardNumber } from "@gatz/domain";
import type { LockSession } from "./locks.ts";
import { Ownership } from "./ownership.ts";

const SHARD = shardNumber(0);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Has every lock, and counts what it is asked. */
class FakeSession implements LockSession {
  isOpen = true;
  asked = 0;
  /** How many waited for its end; each is kept until then. */
  awaited = 0;
  readonly #end = Promise.withResolvers<void>();

  get closed(): Promise<void> {
    this.awaited++;
    return this.#end.promise;
  }

  take(shards: readonly ShardNumber[]): Promise<readonly ShardNumber[]> {
    this.asked++;
    return Promise.resolve(shards);
  }

  giveBack(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.isOpen = false;
    this.#end.resolve();
  }
}

Deno.test("[SHARD2] the session with the locks is asked again and again, nothing piles up meanwhile, and its loss is noticed at once", async () => {
  const sessions: FakeSession[] = [];
  const ownership = new Ownership({
    open: () => {
      const session = new FakeSession();
      sessions.push(session);
      return Promise.resolve(session);
    },
    shards: [SHARD],
    report: () => {},
    onTrouble: () => {},
    onChange: () => {},
  });
  await ownership.start();
  const lease = ownership.lease(SHARD);
  assert.ok(lease);
  await pause(1_300);
  const [first] = sessions;
  assert.ok(first && first.asked >= 3, `${first?.asked} times`);
  assert.equal(first.awaited, 1);

  first.destroy();
  await pause(50);
  assert.equal(sessions.length, 2);
  assert.notEqual(ownership.lease(SHARD), lease, "a new session, a new lease");

  const started = performance.now();
  await ownership.close();
  assert.ok(performance.now() - started < 100);
  assert.equal(ownership.lease(SHARD), undefined);
});
