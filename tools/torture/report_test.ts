import { strict as assert } from "node:assert";
import { Violations } from "./check/violation.ts";
import { lacking, reportLines, type Summary } from "./report.ts";

const BUSY: Summary = {
  ...{ offered: new Map([["new-message", 3]]), outcomes: new Map([["accepted", 3]]) },
  ...{ receipts: 3, pages: 1, devices: 1, lives: 1 },
  apps: { starts: 1, kills: 0, acts: 2, acked: 2, pictures: 3 },
};
const EMPTY: readonly Summary[] = [
  { ...BUSY, outcomes: new Map([["not-now Unavailable", 3]]) },
  { ...BUSY, receipts: 0 },
  { ...BUSY, pages: 0 },
  { ...BUSY, apps: { ...BUSY.apps, acked: 0 } },
  { ...BUSY, apps: { ...BUSY.apps, pictures: 0 } },
];

function report(summary: Summary, violations = new Violations()): string {
  const run = { made: new Map(), left: new Map() };
  return reportLines({ summary, run, violations, verified: { code: 0, said: "" } }).join("\n");
}

Deno.test("a run in which nothing was accepted, brought, read or shown does not say that anything held", () => {
  assert.deepEqual(lacking(BUSY), []);
  assert.match(report(BUSY), /^held: /m);
  for (const summary of EMPTY) {
    assert.equal(lacking(summary).length, 1);
    assert.doesNotMatch(report(summary), /^held: /m);
  }
});

Deno.test("a run that broke a promise does not say that anything held", () => {
  const violations = new Violations();
  violations.add("LOG4", "an acked event lost", "msg_1");
  const said = report(BUSY, violations);
  assert.doesNotMatch(said, /^held: /m);
  assert.match(said, /1 × an acked event lost/);
});
