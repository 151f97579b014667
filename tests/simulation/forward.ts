/** What goes between nodes: offers there, and outcomes back, as text, unless the way is lost. */
import type { Forward, Forwarded, ForwardedOffer } from "@gatz/storage/contract";
import { pause } from "../../apps/server/src/live/pause.ts";
import type { SimNode } from "./node.ts";
import type { World } from "./world.ts";

const WAY_MS = { from: 0.2, to: 6 } as const;

export function forwardBetween(world: World): Forward {
  const chance = world.chance.fork("between nodes");
  const way = () => world.time.sleep(chance.between(WAY_MS.from, WAY_MS.to));
  return async (offer, { to, deadlineMs, signal }) => {
    const target = world.running.find(({ storage }) => storage.node === to.node);
    await way();
    if (target === undefined || !target.isRunning || world.areNodesApart) return { kind: "unreachable" };
    const over = AbortSignal.any([signal, target.gone]);
    const text = JSON.stringify(offer);
    const late = pause(deadlineMs, over).then((): Forwarded => ({ kind: "lost" }));
    const answered = way().then(() => answerOf(target, { text, deadlineMs })).then(
      async (answer): Promise<Forwarded> => {
        await way();
        return world.areNodesApart ? { kind: "lost" } : answer;
      },
    );
    return await Promise.race([answered, late]);
  };
}

async function answerOf(
  target: SimNode,
  { text, deadlineMs }: { text: string; deadlineMs: number },
): Promise<Forwarded> {
  const outcomes = await target.storage.offerHere(JSON.parse(text) as ForwardedOffer, { deadlineMs }); // just written
  return outcomes === null ? { kind: "not-here" } : { kind: "answered", outcomes };
}
