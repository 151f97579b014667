import { incarnation, seq, type UserId, uuidToId } from "@gatz/domain";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ALICE, BOB, brought, ListKit } from "../../testing/list_kit.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { memoryStore } from "../store/memory.ts";
import { People } from "./people.ts";

const bob = (name: string, asOf: number) => ({ kind: "user", id: BOB, asOf: seq(asOf), handle: "bob", name }) as const;
const nth = (n: number): UserId => uuidToId("user", `0198c0de-0000-7003-8000-${String(5_000 + n).padStart(12, "0")}`);

Deno.test("[USR1] people are looked up together, two hundred in a call, each once", async () => {
  const kit = await ListKit.connected([]);
  const people = Array.from({ length: 250 }, (_, n) => kit.lists.person(nth(n)));
  strictEqual(kit.lists.person(nth(0)), people[0]);
  strictEqual(people[0]!.snapshot().kind, "unknown");
  await kit.time.pass(1_000);
  const asked = kit.asked.filter(({ what }) => what === "people");
  deepStrictEqual(asked.map(({ ids }) => ids.length), [200, 50]);
  deepStrictEqual(people[249]!.snapshot(), { kind: "missing", id: nth(249) });
  kit.lists.person(nth(7));
  await kit.time.pass(1_000);
  strictEqual(kit.asked.filter(({ what }) => what === "people").length, 2);
  kit.lists.close();
});

Deno.test("[USR1] somebody whose shard is silent is so until it answers, and keeps nobody else waiting", async () => {
  const kit = await ListKit.connected([]);
  kit.people.set(BOB, { kind: "unavailable", id: BOB });
  kit.people.set(nth(1), { ...bob("Other", 1), id: nth(1) });
  const [first, other] = [kit.lists.person(BOB), kit.lists.person(nth(1))];
  await kit.time.pass(100);
  deepStrictEqual([first.snapshot().kind, other.snapshot().kind], ["unavailable", "user"]);
  kit.people.set(BOB, bob("Bob", 3));
  await kit.time.pass(1_000);
  deepStrictEqual(first.snapshot(), bob("Bob", 3));
  kit.lists.close();
});

Deno.test("[USR1] who was looked up is there from the store, is asked for again after a while, and is never called as before", async () => {
  const store = memoryStore();
  const first = await ListKit.connected([], store);
  first.people.set(BOB, bob("Robert", 5));
  first.lists.person(BOB);
  await first.time.pass(100);
  await store.write(first.lists.drain());
  first.lists.close();

  const second = new ListKit(store);
  await second.lists.load();
  const shown = second.lists.person(BOB);
  await second.time.settle();
  deepStrictEqual(shown.snapshot(), bob("Robert", 5));
  second.lists.connected(true);
  await second.time.pass(9 * 60_000);
  second.lists.person(BOB);
  await second.time.pass(100);
  strictEqual(second.asked.filter(({ what }) => what === "people").length, 0);
  second.people.set(BOB, bob("Bob", 4)); // as a node says that has not seen the change
  await second.time.pass(2 * 60_000);
  second.lists.person(BOB);
  await second.time.pass(100);
  strictEqual(second.asked.filter(({ what }) => what === "people").length, 1);
  deepStrictEqual(shown.snapshot(), bob("Robert", 5));
  second.lists.close();
});

Deno.test("[USR1] one's own profile follows one's own stream", async () => {
  const kit = await ListKit.connected([]);
  kit.people.set(ALICE, { ...bob("Alice", 1), id: ALICE });
  const me = kit.lists.person(ALICE);
  await kit.time.pass(100);
  kit.people.set(ALICE, { ...bob("Alice B.", 2), id: ALICE });
  const event = { stream: ALICE, type: "set-profile", seq: seq(2), body: { name: "Alice B." } };
  kit.take(brought(event as never));
  await kit.time.pass(100);
  deepStrictEqual(me.snapshot(), { ...bob("Alice B.", 2), id: ALICE });
  kit.lists.close();
});

Deno.test("[LOG9] in another life people are called what they are called there, also if that is of an earlier moment", async () => {
  const kit = await ListKit.connected([]);
  kit.people.set(BOB, bob("Robert", 5));
  const shown = kit.lists.person(BOB);
  await kit.time.pass(100);
  kit.lists.reset();
  deepStrictEqual(shown.snapshot(), { kind: "unknown", id: BOB });
  kit.people.set(BOB, bob("Bob", 3));
  await kit.time.pass(100);
  deepStrictEqual(shown.snapshot(), bob("Bob", 3));
  kit.lists.close();
});

Deno.test("[USR1] people whom nobody looks at are let go of, and come back from the store; who is shown stays", async () => {
  const [time, store, asked] = [new VirtualTime(), memoryStore(), [] as string[]];
  const people = new People({
    ...{ viewer: ALICE, store, timing: time, onChange: () => {}, mostAtHand: 2 },
    server: {
      people: ({ ids }) => {
        asked.push(...ids);
        const users = ids.map((id) => ({ ...bob(id, 1), id: id as UserId }));
        return Promise.resolve({ incarnation: incarnation("a life"), users });
      },
    },
  });
  people.connected(true);
  const shown = people.person(nth(0));
  const end = shown.subscribe(() => {});
  await time.pass(100);
  await store.write(people.drain());
  for (let n = 1; n <= 5; n++) {
    people.person(nth(n));
    await time.pass(100);
    await store.write(people.drain());
  }
  deepStrictEqual(asked, [0, 1, 2, 3, 4, 5].map(nth));
  strictEqual(people.person(nth(0)), shown);
  const again = people.person(nth(1));
  deepStrictEqual(again.snapshot(), { kind: "unknown", id: nth(1) });
  await time.pass(100);
  deepStrictEqual([again.snapshot().kind, asked.length], ["user", 6]);
  end();
  people.close();
});
