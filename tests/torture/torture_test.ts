import { needsPostgres } from "@gatz/testing/postgres.ts";
import { strict as assert } from "node:assert";

if (await needsPostgres(import.meta.url)) {
  const { torture } = await import("../../tools/torture/torture.ts");
  const { lacking, summarize } = await import("../../tools/torture/report.ts");
  const { FAULTS } = await import("../../tools/torture/faults/plan.ts");

  const STORM_MS = 50_000;
  /** 80 s in a whole run; but what does not come to rest the run names itself, after five minutes more. */
  const DEADLINE_MS = 450_000;
  // Fresh each time; what a seed finds, it finds again.
  const seed = String(Date.now() % 1_000_000);
  const databases = 1 + Number(seed) % 2;

  Deno.test(
    `[LOG4] under real faults nothing is lost, doubled or misordered, and what is broken is named (seed ${seed})`,
    { timeout: DEADLINE_MS },
    async (t) => {
      const folder = await Deno.makeTempDir({ prefix: "gatz-torture-" });
      const again =
        `deno task torture --seed ${seed} --minutes 0.8 --servers 2 --databases ${databases} --people 10 --apps 2`;
      console.log(`history and logs are in ${folder} until this has passed; again: ${again}`);
      let passed = true;
      const step = async (name: string, work: () => Promise<void>) => {
        passed = await t.step(name, work) && passed;
      };
      {
        const options = {
          seed,
          folder,
          faults: FAULTS,
          servers: 2,
          databases,
          people: 10,
          appPeople: 2,
          stormMs: STORM_MS,
        };
        await using run = await torture({ ...options, say: () => {} });
        await step("the history holds", async () => {
          const violations = await run.judge(await run.readLog());
          assert.deepEqual(violations.shown, [], again);
          assert.deepEqual(lacking(await summarize(run)), []);
          assert(run.made.size > 5, `faults were made: ${[...run.made.keys()]}`);
        });
        await step("[LOG6] verify finds nothing", async () => {
          const { code, said } = await run.verify();
          assert.equal(code, 0, said);
        });
        await step("[LOG4] a row that is taken from the real log is missed", async () => {
          await takeAway(run.installation, await lastAcked(run.historyFile));
          const violations = await run.judge(await run.readLog());
          assert(violations.counts.has("an acked event lost"), [...violations.counts.keys()].join(", "));
        });
      }
      // What broke is looked into there.
      if (passed) await Deno.remove(folder, { recursive: true });
    },
  );

  const { typeId } = await import("../../tools/torture/client/ids.ts");
  const { readHistory } = await import("../../tools/torture/history/history.ts");
  type Installation = Awaited<ReturnType<typeof torture>>["installation"];

  /** The message that was acked last: no promotion came after it. */
  async function lastAcked(historyFile: string): Promise<string> {
    let last: string | undefined;
    for await (const record of readHistory(historyFile)) {
      if (record.k !== "answer") continue;
      for (const outcome of record.outcomes) {
        if (outcome.kind === "accepted" && outcome.id.startsWith("msg_")) last = outcome.id;
      }
    }
    assert(last !== undefined, "something was acked");
    return last;
  }

  /** As an operator with psql and a heavy hand. */
  async function takeAway({ databases }: Installation, message: string): Promise<void> {
    for (const database of databases) {
      await database.administer(async (sql) => {
        const schemas = await sql<{ name: string }[]>`
          SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^gatz_s[0-9]{4}$'`;
        for (const { name } of schemas) {
          const rows = await sql<{ id: string }[]>`SELECT id FROM ${sql(name)}.events WHERE type = 1`;
          const row = rows.find(({ id }) => typeId("msg", id) === message);
          if (row !== undefined) await sql`DELETE FROM ${sql(name)}.events WHERE id = ${row.id}`;
        }
      });
    }
  }
}
