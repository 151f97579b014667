/** Guards can be found, and a few of them are taken away in every run; `mutants/main.ts` takes away all. @module */
import { strict as assert } from "node:assert";
import { fileURLToPath } from "node:url";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { ROWS } from "../rows.ts";

const SAMPLE = [
  "messages.byDiscussion: whoever asks sees what the owner sees",
  "groups.byId: without logging in",
  "discussion: mute by every member",
];

if (await needsPostgres(import.meta.url)) {
  const { allMutants } = await import("./guards.ts");
  const { copyOfTheCode } = await import("./copy.ts");
  const { edited } = await import("./mutant.ts");
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const read = (file: string) => Deno.readTextFileSync(`${root}/${file}`);
  const mutants = allMutants(ROWS, read);

  Deno.test("[SEC1] every guard is where it can be taken away, and cases are about it", () => {
    for (const { guard, rows, edits } of mutants) {
      assert.ok(rows.length > 0, `no case is about ${guard}`);
      const files = Map.groupBy(edits, ({ file }) => file);
      for (const [file, its] of files) assert.notEqual(its.reduce(edited, read(file)), read(file), guard);
    }
  });

  Deno.test("[SEC1] the cases notice when a guard lets everybody through", async (t) => {
    await using copy = await copyOfTheCode(root);
    for (const guard of SAMPLE) {
      await t.step(guard, async () => {
        const mutant = mutants.find((one) => one.guard === guard);
        assert.ok(mutant, `there is no such guard: ${guard}`);
        const { failed } = await copy.casesUnder(mutant);
        assert.ok(failed.length > 0, "nothing was noticed");
      });
    }
  });
}
