import assert from "node:assert/strict";
import { handleSkeleton } from "./handles.ts";

Deno.test("[USR2] look-alikes have the same skeleton, others have not", () => {
  const alike = [["alice", "al1ce", "a_l_i_c_e", "ALICE", "allce"], ["morn", "m0rn", "mom", "mo_rn"], [
    "wow",
    "vvow",
    "vv0vv",
  ]];
  const skeletons = alike.map((handles) => new Set(handles.map(handleSkeleton)));
  for (const same of skeletons) assert.equal(same.size, 1, [...same].join());
  assert.equal(new Set(skeletons.flatMap((same) => [...same])).size, alike.length);
});
