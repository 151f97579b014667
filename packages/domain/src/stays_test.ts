import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { seq } from "./scalars.ts";
import type { Interval, Role } from "./state.ts";
import { heir, withAdded, withEnded, withRole } from "./stays.ts";
import { ann, ben, cleo, dan } from "../testing/scene.ts";

const stay = (from: number, role: Role = "member", left?: number): Interval => ({
  from: seq(from),
  historyFrom: seq(from),
  role,
  ...(left !== undefined && { left: seq(left) }),
});

Deno.test("[FACT2] the heir is the eldest moderator, else the eldest member, else nobody", () => {
  strictEqual(heir({ [ann]: [stay(1)], [ben]: [stay(5, "moderator")], [cleo]: [stay(4, "moderator")] }), cleo);
  strictEqual(heir({ [ann]: [stay(3)], [ben]: [stay(2)] }), ben);
  strictEqual(heir({ [dan]: [stay(1)], [ann]: [stay(1)] }), ann); // of those added at once, the one who registered first
  strictEqual(heir({ [ann]: [stay(1, "owner", 3)], [ben]: [stay(1, "member", 2), stay(9)] }), ben);
  strictEqual(heir({ [ann]: [stay(1, "owner", 3)] }), null);
});

Deno.test("[LOG8] a stay that is going on is not begun again, one that is not is not ended", () => {
  const members = { [ann]: [stay(1)], [ben]: [stay(1, "member", 2)] };
  const added = withAdded(members, [ann, ben, cleo], { seq: seq(7), historyFrom: "now" });
  deepStrictEqual(added, { [ann]: [stay(1)], [ben]: [stay(1, "member", 2), stay(7)], [cleo]: [stay(7)] });
  strictEqual(withEnded(members, ben, seq(8)), members);
  strictEqual(withEnded(members, dan, seq(8)), members);
  strictEqual(withRole(members, ben, "owner"), members);
});
