/** People who send at an even pace while others abuse the server, and how long that takes them. @module */
import { strict as assert } from "node:assert";
import { shardOf } from "@gatz/domain";
import { freshId } from "@gatz/testing/test_server.ts";
import type { Pair } from "./target.ts";

/** Milliseconds from asking to the ack, and from asking to the event at the other person. */
export interface Delays {
  readonly acks: readonly number[];
  readonly deliveries: readonly number[];
}

/** Between two sends of one person: within what a connection may call. */
const PACE_MS = 120;
const ARRIVAL_MS = 10_000;

/** Every pair sends at its pace until `until`; all that is sent has been acked and has arrived when this resolves. */
export async function talkUntil(pairs: readonly Pair[], until: Promise<unknown>): Promise<Delays> {
  let isOver = false;
  void until.finally(() => isOver = true);
  const all = await Promise.all(pairs.map(async (pair, i) => {
    await later(i * PACE_MS / pairs.length);
    return await talkOf(pair, () => isOver);
  }));
  return { acks: all.flatMap(({ acks }) => acks), deliveries: all.flatMap(({ deliveries }) => deliveries) };
}

async function talkOf({ sender, receiver, discussion }: Pair, isOver: () => boolean): Promise<Delays> {
  const asked = new Map<string, number>();
  const [acks, deliveries]: [number[], number[]] = [[], []];
  const live = Promise.withResolvers<void>();
  const { unsubscribe } = receiver.api.live.inbox.subscribe({}, {
    onData: ({ data }) => {
      for (const item of data.items) {
        if (item.type === "live") live.resolve();
        const at = item.type === "event" ? asked.get(item.event.id) : undefined;
        if (at !== undefined) deliveries.push(performance.now() - at);
      }
    },
  });
  await live.promise;
  while (!isOver()) {
    const id = freshId("msg", shardOf(discussion));
    const at = performance.now();
    asked.set(id, at);
    const { outcome } = await sender.api.messages.send.mutate({ id, discussion, text: "hello" });
    assert.equal(outcome.kind, "accepted", JSON.stringify(outcome));
    acks.push(performance.now() - at);
    await later(Math.max(0, PACE_MS - (performance.now() - at)));
  }
  const deadline = performance.now() + ARRIVAL_MS;
  while (deliveries.length < asked.size) {
    assert.ok(performance.now() < deadline, `${asked.size - deliveries.length} messages never arrived`);
    await later(10);
  }
  unsubscribe();
  return { acks, deliveries };
}

/** The share `q` of the values is at most this. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
