/** Follows by feed with many sockets and parses every frame. Prints `{perSecond}`. Usage: fanout_receivers.ts '{"ws", "control", "rooms", "events"}' */
import { Arrivals } from "./receivers.ts";
import { itemsOf, Wire } from "./wire.ts";

interface Plan {
  ws: string;
  control: string;
  /** Tokens of the people of each room. */
  rooms: readonly (readonly string[])[];
  events: number;
}

const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/fanout_engine.ts wrote it
const tokens = plan.rooms.flat();
const arrivals = await Arrivals.connect(plan.control, tokens.length * plan.events);
for (const token of tokens) {
  const wire = await Wire.open(plan.ws, token);
  const live = Promise.withResolvers<void>();
  const heard = new Set<string>();
  await wire.subscribe("live.inbox", {}, (data) => {
    for (const item of itemsOf(data)) {
      if (item.type === "event") {
        heard.add(item.event.stream);
        // What else comes are late effects of making the rooms.
        if (item.event.type === "new-message") arrivals.add(1);
      } else if (item.type === "live") live.resolve();
      // A stream's first item says what came before it; a later one, that its queue was full.
      else if (item.type === "behind" && heard.has(item.stream)) {
        throw new Error("a queue overflowed: the window is too wide");
      }
    }
  });
  await live.promise;
}
arrivals.go();
console.log(JSON.stringify({ perSecond: await arrivals.perSecond() }));
Deno.exit(0);
