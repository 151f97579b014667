/**
 * Sends messages through the public API from a process of its own: `senders` people, one send in flight each (or paced to `rate` a second in all).
 * Prints `{perSecond, p50, p99}` (milliseconds from call to ack).
 * Usage: append_load.ts '{"ws", "http", "shards", "senders", "seconds", "textBytes", "rate"?}'
 */
import { closedLoop, openLoop } from "./pace.ts";
import { accepted, freshId, makeRooms } from "./rooms.ts";
import { quantile } from "./stats.ts";
import { Wire } from "./wire.ts";

interface Plan {
  ws: string;
  http: string;
  shards: number;
  senders: number;
  seconds: number;
  textBytes: number;
  /** Sends a second in all; absent: as fast as acks come. */
  rate?: number;
}

const WARM_UP_MS = 1_500;
const SENDERS_PER_ROOM = 16;

const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/append.ts wrote it
const size = Math.min(plan.senders, SENDERS_PER_ROOM);
const rooms = await makeRooms(plan, {
  rooms: Math.ceil(plan.senders / size),
  size,
});
const senders = await Promise.all(
  rooms.flatMap((room) => room.people.map(async (person) => ({ room, wire: await Wire.open(plan.ws, person.token) }))),
);
const text = "x".repeat(plan.textBytes);

const start = performance.now();
const end = start + WARM_UP_MS + plan.seconds * 1_000;
const latencies: number[] = [];

async function send({ room, wire }: (typeof senders)[number]): Promise<void> {
  const from = performance.now();
  accepted(
    await wire.call("mutation", "messages.send", { id: freshId("msg", room.shard), discussion: room.discussion, text }),
  );
  if (from >= start + WARM_UP_MS && from < end) latencies.push(performance.now() - from);
}

const one = (n: number) => send(senders[n % senders.length]!);
await (plan.rate ? openLoop({ start, end }, plan.rate, one) : closedLoop({ start, end }, senders.length, one));
for (const { wire } of senders) wire.close();
console.log(
  JSON.stringify({
    perSecond: latencies.length / plan.seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }),
);
Deno.exit(0);
