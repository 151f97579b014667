import assert from "node:assert/strict";
import { WishHistory } from "../../testing/outbox/wish_history.ts";

/** In the last one a tab told a setting before it knew of an older one of another tab, and told that after it. */
const SEEDS = [...Array.from({ length: 20 }, (_, i) => i + 1), 100_259];

Deno.test("[READ1] what is marked in any tab stands in the end, by the order of marks, whatever is lost, ends or freezes on the way", async () => {
  for (const seed of SEEDS) {
    const history = new WishHistory(seed);
    const hasEnded = await history.run();
    assert.deepEqual([...history.violations()], [], `seed ${seed}`);
    assert.ok(hasEnded, `seed ${seed}: something is never told`);
  }
});
