import { strict as assert } from "node:assert";
import { keepBuilt } from "./build.ts";

Deno.test("what was built is kept until its sources change; what failed is built again", async () => {
  let [builds, failing, changedAt] = [0, true, 1];
  const build = keepBuilt({
    build: () => {
      builds++;
      return failing ? Promise.reject(new Error("no memory")) : Promise.resolve(builds);
    },
    sourcesAt: () => Promise.resolve(changedAt),
  });
  const failures = await Promise.allSettled([build(), build()]);
  assert.deepEqual([builds, failures.map(({ status }) => status)], [1, ["rejected", "rejected"]]);
  failing = false;
  assert.equal(await build(), 2);
  assert.deepEqual(await Promise.all([build(), build({ whenStale: true })]), [2, 2]);
  changedAt = 2;
  assert.equal(await build(), 2);
  assert.deepEqual(await Promise.all([build({ whenStale: true }), build({ whenStale: true })]), [3, 3]);
});
