/** What every store does with entries. @module */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Change, Table } from "../src/store/contract.ts";
import { append, type Law, listed, put, until } from "./store_words.ts";

const failed = { name: "StoreFailed" };
const bug = { name: "AssertionFailed" };

const WRITES: Record<string, Law> = {
  "[LIVE3] what is put is there for every tab, as JSON keeps it, and apart from the object that was given": async (
    place,
  ) => {
    const [one, other] = [await place.open(), await place.open()];
    const value = {
      text: 'e\u0301 \u{1F600} \u0000 \ud800 "',
      n: -1.5e300,
      deep: [[], {}, null, true],
      gone: undefined,
    };
    const stored = JSON.parse(JSON.stringify(value));
    const writing = one.write([put("rows", "k", value)]);
    value.text = "changed afterwards";
    await writing;
    deepStrictEqual(await other.get("rows", "k"), stored);
    Object.assign(await one.get("rows", "k") ?? {}, { n: 0 });
    deepStrictEqual(await listed(one, "rows"), [["k", stored]]);
    for (const [key, plain] of Object.entries({ a: 0, b: "", c: false, d: null })) {
      await one.write([put("rows", key, plain)]);
      strictEqual(await other.get("rows", key), plain);
    }
    strictEqual(await other.get("rows", "none"), undefined);
    strictEqual(await other.get("groups", "k"), undefined);
  },
  "[LIVE3] an entry never gives way to one of a lower rank, whoever writes it": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    await one.write([put("streams", "s", "at 5", 5), put("streams", "t", "no rank")]);
    await other.write([
      put("streams", "s", "at 4", 4),
      put("streams", "s", "no rank"),
      put("streams", "t", "at -1", -1),
    ]);
    deepStrictEqual(await listed(one, "streams"), [["s", "at 5"], ["t", "at -1"]]);
    await other.write([put("streams", "s", "again at 5", 5), put("streams", "t", "at -2", -2)]);
    deepStrictEqual(await listed(one, "streams"), [["s", "again at 5"], ["t", "at -1"]]);
    const order = [3, 9, 1, 7, 12, 2, 11, 6];
    await Promise.all(order.map((rank, i) => (i % 2 === 0 ? one : other).write([put("rows", "r", rank, rank)])));
    strictEqual(await one.get("rows", "r"), 12);
    await one.write([{ type: "delete", table: "rows", key: "r" }]);
    await other.write([put("rows", "r", "anew", 1)]);
    strictEqual(await one.get("rows", "r"), "anew");
  },
  "[LIVE3] the changes of a write are made in their order": async (place) => {
    const store = await place.open();
    const clear: Change = { type: "delete-range", table: "rows", from: "a", to: "c" };
    await store.write([
      put("rows", "a", 1, 9),
      put("rows", "b", 1),
      clear,
      put("rows", "a", 2, 1),
      put("rows", "c", 1),
    ]);
    deepStrictEqual(await listed(store, "rows"), [["a", 2], ["c", 1]]);
    await store.write([put("rows", "a", 3, 5), put("rows", "a", 4, 4), { type: "delete", table: "rows", key: "c" }]);
    deepStrictEqual(await listed(store, "rows"), [["a", 3]]);
    await store.write([{ type: "delete", table: "rows", key: "a" }, put("rows", "a", 5, 0), put("rows", "a", 6)]);
    deepStrictEqual(await listed(store, "rows"), [["a", 5]]);
    deepStrictEqual(await store.write([]), []);
  },
  "[LOG9] a write that depends on what an entry was is refused whole once that is something else, whoever wrote it":
    async (
      place,
    ) => {
      const [one, other] = [await place.open(), await place.open()];
      const ifIs = (value: unknown) => ({ type: "if-is", table: "meta", key: "life", value }) as Change;
      await one.write([ifIs(null), put("meta", "life", { life: "a" }), append("people", "one")]);
      await rejects(other.write([append("people", "none"), ifIs(null), put("rows", "k", 1)]), { name: "Overtaken" });
      await other.write([ifIs({ life: "a" }), put("meta", "life", { life: "b" }), append("people", "other")]);
      await rejects(one.write([ifIs({ life: "a" }), put("rows", "k", 1)]), { name: "Overtaken" });
      await rejects(one.write([ifIs({ life: "a" })]), { name: "Overtaken" });
      // One that was refused takes no key.
      deepStrictEqual((await listed(one, "people")).map(([, value]) => value), ["one", "other"]);
      deepStrictEqual(await listed(one, "rows"), []);
      await one.write([{ type: "delete", table: "meta", key: "life" }, ifIs({ life: "b" })]);
      await other.write([ifIs(null), put("rows", "k", 2)]);
      strictEqual(await one.get("rows", "k"), 2);
      // Of many that would be the next, one is.
      const claims = Array.from(
        { length: 8 },
        (_, n) => [one, other][n % 2]!.write([ifIs(null), put("meta", "life", { life: String(n) })]),
      );
      const outcomes = await Promise.allSettled(claims);
      strictEqual(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    },
  "[LIVE3] writes of one tab are done in the order of the calls, and its readings see those asked for before": async (
    place,
  ) => {
    const store = await place.open();
    const writes = Array.from(
      { length: 20 },
      (_, n) => store.write([put(n % 2 ? "meta" : "rows", "k", n), append("refused", n)]),
    );
    const seen = await Promise.all([store.get("meta", "k"), store.get("rows", "k"), listed(store, "refused")]);
    const keys = (await Promise.all(writes)).flat();
    deepStrictEqual(seen, [19, 18, keys.map((key, n) => [key, n])]);
    deepStrictEqual(keys, [...keys].sort());
  },
  "[LIVE3] a key, a range's end or a rank that can't be is a bug, and nothing of the write is there": async (place) => {
    const store = await place.open();
    for (const key of ["", "é", "a\n", "x".repeat(201)]) {
      await rejects(store.write([put("rows", "before", 1), put("rows", key, 1)]), bug);
      await rejects(store.get("rows", key), bug);
      await rejects(store.list("rows", { from: key }), bug);
      await rejects(store.write([{ type: "delete-range", table: "rows", from: "a", to: key }]), bug);
    }
    await rejects(store.write([append("refused", 1), put("rows", "k", 1, NaN)]), bug);
    deepStrictEqual([await listed(store, "rows"), await listed(store, "refused")], [[], []]);
    const longest = "~".repeat(200);
    await store.write([put("rows", longest, 1)]);
    deepStrictEqual(await listed(store, "rows", { from: longest }), [[longest, 1]]);
  },
};

const APPENDS: Record<string, Law> = {
  "[LOG4] appended keys grow in all tabs, and are never given again": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    const given: string[] = [];
    for (let round = 0; round < 4; round++) {
      const keys = await Promise.all(
        [one, other, one].map((store, i) => store.write([append("drafts", i), append("drafts", i)])),
      );
      ok(keys.flat().every((key) => given.every((before) => key > before)), `${keys} after ${given}`);
      for (const [first = "", second = ""] of keys) ok(first < second);
      given.push(...keys.flat());
      deepStrictEqual((await listed(other, "drafts")).map(([key]) => key), keys.flat().sort());
      await one.write([{ type: "delete-range", table: "drafts", from: "0", to: "~" }]);
    }
    strictEqual(new Set(given).size, given.length);
    await Promise.all([one.close(), other.close()]);
    const again = await place.open();
    const [next = ""] = await again.write([append("drafts", "next")]);
    ok(given.every((before) => next > before));
    await again.write([put("drafts", next, "acked")]);
    deepStrictEqual(await listed(again, "drafts"), [[next, "acked"]]);
    ok((await again.write([append("drafts", "last")]))[0]! > next);
  },
};

const NEWS: Record<string, Law> = {
  "[LOG4] a tab is told which tables others have written, and not of its own writes": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    const [mine, theirs, ended] = [new Set<Table>(), new Set<Table>(), new Set<Table>()];
    const collect = (into: Set<Table>) => (tables: ReadonlySet<Table>) => tables.forEach((table) => into.add(table));
    one.watch(collect(mine));
    other.watch(collect(theirs));
    other.watch(collect(ended))();
    await one.write([append("drafts", 1), put("marks", "k", 1), { type: "delete", table: "people", key: "none" }]);
    await until(() => theirs.size === 3);
    deepStrictEqual([...theirs].sort(), ["drafts", "marks", "people"]);
    theirs.clear();
    await other.write([put("rows", "k", 1)]);
    await until(() => mine.size > 0);
    await one.write([put("meta", "k", 1)]);
    await until(() => theirs.size > 0);
    deepStrictEqual([[...mine], [...theirs], [...ended]], [["rows"], ["meta"], []]);
  },
};

const ENDS: Record<string, Law> = {
  "[LOG9] what was asked for before closing is there for the next; what is closed does nothing more": async (place) => {
    const store = await place.open();
    const writes = [
      store.write([append("drafts", "one")]),
      store.write([append("drafts", "two"), put("meta", "k", 1)]),
    ];
    await store.close();
    await Promise.all(writes);
    const never = new AbortController().signal;
    await rejects(store.get("meta", "k"), failed);
    await rejects(store.list("meta"), failed);
    await rejects(store.write([append("drafts", "three")]), failed);
    await rejects(store.exclusively("name", never, () => Promise.resolve()), failed);
    await store.close();
    const next = await place.open();
    deepStrictEqual((await listed(next, "drafts")).map(([, value]) => value), ["one", "two"]);
    strictEqual(await next.get("meta", "k"), 1);
  },
};

export const storeLaws: Record<string, Law> = { ...WRITES, ...APPENDS, ...NEWS, ...ENDS };
