/** Waits for what events do elsewhere (SHARD3): what a test sets up goes on moving logs and feeds until that is done. @module */
import type { Storage } from "@gatz/storage/contract";
import { until } from "./eventually.ts";

/** Resolves once every effect has arrived in its stream, of those that follow from effects too. */
export async function effectsArrived(storage: Pick<Storage, "shards" | "outbox" | "fence">): Promise<void> {
  let before = "";
  await until(async () => {
    const shards = await Promise.all(storage.shards.map(async (shard) => {
      const { waiting } = await storage.outbox(shard);
      const { position } = await storage.fence(shard);
      return { waiting, position };
    }));
    // Shards are not read in one moment: an effect may have gone from one that was not read yet to one that was. Where none has grown
    // between two looks, nothing has.
    const now = shards.map(({ position }) => position).join();
    const isSame = now === before;
    before = now;
    return isSame && shards.every(({ waiting }) => waiting === 0);
  }, { withinMs: 30_000 });
}
