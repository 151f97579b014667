import assert from "node:assert/strict";
import type { Run } from "./simulate.ts";

export function assertWhole({ seed, problems }: Run): void {
  const again = `deno run -P tests/simulation/main.ts --seed ${seed} --trace`;
  assert.deepEqual(problems.slice(0, 5), [], `seed ${seed} broke ${problems.length} laws; see ${again}`);
}
