/**
 * Rooms of people who all follow by feed, some of whom send; sockets, senders and receivers in this one process, so that one clock times both ends.
 * Prints `{deliveriesPerSecond, ackedPerSecond, p50, p99}` (milliseconds from send to deliver). At a rate that is every delivery of what was
 * sent after the warm-up, and one that does not come fails the run; else those that came while it was measured.
 * Usage: fanout_load.ts '{"ws", "http", "shards", "rooms", "size", "sendersPerRoom", "seconds", "textBytes", "rate"?}'
 */
import { setTimeout as pause } from "node:timers/promises";
import { itemsOf, Wire } from "./wire.ts";
import { closedLoop, openLoop } from "./pace.ts";
import { accepted, freshId, makeRooms, type Room } from "./rooms.ts";
import { quantile } from "./stats.ts";

interface Plan {
  ws: string;
  http: string;
  shards: number;
  rooms: number;
  size: number;
  sendersPerRoom: number;
  seconds: number;
  textBytes: number;
  /** Sends a second in all; absent: each sender sends when its last send is acked. */
  rate?: number;
}

interface Sender {
  room: Room;
  wire: Wire;
}

const WARM_UP_MS = 2_000;
/** How long the last deliveries may take. */
const LAST_MS = 10_000;
const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/fanout_rooms.ts wrote it
const rooms = await makeRooms(plan, { rooms: plan.rooms, size: plan.size });
const padding = "x".repeat(plan.textBytes);
const latencies: number[] = [];
let measuring = false;
let measuredFrom = Infinity;
let acked = 0;
/** Sends that are measured at a rate. */
let sent = 0;

function onFrame(data: unknown): void {
  const now = performance.now();
  for (const item of itemsOf(data)) {
    if (item.type !== "event" || item.event.type !== "new-message") continue;
    const sentAt = parseFloat(item.event.body.text);
    if (plan.rate ? sentAt >= measuredFrom : measuring) latencies.push(now - sentAt);
  }
}

const senders: Sender[] = [];
for (const room of rooms) {
  for (const [n, person] of room.people.entries()) {
    const wire = await Wire.open(plan.ws, person.token);
    await wire.subscribe("live.inbox", {}, onFrame);
    if (n < plan.sendersPerRoom) senders.push({ room, wire });
  }
}

async function send({ room, wire }: Sender): Promise<void> {
  const now = performance.now();
  if (now >= measuredFrom) sent++;
  const text = `${now} ${padding}`;
  accepted(
    await wire.call("mutation", "messages.send", { id: freshId("msg", room.shard), discussion: room.discussion, text }),
  );
  if (measuring) acked++;
}

const start = performance.now();
const end = start + WARM_UP_MS + plan.seconds * 1_000;
measuredFrom = start + WARM_UP_MS;
setTimeout(() => measuring = true, WARM_UP_MS);

const one = (n: number) => send(senders[n % senders.length]!);
await (plan.rate ? openLoop({ start, end }, plan.rate, one) : closedLoop({ start, end }, senders.length, one));
measuring = false;
const seconds = (performance.now() - measuredFrom) / 1_000;
if (plan.rate) await everyDelivery();
console.log(JSON.stringify({
  deliveriesPerSecond: latencies.length / seconds,
  ackedPerSecond: acked / seconds,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
}));
Deno.exit(0);

/** A feed that fell behind does not bring what it missed. */
async function everyDelivery(): Promise<void> {
  const wanted = sent * plan.size;
  for (const late = performance.now() + LAST_MS; latencies.length < wanted; await pause(20)) {
    if (performance.now() > late) throw new Error(`${latencies.length} of ${wanted} deliveries came`);
  }
}
