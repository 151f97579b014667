/** docs/operating.md names what there is, and all of it. */
import { strict as assert } from "node:assert";
import { glob } from "node:fs/promises";
import { needsPostgres } from "@gatz/testing/postgres.ts";

// Nothing here asks PostgreSQL, but reading a file takes permission, which the pure tests are run without.
if (await needsPostgres(import.meta.url)) {
  const { METRICS } = await import("@gatz/server");
  const { readConfig, VARIABLES } = await import("../../apps/server/src/config.ts");
  const { LOG_EVENTS } = await import("../../apps/server/src/log_events.ts");
  const { SECRET_NAMES } = await import("../../apps/server/src/secrets.ts");
  const page = new URL("../../docs/operating.md", import.meta.url);
  const text = await Deno.readTextFile(page);

  /** The rows below a heading's table, each as its cells, without the marks of code. */
  const rowsAfter = (heading: string): string[][] => {
    const lines = text.slice(text.indexOf(heading)).split("\n");
    const from = lines.findIndex((line) => line.startsWith("| ---")) + 1;
    const rows = lines.slice(from, lines.findIndex((line, i) => i >= from && !line.startsWith("|")));
    return rows.map((row) =>
      row.replaceAll("\\|", "\0").split("|").slice(1, -1).map((cell) =>
        cell.trim().replaceAll("`", "").replaceAll("\0", "|")
      )
    );
  };

  const metricOf = (name: string) => name in METRICS ? name : name.replace(/_(bucket|sum|count)$/, "");
  const metrics: Record<string, { readonly type: string; readonly labels: readonly string[] }> = METRICS;

  Deno.test("operating.md lists every metric with its kind and labels, and names no other", () => {
    const listed = rowsAfter("### Every metric").map(([name, labels, kind]) => [name, labels, kind]);
    assert.deepEqual(
      listed,
      Object.entries(metrics).map(([name, { type, labels }]) => [name, labels.join(", "), type]),
    );
    const named = new Set(text.match(/\bgatz_[a-z_]+/g));
    for (const name of named) assert.ok(metricOf(name) in METRICS, `${name} is no metric`);
  });

  Deno.test("every alert has a condition on a metric with labels that it has, and something to do", () => {
    const alerts = rowsAfter("### Alerts");
    assert.ok(alerts.length > 15);
    for (const [condition = "", meaning = "", remedy = ""] of alerts) {
      assert.ok(meaning.length > 3 && remedy.length > 3, condition);
      assert.match(condition, /\bgatz_|up\{job="gatz"\}/);
      assert.equal(condition.split("(").length, condition.split(")").length, `brackets: ${condition}`);
      for (const [, name = "", matchers = ""] of condition.matchAll(/\b(gatz_[a-z_]+)\{([^}]*)\}/g)) {
        for (const [, label = ""] of matchers.matchAll(/(\w+)=~?"/g)) {
          assert.ok(metrics[metricOf(name)]?.labels.includes(label), `${name} has no ${label}`);
        }
      }
    }
  });

  Deno.test("operating.md lists every variable, every secret and every log event, and names no other", () => {
    assert.deepEqual(rowsAfter("## Configure").map(([name]) => name).toSorted(), Object.keys(VARIABLES).toSorted());
    for (const name of Object.keys(SECRET_NAMES)) assert.ok(text.includes(`\`${name}\``), name);
    for (const name of new Set(text.match(/\bGATZ_[A-Z_]+/g))) {
      assert.ok(name in VARIABLES || name in SECRET_NAMES, `${name} is no variable`);
    }
    const events = rowsAfter("### The log").map(([name, level]) => [name, level]);
    assert.deepEqual(events, Object.entries(LOG_EVENTS).map(([name, { level }]) => [name, level]));
  });

  Deno.test("[SEC3] nothing of the server writes to its log but by the vocabulary", async () => {
    const source = new URL("../apps/server/src/", page);
    const files = await Array.fromAsync(glob("**/*.ts", { cwd: source.pathname }));
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, source))));
    const writers = files.filter((file, i) =>
      !file.endsWith("_test.ts") && /\bgetLogger\(|console\.(log|warn)/.test(texts[i]!)
    );
    assert.deepEqual(writers, ["log_events.ts"]);
  });

  Deno.test("the tasks, limits, settings and files that operating.md names are there", async () => {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", page)));
    for (const [, task = ""] of text.matchAll(/deno task ([a-z-]+)/g)) assert.ok(task in tasks, `no task ${task}`);
    const limits = /`(\w+=\d+(?:,\w+=\d+)+)`/.exec(text)?.[1];
    const env = /```sh\n(DATABASE_URL=[\s\S]*?)```/.exec(text)?.[1]?.trim().split("\n").map((line) => line.split("="));
    const config = readConfig({ ...Object.fromEntries(env ?? []), GATZ_LIMITS: limits });
    assert.deepEqual(config.origins, ["https://chat.example.org"]);
    assert.equal(config.limits.drainMs, 8_000);
    for (const [, link = ""] of text.matchAll(/\]\(([^)#]+)/g)) await Deno.stat(new URL(link, page));
  });
}
