import { strict as assert } from "node:assert";
import type { Fault } from "./fault.ts";
import { plannedFaults } from "./plan.ts";

const FAULTS = ["one", "two", "three"].map((name): Fault => ({
  name,
  lane: "server",
  run: () => Promise.resolve(name),
}));

function firstOf(seed: string): string[] {
  return plannedFaults("server", { seed, faults: FAULTS }).take(6)
    .map(({ fault, afterMs, chance }) => `${fault.name} ${afterMs} ${chance.below(1_000_000)}`).toArray();
}

Deno.test("a seed makes the same faults, at the same times, in the same way; another one others", () => {
  assert.deepEqual(firstOf("1"), firstOf("1"));
  assert.notDeepEqual(firstOf("1"), firstOf("2"));
});

Deno.test("every fault has its turn before any comes again; none comes in another lane", () => {
  const names = firstOf("1").map((line) => line.split(" ")[0]);
  assert.deepEqual(names.slice(0, 3).sort(), ["one", "three", "two"]);
  assert.deepEqual(names.slice(3).sort(), ["one", "three", "two"]);
  assert.deepEqual([...plannedFaults("database", { seed: "1", faults: FAULTS }).take(1)], []);
});
