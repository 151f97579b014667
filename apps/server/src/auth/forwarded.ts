import { isUserStream } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import type { Accounts } from "./accounts.ts";

/** What other nodes forward may change what this one knows of who said it: it is read anew before they are answered (BLK1). */
export function servingForwarded(storage: Storage, accounts: Pick<Accounts, "forget">): Storage {
  return {
    ...storage,
    offerHere: async (offer, options) => {
      const outcomes = await storage.offerHere(offer, options);
      if (offer.kind === "bundle" && isUserStream(offer.stream)) accounts.forget(offer.stream);
      return outcomes;
    },
  };
}
