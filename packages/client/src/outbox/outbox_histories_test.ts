import assert from "node:assert/strict";
import { OutboxHistory } from "../../testing/outbox/outbox_history.ts";
import { violations } from "../../testing/outbox/outbox_laws.ts";

/** The last two found something that the others did not. */
const SEEDS = [...Array.from({ length: 20 }, (_, i) => i + 1), 2045, 2084];

Deno.test("[LOG4] [LOG9] through crashes, tabs, lost answers, lost locks, full disks and lives that lose events, every draft that was kept comes to one outcome, in order", async () => {
  const total = {
    drafts: 0,
    refused: 0,
    duplicates: 0,
    restored: 0,
    crashes: 0,
    failures: 0,
    freezes: 0,
    dismissed: 0,
  };
  for (const seed of SEEDS) {
    const history = new OutboxHistory(seed);
    const hasEnded = await history.run();
    assert.deepEqual((await violations(history)).slice(0, 10), [], `seed ${seed}`);
    assert.ok(hasEnded, `seed ${seed}: something never comes to its end`);
    const { server, shared, counts } = history;
    total.drafts += shared.drafts.length;
    total.refused += shared.refused.length;
    total.duplicates += server.counts.duplicate;
    total.restored += server.counts.restored;
    total.freezes += shared.steals;
    total.crashes += counts.crashes;
    total.failures += counts.failures;
    total.dismissed += counts.dismissed;
  }
  for (const [what, count] of Object.entries(total)) assert.ok(count > SEEDS.length, `${what}: only ${count}`);
});
