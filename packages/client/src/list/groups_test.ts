import {
  type FeedItem,
  type GroupDraft,
  type GroupEvent,
  type GroupId,
  seq,
  shardOf,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ALICE, BOB, brought, ListKit } from "../../testing/list_kit.ts";
import type { ListedGroup } from "../server/contract.ts";
import { memoryStore } from "../store/memory.ts";

const uuid = (n: number) => `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`;
const nth = (n: number): GroupId => uuidToId("grp", uuid(n));
const CAI: UserId = uuidToId("user", uuid(9_001));

function row(n: number, more: Partial<ListedGroup> = {}): ListedGroup {
  return {
    ...{ kind: "group", id: nth(n), name: `${n}`, owner: BOB, createdAt: unixMs(1), memberCount: 3, role: "member" },
    ...{
      mine: [{ from: seq(1), historyFrom: seq(1), role: "member" }],
      seq: seq(5),
      lastAt: unixMs(1_000 - n),
      ...more,
    },
  };
}

let made = 20_000;
/** What happened next in a group. */
function happened<T extends GroupDraft["type"]>(
  at: number,
  type: T,
  body: Extract<GroupDraft, { type: T }>["body"],
  { by = BOB as GroupEvent["actor"], group = nth(1) } = {},
): FeedItem {
  const id = uuidToId("evt", uuid(made++));
  const event = {
    stream: group,
    id,
    type,
    version: 1,
    actor: by,
    body,
    seq: seq(at),
    at: unixMs(2_000 + at),
    decided: {},
  };
  return brought(event as unknown as GroupEvent); // type and body belong together
}

const shownOf = (kit: ListKit, id = nth(1)) => kit.lists.groups.snapshot().rows.find((one) => one.id === id);
const asked = (kit: ListKit) => kit.asked.filter(({ what }) => what.startsWith("group")).map(({ ids }) => ids);

Deno.test("[USR3] what happens in a group moves its row on, and nobody is asked", async () => {
  const kit = await ListKit.connected([row(1), row(2)]);
  const before = asked(kit).length;
  let at = 5;
  const becomes = (more: Partial<ListedGroup>, item: FeedItem) => {
    kit.take(item);
    at++;
    deepStrictEqual(shownOf(kit), { ...row(1), ...kept, ...more, seq: seq(at), lastAt: unixMs(2_000 + at) });
    kept = { ...kept, ...more };
  };
  let kept: Partial<ListedGroup> = {};
  becomes({ name: "Teatime" }, happened(6, "rename", { name: "Teatime" }));
  becomes({ description: "At five" }, happened(7, "describe", { description: "At five" }));
  becomes({ memberCount: 4 }, happened(8, "add-members", { users: [CAI], historyFrom: "now" }));
  becomes({}, happened(9, "set-role", { user: CAI, role: "moderator" }));
  becomes({ memberCount: 3 }, happened(10, "remove-member", { user: CAI }));
  becomes({ memberCount: 4 }, happened(11, "join-by-invite", { invite: uuidToId("evt", uuid(8)) }, { by: CAI }));
  becomes({ owner: CAI }, happened(12, "transfer-ownership", { to: CAI }));
  becomes({ memberCount: 3 }, happened(13, "leave", {}));
  becomes({ archived: true }, happened(14, "archive", {}, { by: CAI }));
  kit.take(happened(15, "describe", { description: "" }, { by: CAI }));
  ok(!("description" in (shownOf(kit) ?? {})));
  await kit.time.pass(1_000);
  deepStrictEqual(asked(kit).slice(before), []);
  strictEqual(kit.lists.groups.snapshot().rows[0]?.id, nth(1), "and it is the latest");
  kit.lists.close();
});

Deno.test("[USR3] of a hundred groups those are asked for of which something is not known, together; and none again after a cut", async () => {
  const many = Array.from({ length: 100 }, (_, n) => row(n + 1));
  const kit = await ListKit.connected(many);
  strictEqual(asked(kit).length, 1, "one page");
  const news = { ...row(200), seq: seq(9), lastAt: unixMs(9_000) };
  for (const one of [news, row(3, { seq: seq(8) }), row(7, { role: "moderator", seq: seq(6) })]) {
    kit.groups.set(one.id, one);
  }
  kit.groups.delete(nth(5));
  kit.take(
    { type: "joined", stream: nth(200), visibleFrom: seq(1), head: seq(9), state: news },
    { type: "behind", stream: nth(3), head: seq(8) },
    happened(6, "set-role", { user: ALICE, role: "moderator" }, { group: nth(7) }),
    { type: "opaque", stream: nth(5), from: seq(6), to: seq(6) },
    happened(6, "rename", { name: "Tea" }, { group: nth(9) }),
  );
  await kit.time.pass(1_000);
  deepStrictEqual(asked(kit).slice(1), [[nth(200), nth(3), nth(7), nth(5)]]);
  deepStrictEqual([nth(200), nth(3), nth(7), nth(5)].map((id) => shownOf(kit, id)), [
    news,
    row(3, { seq: seq(8) }),
    row(7, { role: "moderator", seq: seq(6) }),
    undefined,
  ]);
  kit.lists.connected(false);
  kit.lists.connected(true);
  await kit.time.pass(1_000);
  strictEqual(asked(kit).length, 2);
  kit.lists.close();
});

Deno.test("[USR3] a list of groups that was read to its end is not read again by the next start; what it lacks is asked for", async () => {
  const store = memoryStore();
  const first = await ListKit.connected([row(1), row(2)], store);
  first.take({ type: "behind", stream: nth(2), head: seq(9) });
  await store.write(first.lists.drain());
  first.lists.close();
  const second = new ListKit(store);
  second.groups.set(nth(2), row(2, { seq: seq(9) }));
  await second.lists.load();
  second.lists.connected(true);
  await second.time.pass(1_000);
  deepStrictEqual(asked(second), [[nth(2)]]);
  deepStrictEqual(second.lists.groups.snapshot().rows, [row(1), row(2, { seq: seq(9) })]);
  second.lists.close();
});

Deno.test("[USR3] a group on a shard that is silent stays as it was, and is asked for again once the shard answers", async () => {
  const kit = await ListKit.connected([row(1)]);
  const shard = shardOf(nth(1));
  kit.silent.add(shard);
  kit.groups.set(nth(1), row(1, { name: "Later", seq: seq(6) }));
  kit.take({ type: "behind", stream: nth(1), head: seq(6) });
  await kit.time.pass(100);
  deepStrictEqual(shownOf(kit), row(1));
  kit.silent.clear();
  kit.take({ type: "shard", shard, status: "ok", streams: [] });
  await kit.time.pass(100);
  deepStrictEqual(shownOf(kit), row(1, { name: "Later", seq: seq(6) }));
  kit.lists.close();
});
