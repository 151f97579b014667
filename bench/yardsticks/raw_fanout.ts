/**
 * The best simple fan-out: a ready string of one event with its envelope, one a frame, to every socket of its room. Shares no code with gatz.
 * First line printed: `{ws, control}`. Ends on SIGTERM. Usage: raw_fanout.ts '{"rooms", "size", "events", "frame", "bound"}'
 */
import { Window } from "../window.ts";

interface Plan {
  rooms: number;
  /** Sockets a room. */
  size: number;
  /** Events a room. */
  events: number;
  /** One event as gatz would send it. */
  frame: string;
  bound: number;
}

const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/fanout_engine.ts wrote it
const window = new Window(plan.bound);
const rooms = Array.from({ length: plan.rooms }, () => [] as WebSocket[]);
const full = Promise.withResolvers<void>();
let joined = 0;

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
  const room = Number(new URL(request.url).searchParams.get("room"));
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.addEventListener("open", () => {
    rooms[room]!.push(socket);
    if (++joined === plan.rooms * plan.size) full.resolve();
  });
  return response;
});
console.log(JSON.stringify({ ws: `ws://127.0.0.1:${server.addr.port}/`, control: window.url }));

await window.started;
await full.promise; // a client's socket may be open a moment before the server's
for (let event = 0; event < plan.events; event++) {
  for (const sockets of rooms) {
    for (const socket of sockets) socket.send(plan.frame);
    await window.sent(sockets.length);
  }
}
