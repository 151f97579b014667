import { storeContract } from "../../testing/store_contract.ts";
import { Memory, memoryStore } from "./memory.ts";

storeContract("memory", () => {
  const memory = new Memory();
  return Promise.resolve({
    open: () => Promise.resolve(memoryStore({ memory })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}, { histories: 300 });
