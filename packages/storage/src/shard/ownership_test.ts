import assert from "node:assert/strict";
import { until } from "@gatz/testing/eventually.ts";
import { type ShardNumber, shardNumber } from "@gatz/domain";
import type { LockSession } from "./locks.ts";
import { Ownership } from "./ownership.ts";

const SHARD = shardNumber(0);
/** All has happened that waits for nothing but what is resolved. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

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
  const [first] = sessions;
  assert.ok(first);
  await until(() => first.asked >= 3);
  assert.equal(first.awaited, 1);

  first.destroy();
  await turn();
  assert.equal(sessions.length, 2);
  assert.notEqual(ownership.lease(SHARD), lease, "a new session, a new lease");

  const closed = ownership.close().then(() => "closed");
  assert.equal(await Promise.race([closed, turn()]), "closed", "it waits for nothing");
  assert.equal(ownership.lease(SHARD), undefined);
});
