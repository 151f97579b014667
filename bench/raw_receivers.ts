/** Receives the raw yardstick's frames and parses each. Prints `{perSecond}`. Usage: raw_receivers.ts '{"ws", "control", "rooms", "size", "events"}' */
import { Arrivals } from "./receivers.ts";

interface Plan {
  ws: string;
  control: string;
  rooms: number;
  size: number;
  events: number;
}

const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/fanout_engine.ts wrote it
const arrivals = await Arrivals.connect(plan.control, plan.rooms * plan.size * plan.events);
const opened: Promise<unknown>[] = [];
for (let room = 0; room < plan.rooms; room++) {
  for (let n = 0; n < plan.size; n++) {
    const socket = new WebSocket(`${plan.ws}?room=${room}`);
    opened.push(new Promise((resolve) => socket.addEventListener("open", resolve, { once: true })));
    socket.addEventListener("message", ({ data }) => arrivals.add(JSON.parse(data) ? 1 : 0));
  }
}
await Promise.all(opened);
arrivals.go();
console.log(JSON.stringify({ perSecond: await arrivals.perSecond() }));
Deno.exit(0);
