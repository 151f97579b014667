/** The contract suite of stores (src/store/contract.ts), for two tabs or processes on one place. @module */
import { storeHistories } from "./store_histories.ts";
import { storeLaws } from "./store_laws.ts";
import { storeLockLaws } from "./store_lock_laws.ts";
import type { Law, Place } from "./store_words.ts";

/** Registers the tests; `kind` is named in their titles. */
export function storeContract(
  kind: string,
  newPlace: () => Promise<Place>,
  { histories = 12 }: { readonly histories?: number } = {},
): void {
  const laws = { ...storeLaws, ...storeHistories(histories), ...storeLockLaws };
  for (const [title, holds] of Object.entries<Law>(laws)) {
    Deno.test({
      name: `${title} · ${kind}`,
      // Browsers and other processes live longer than a test; what is opened here is closed with the place.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        await using place = await newPlace();
        await holds(place);
      },
    });
  }
}
