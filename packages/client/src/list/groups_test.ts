import { incarnation, seq, shardNumber, unixMs, uuidToId } from "@gatz/domain";
import { deepStrictEqual } from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import type { GroupPage, ListedGroup } from "../server/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { Groups } from "./groups.ts";

const nth = (n: number) => uuidToId("grp", `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`);

function row(n: number): ListedGroup {
  return {
    ...{ kind: "group", id: nth(n), name: `${n}`, owner: null, createdAt: unixMs(1), memberCount: 2, role: "member" },
    ...{ mine: [], seq: seq(1), lastAt: unixMs(1_000 - n) },
  };
}

Deno.test("[USR3] a group that was on a silent shard when its page was read is not gone", async () => {
  const time = new VirtualTime();
  let silent = false;
  /** Two pages; the shard of the first's only group is silent while that is read, and answers for the second. */
  const page = (before: string | undefined): GroupPage => ({
    ...{ incarnation: incarnation("one"), asOf: "", next: before === undefined ? "second" : null },
    rows: before !== undefined ? [row(2)] : silent ? [] : [row(1)],
    unavailable: silent && before === undefined ? [shardNumber(3)] : [],
  });
  const groups = new Groups({
    server: { groups: ({ before }) => Promise.resolve(page(before)) },
    ...{ store: memoryStore(), onChange: () => {}, timing: time },
  });
  groups.connected(true);
  await time.pass(100);
  const ids = () => groups.list.snapshot().rows.map(({ id }) => id);
  deepStrictEqual(ids(), [nth(1), nth(2)]);
  silent = true;
  groups.take([{ type: "behind", stream: nth(1), head: seq(2) }]);
  await time.pass(200);
  deepStrictEqual(ids(), [nth(1), nth(2)]);
  groups.close();
});
