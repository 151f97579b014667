/** Of which life of the installation a store is (LOG9), and what there is to go on from. @module */
import type { Incarnation } from "@gatz/domain";
import { type IfIs, Overtaken, type Store } from "../store/contract.ts";
import { CLEARED, LIFE_KEY, LISTS_CLEARED, PLACE_KEY, SELF_KEY } from "../store/meta.ts";
import type { SelfRecord } from "../store/records.ts";

export interface Resumed {
  /** Null: the store is nobody's. */
  readonly self: SelfRecord | null;
  /** Null: there is nothing but drafts. */
  readonly life: Incarnation | null;
  /** Null: the client before ended before it had read its lists. Streams may be there, and the server is asked what they miss. */
  readonly cursor: string | null;
}

/**
 * What a client that starts goes on from; all else goes.
 * @throws {StoreFailed}
 */
export async function resumed(store: Pick<Store, "get" | "write">): Promise<Resumed> {
  const [whose, life, place] = await Promise.all(
    [SELF_KEY, LIFE_KEY, PLACE_KEY].map((key) => store.get("meta", key)),
  );
  const self = whose !== undefined && "user" in whose ? whose : null;
  const of = life !== undefined && "life" in life ? life.life : null;
  const at = place !== undefined && "cursor" in place ? place : null;
  if (self === null || of === null || (at !== null && at.incarnation !== of)) {
    await store.write(CLEARED);
    return { self, life: null, cursor: null };
  }
  if (at === null) await store.write(LISTS_CLEARED);
  return { self, life: of, cursor: at?.cursor ?? null };
}

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
