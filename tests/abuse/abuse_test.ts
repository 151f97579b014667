/**
 * Abuse, each kind for some seconds, on a server of its own process: its memory stays within a bound, what is typed is answered typed,
 * nothing is written, and well-behaved people go on sending meanwhile. `GATZ_ABUSE=whole`: at full size, and with the bound on how much
 * slower the others become, which takes a machine that does nothing else.
 * @module
 */
import { strict as assert } from "node:assert";
import { fileURLToPath } from "node:url";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Attack, AttackName, Report } from "./attacks.ts";

if (await needsPostgres(import.meta.url)) {
  const { memoryOf, startTarget } = await import("./target.ts");
  const { quantile, talkUntil } = await import("./well_behaved.ts");
  type Target = Awaited<ReturnType<typeof startTarget>>;

  const isWhole = Deno.env.get("GATZ_ABUSE") === "whole";
  const PAIRS = 8;
  const WARM_MS = isWhole ? 10_000 : 1_000;
  // What is calm is compared with at full size only; else it is just told.
  const CALM_MS = isWhole ? 10_000 : 100;
  const MOST_TIMES_SLOWER = 1.5;

  interface Case {
    readonly name: AttackName;
    readonly count: { readonly whole: number; readonly sample: number };
    /** MiB that the process may grow by meanwhile. */
    readonly mostMib: (count: number) => number;
    readonly expect: (report: Report, count: number) => void;
  }

  const cases: readonly Case[] = [
    {
      name: "frames",
      count: { whole: 20, sample: 1 },
      // Deno takes in a whole frame before it hands it over, and makes a string of it.
      mostMib: (count) => 60 * 3 * count + 100,
      expect: (report, count) => assert.deepEqual(report, { closed: count }),
    },
    {
      name: "bodies",
      count: { whole: 50, sample: 4 },
      mostMib: () => 100,
      expect: (report, count) => assert.equal(report.TooLarge, count),
    },
    {
      name: "batches",
      count: { whole: 50, sample: 5 },
      mostMib: () => 150,
      expect: (report, count) => {
        // The first batch is more than a connection may ever owe, so there is no second.
        assert.ok((report.RateLimited ?? 0) + (report.Malformed ?? 0) >= count, JSON.stringify(report));
        assert.equal((report["http 400"] ?? 0) + (report["http 429"] ?? 0), count, JSON.stringify(report));
      },
    },
    {
      name: "depth",
      count: { whole: 200, sample: 20 },
      mostMib: () => 100,
      expect: (report, count) => assert.equal(report.Malformed, 3 * count, JSON.stringify(report)),
    },
    {
      name: "neverRead",
      count: { whole: 10, sample: 10 },
      mostMib: () => 150,
      expect: (report, count) => assert.equal((report.closed ?? 0) + (report.held ?? 0), count),
    },
    {
      name: "subscriptions",
      count: { whole: 1_000, sample: 200 },
      mostMib: () => 100,
      expect: (report) => assert.ok((report.RateLimited ?? 0) > 100, JSON.stringify(report)),
    },
    {
      name: "idle",
      count: { whole: 10_000, sample: 400 },
      mostMib: (count) => 100 + count * 20 / 1024,
      expect: (report, count) => assert.deepEqual(report, { held: count, refused: Math.ceil(count / 20) }),
    },
    {
      name: "slowly",
      count: { whole: 1_000, sample: 100 },
      mostMib: () => 100,
      expect: (report, count) => assert.equal(report.TooSlow, count / 2, JSON.stringify(report)),
    },
    {
      name: "junk",
      count: { whole: 100_000, sample: 1_000 },
      mostMib: () => 100,
      expect: (report) => assert.deepEqual(report, { closed: 10 }),
    },
  ];

  const attack = async (name: AttackName, attack: Attack): Promise<Report> => {
    const script = fileURLToPath(new URL("./attacker.ts", import.meta.url));
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, name, JSON.stringify(attack)],
      ...{ stdin: "null", stdout: "piped", stderr: "inherit" },
    }).output();
    assert.equal(code, 0, `${name} broke off`);
    return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  };

  const eventsIn = (heads: readonly string[]): number => heads.reduce((sum, text) => sum + parseInt(text), 0);

  const underAttack = async (target: Target, { name, count, mostMib, expect }: Case, calmP99: number) => {
    const size = isWhole ? count.whole : count.sample;
    const before = { memory: await memoryOf(target.pid), events: eventsIn(await target.heads()) };
    const { discussion } = target.pairs[0]!;
    const network = cases.findIndex((each) => each.name === name) + 1;
    const attacking = attack(name, { url: target.url, token: target.abuser.token, discussion, count: size, network });
    const delays = await talkUntil(target.pairs, attacking);
    const report = await attacking;
    const grown = (await memoryOf(target.pid)).most - before.memory.now;
    const p99 = quantile(delays.acks, 0.99);
    console.log(
      `${name} x ${size}: ${JSON.stringify(report)}; memory + ${grown.toFixed(0)} MiB; ` +
        `p99 of ${delays.acks.length} sends ${p99.toFixed(1)} ms, calm ${calmP99.toFixed(1)} ms: ` +
        `${(p99 / calmP99).toFixed(2)} x`,
    );
    expect(report, size);
    assert.ok(grown <= mostMib(size), `memory grew by ${grown.toFixed(0)} MiB, more than ${mostMib(size)}`);
    assert.equal(
      eventsIn(await target.heads()) - before.events,
      delays.acks.length,
      "the pairs' messages, and no more",
    );
    assert.equal((await fetch(`${target.url}/health`)).status, 200);
    if (isWhole) assert.ok(p99 <= MOST_TIMES_SLOWER * calmP99, `${(p99 / calmP99).toFixed(2)} times slower`);
  };

  Deno.test("[SEC2] [SEC3] [LIVE5] abuse: bounded memory, typed answers, nothing written, and the others go on", async (t) => {
    await using target = await startTarget({ pairs: PAIRS, limits: ["bodyMs=2000"] });
    // What is compared with: the same people, undisturbed, once the server is warm.
    await talkUntil(target.pairs, new Promise((resolve) => setTimeout(resolve, WARM_MS)));
    for (const each of cases) {
      const calm = await talkUntil(target.pairs, new Promise((resolve) => setTimeout(resolve, CALM_MS)));
      await t.step(each.name, () => underAttack(target, each, quantile(calm.acks, 0.99)));
    }
  });
}
