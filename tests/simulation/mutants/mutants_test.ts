import assert from "node:assert/strict";
import { Progress } from "../../../apps/server/src/live/progress.ts";
import { FeedQueue } from "../../../apps/server/src/live/queue.ts";
import { Track } from "../../../apps/server/src/live/track.ts";
import { Courier } from "../../../packages/storage/src/outbox/courier.ts";
import { Batch } from "../../../packages/storage/src/shard/batch.ts";
import { Bundle } from "../../../packages/storage/src/shard/bundle.ts";
import { ShardCache } from "../../../packages/storage/src/shard/cache.ts";
import { FlushProgress } from "../../../packages/storage/src/shard/flush.ts";
import { simulate } from "../simulate.ts";

// Fixed seeds, so that this fails only with a change; and nobody has an app, whose every change would make other histories. Most mistakes are found in a few; mutants/main.ts makes many more of them.
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

const MISTAKES: Readonly<Record<string, () => Disposable>> = {
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

/** Where to begin to look for what few histories meet. Any change of the simulation makes others of them: then it takes longer. */
const FROM: Readonly<Record<string, number>> = {
  "[LOG4] a broken connection counts as a refusal": 62,
  "[LOG4] not-now, though it may be committed": 594,
  "[SHARD2] the cache is believed and kept, whoever wrote": 48,
  "[LIVE2] what came while a shard was asked is dropped": 86,
  "[LIVE1] the cursor is ahead of what was sent": 272,
};

for (const [mistake, make] of Object.entries(MISTAKES)) {
  Deno.test(`a mistake is found: ${mistake}`, async () => {
    using _mistake = make();
    const first = FROM[mistake] ?? 1;
    for (let seed = first; seed < first + MOST; seed++) {
      const { problems } = await simulate(seed, { hasApps: false });
      if (problems.length > 0) return console.log(`seed ${seed}: ${problems[0]}`);
    }
    assert.fail(`not found in ${MOST} histories`);
  });
}
