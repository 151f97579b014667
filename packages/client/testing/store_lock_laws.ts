/** What every store's `exclusively` keeps to. @module */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Store } from "../src/store/contract.ts";
import { append, type Law, listed, put, until } from "./store_words.ts";

const never = new AbortController().signal;

export const storeLockLaws: Record<string, Law> = {
  "[LOG4] under one name one works at a time, among all tabs; under another nobody waits": async (place) => {
    const stores = [await place.open(), await place.open()];
    let [inside, most, done] = [0, 0, 0];
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      return ++done;
    };
    const turns = [0, 1, 0, 1, 0].map((i) => stores[i]!.exclusively("outbox", never, work));
    deepStrictEqual((await Promise.all(turns)).sort(), [1, 2, 3, 4, 5]);
    strictEqual(most, 1);
    const nested = await stores[0]!.exclusively("outbox", never, () => stores[1]!.exclusively("eviction", never, work));
    strictEqual(nested, 6);
  },
  "[LOG4] whoever waits may give up, and is not missed; work that fails lets the next one in": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    const [gate, entered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = one.exclusively("outbox", never, async () => {
      entered.resolve();
      await gate.promise;
      throw new TypeError("the work's own");
    });
    await entered.promise;
    const giveUp = new AbortController();
    let ran = false;
    const waits = [one, other].map((store) =>
      store.exclusively("outbox", giveUp.signal, () => Promise.resolve(ran = true))
    );
    const last = other.exclusively("outbox", never, (held) => Promise.resolve(held.aborted));
    await new Promise((resolve) => setTimeout(resolve, 30));
    giveUp.abort();
    await Promise.all(waits.map((wait) => rejects(wait, { name: "AbortError" })));
    gate.resolve();
    await rejects(first, { name: "TypeError", message: "the work's own" });
    deepStrictEqual([await last, ran], [false, false]);
    await rejects(one.exclusively("outbox", AbortSignal.abort(), () => Promise.resolve()), { name: "AbortError" });
  },
  "[LOG4] closing gives locks up: its work is told, its waits end, another tab goes on": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    let isHeld = false;
    let wasTold = false;
    const work = one.exclusively("outbox", never, async (held) => {
      isHeld = true;
      await new Promise((resolve) => held.addEventListener("abort", resolve));
      wasTold = true;
    });
    await until(() => isHeld);
    const waits = one.exclusively("outbox", never, () => Promise.resolve());
    const next = other.exclusively("outbox", never, () => Promise.resolve("in"));
    const outcome = rejects(waits, { name: "StoreFailed" });
    await one.close();
    await work;
    await outcome;
    deepStrictEqual([wasTold, await next], [true, "in"]);
  },
  "[LOG4] a write that demands a lock is refused whole unless its own tab runs work under that name": async (place) => {
    const [one, other] = [await place.open(), await place.open()];
    const write = (store: Store, value: string) =>
      store.write([append("drafts", value), { type: "if-held", lock: "outbox" }, put("rows", "k", value)]);
    const lost = { name: "LockLost" };
    await rejects(write(one, "before"), lost);
    await one.exclusively("outbox", never, async () => {
      await rejects(write(other, "the other's"), lost);
      await write(one, "within");
      await rejects(one.write([{ type: "if-held", lock: "eviction" }]), lost);
    });
    await rejects(write(one, "after"), lost);
    deepStrictEqual((await listed(other, "drafts")).map(([, value]) => value), ["within"]);
    deepStrictEqual(await listed(other, "rows"), [["k", "within"]]);
  },
};
