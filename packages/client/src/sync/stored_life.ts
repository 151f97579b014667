/** Of which life of the installation a store is (LOG9). @module */
import type { Incarnation } from "@gatz/domain";
import { type IfIs, Overtaken, type Store } from "../store/contract.ts";
import { CLEARED, LIFE_KEY } from "../store/meta.ts";

/** What is written with this is refused once the store is of another life: a tab that has not met that one yet writes nothing of its own into it. */
export const ifLife = (life: Incarnation | null): IfIs<"meta"> => ({
  ...{ type: "if-is", table: "meta", key: LIFE_KEY },
  value: life === null ? null : { life },
});

/** From now on the store is of this life: what is there of another one goes. Another tab may do the same. */
export async function claim(store: Pick<Store, "get" | "write">, life: Incarnation): Promise<void> {
  for (;;) {
    const record = await store.get("meta", LIFE_KEY);
    const there = record !== undefined && "life" in record ? record.life : null;
    if (there === life) return;
    try {
      await store.write([
        ifLife(there),
        ...CLEARED,
        { type: "put", table: "meta", key: LIFE_KEY, value: { life } },
      ]);
      return;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}
