/** What a store refuses, as a value. @module */
import { StoreFailed } from "../store/contract.ts";
import { KEPT, type Kept, type NotKept, notKept } from "./contract.ts";

export async function unlessFailed(write: () => Promise<unknown>): Promise<Kept | NotKept> {
  try {
    await write();
    return KEPT;
  } catch (error) {
    if (error instanceof StoreFailed) return notKept("StoreFailed");
    throw error;
  }
}
