/** What a store that outlives its program does with what another version of the program has left there. @module */
import { deepStrictEqual, rejects } from "node:assert/strict";
import { TABLES } from "../src/store/contract.ts";
import { STORE_FORMAT } from "../src/store/records.ts";
import { append, listed, type Place, put } from "./store_words.ts";

export interface FormatPlace extends Place {
  /** As if a program of another format had made it; nobody has it open. */
  setFormat(format: number): Promise<void>;
}

type FormatLaw = (place: FormatPlace) => Promise<void>;

export const storeFormatLaws: Record<string, FormatLaw> = {
  "[LOG4] of what an older version has stored all that can be read again goes, once; whose it is and drafts stay, and their order":
    async (
      place,
    ) => {
      const older = await place.open();
      await older.write([
        ...TABLES.map((table) => put(table, "k", table)),
        ...["self", "life", "place"].map((key) => put("meta", key, key)),
        append("drafts", "first"),
      ]);
      await older.close();
      await place.setFormat(STORE_FORMAT - 1);
      const store = await place.open();
      const kept = ["drafts", "outcomes", "refused", "wishes"];
      for (const table of TABLES) {
        const keys = (await listed(store, table)).map(([key]) => key);
        const [first] = table === "drafts" ? await store.write([append(table, "second")]) : [];
        if (table === "drafts") deepStrictEqual(keys.length === 2 && first !== undefined && first > keys[0]!, true);
        else deepStrictEqual(keys, table === "meta" ? ["life", "self"] : kept.includes(table) ? ["k"] : [], table);
      }
      await store.write([put("rows", "new", 1)]);
      await store.close();
      deepStrictEqual(await listed(await place.open(), "rows"), [["new", 1]]);
    },
  "[LOG4] what a newer version has stored is left as it is: an older one does not open it": async (place) => {
    const newer = await place.open();
    await newer.write([append("drafts", "a"), put("rows", "k", 1)]);
    await newer.close();
    await place.setFormat(STORE_FORMAT + 1);
    for (let n = 0; n < 2; n++) await rejects(place.open(), { name: "StoreFailed", message: /newer version/ });
    await place.setFormat(STORE_FORMAT);
    const store = await place.open();
    deepStrictEqual((await listed(store, "drafts")).map(([, value]) => value), ["a"]);
    deepStrictEqual(await listed(store, "rows"), [["k", 1]]);
  },
};
