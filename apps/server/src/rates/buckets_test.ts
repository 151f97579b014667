import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Buckets } from "./buckets.ts";

const HOUR_MS = 3_600_000;

function clock() {
  let now = 1_000;
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}

Deno.test("[SEC2] a bucket gives its burst at once, then its rate, and says when to come again", () => {
  const { now, pass } = clock();
  // Two a second.
  const buckets = new Buckets<string>({ perHour: 7_200, burst: 3 }, now);
  assert.deepEqual([1, 2, 3].map(() => buckets.take("ann")), [0, 0, 0]);
  assert.equal(buckets.take("ann"), 500);
  assert.equal(buckets.take("ben"), 0, "others have their own");
  pass(499);
  assert.equal(buckets.take("ann"), 1);
  pass(1);
  assert.equal(buckets.take("ann"), 0);
  assert.equal(buckets.take("ann"), 500);
  buckets.giveBack("ann");
  assert.equal(buckets.take("ann"), 0);
  pass(HOUR_MS);
  assert.deepEqual([1, 2, 3].map(() => buckets.take("ann")), [0, 0, 0], "no more than the burst is saved up");
  assert.ok(buckets.take("ann") > 0);
});

Deno.test("[SEC2] what is charged beyond the tokens is a debt that time pays off", () => {
  const { now, pass } = clock();
  const buckets = new Buckets<string>({ perHour: 3_600, burst: 10 }, now);
  buckets.charge("ann", 10);
  assert.equal(buckets.debt("ann"), 0);
  buckets.charge("ann", 5);
  assert.deepEqual([buckets.debt("ann"), buckets.wait("ann")], [5, 6_000]);
  pass(5_000);
  assert.deepEqual([buckets.debt("ann"), buckets.wait("ann")], [0, 1_000]);
});

Deno.test("[SEC2] buckets that are full again are not kept", () => {
  const { now, pass } = clock();
  const buckets = new Buckets<number>({ perHour: 3_600, burst: 10 }, now);
  for (let key = 0; key < 100_000; key++) {
    buckets.take(key);
    pass(1);
  }
  // A token takes a second to come back, and so many keys come in one.
  assert.ok(buckets.size <= 2 * 1_024, `${buckets.size}`);
});

Deno.test("[SEC2] a bucket is as one that is filled drop by drop", () => {
  const steps = fc.array(fc.record({ ms: fc.nat(3_000), take: fc.integer({ min: 1, max: 3 }) }), { maxLength: 100 });
  fc.assert(fc.property(steps, fc.integer({ min: 3, max: 20 }), (steps, burst) => {
    const { now, pass } = clock();
    const buckets = new Buckets<string>({ perHour: 3_600, burst }, now);
    let drops = burst * 1_000;
    for (const { ms, take } of steps) {
      pass(ms);
      drops = Math.min(burst * 1_000, drops + ms);
      const wait = buckets.take("ann", take);
      assert.equal(wait, Math.max(0, take * 1_000 - drops));
      if (wait === 0) drops -= take * 1_000;
    }
  }));
});
