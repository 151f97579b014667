import assert from "node:assert/strict";
import { Progress } from "../../../apps/server/src/live/progress.ts";
import { FeedQueue } from "../../../apps/server/src/live/queue.ts";
import { Track } from "../../../apps/server/src/live/track.ts";
import { Courier } from "../../../packages/storage/src/outbox/courier.ts";
import { Batch } from "../../../packages/storage/src/shard/batch.ts";
import { Bundle } from "../../../packages/storage/src/shard/bundle.ts";
import { ShardCache } from "../../../packages/storage/src/shard/cache.ts";
import { FlushProgress } from "../../../packages/storage/src/shard/flush.ts";
import type { FaultName } from "../faults.ts";
import { HeldMessages } from "../../../packages/client/src/stream/held_messages.ts";
import { simulate } from "../simulate.ts";

// Fixed seeds, so that this fails only with a change. Where apps are not what is judged nobody has one: each change of the client would make
// other histories. Most mistakes are found in a few; mutants/main.ts makes many more of them.
const MOST = 600;

type Call = (...args: unknown[]) => unknown;

/** Puts another method in the place of a class's own while the test runs. `right`: the class's own, of this object. */
function mistaken<T extends object, K extends keyof T>(
  { prototype }: { prototype: T },
  name: K,
  make: (self: T, right: T[K]) => T[K],
): Disposable {
  const own = prototype[name];
  // What is named is a method.
  prototype[name] = function (this: T, ...args: unknown[]) {
    return (make(this, (own as Call).bind(this) as T[K]) as Call)(...args);
  } as T[K];
  return { [Symbol.dispose]: () => void (prototype[name] = own) };
}

/** Of the client: apps show it. */
const IN_APPS: Readonly<Record<string, () => Disposable>> = {
  "[MOD1] who holds a discussion does not hear of a purge": () =>
    mistaken(HeldMessages, "apply", (_, right) => (event) => event.type === "expunge" ? undefined : right(event)),
};
const ELSEWHERE: Readonly<Record<string, () => Disposable>> = {
  "[LOG2] ids are not looked up": () => mistaken(Batch, "known", () => () => undefined),
  "[LOG4] a broken connection counts as a refusal": () =>
    mistaken(FlushProgress, "writeFailed", (self) => (error) => void (self.refused ??= error)),
  "[LOG4] not-now, though it may be committed": () =>
    mistaken(
      Bundle,
      "notNow",
      (self) => (reason, retryAfterMs) => self.settle([{ kind: "not-now", reason, retryAfterMs }]),
    ),
  "[SHARD2] the cache is believed and kept, whoever wrote": () => {
    const both = new DisposableStack();
    both.use(mistaken(ShardCache, "isTrueAt", () => () => true));
    both.use(mistaken(ShardCache, "clear", () => () => {}));
    return both;
  },
  "[LIVE2] what came while a shard was asked is dropped": () =>
    mistaken(Track, "release", (_, right) => () => right() === null ? null : []),
  "[LIVE1] the cursor is ahead of what was sent": () =>
    mistaken(Progress, "cursor", (_, right) => () => right({ drained: true })),
  "[LIVE5] what does not fit is dropped without a word": () =>
    mistaken(FeedQueue, "put", (self, right) => (entry) => self.held.entries < 8 ? right(entry) : undefined),
  "[SHARD3] nobody is woken for effects": () => mistaken(Courier, "wake", () => () => {}),
};

/** What brings about what few histories meet: where these faults alone happen one in tens tells, else one in hundreds. */
const BY: Readonly<Record<string, readonly FaultName[]>> = {
  "[LOG4] a broken connection counts as a refusal": ["breakLinks", "commitLosses"],
  "[LOG4] not-now, though it may be committed": ["breakLinks", "commitLosses"],
  "[LIVE2] what came while a shard was asked is dropped": ["cutClient"],
  "[LIVE1] the cursor is ahead of what was sent": ["cutClient", "stallClient"],
  "[MOD1] who holds a discussion does not hear of a purge": [],
};

for (const [mistake, make] of Object.entries({ ...ELSEWHERE, ...IN_APPS })) {
  Deno.test(`a mistake is found: ${mistake}`, async () => {
    using _mistake = make();
    const hasApps = mistake in IN_APPS;
    for (let seed = 1; seed <= MOST; seed++) {
      const { problems } = await simulate(seed, { hasApps, faults: BY[mistake] });
      if (problems.length > 0) return console.log(`seed ${seed}: ${problems[0]}`);
    }
    assert.fail(`not found in ${MOST} histories`);
  });
}
