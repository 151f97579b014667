import { EMOJI } from "./emoji.ts";
import { startDatabase, startServer } from "./environment.ts";
import { accepted, freshId, makeRooms, type Room } from "./rooms.ts";
import { compared, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { median } from "./stats.ts";
import { inTurns } from "./turns.ts";
import { Wire } from "./wire.ts";

const PEOPLE = 100;
/** 100 people with 20 emoji each make 2,000 reactions. */
const ALL = PEOPLE * EMOJI.length;

/** The 2,000th reaction on a message, against the first on another: from call to ack, each taken back before it is made again. */
export async function reactionRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const [room] = await makeRooms(server, { rooms: 1, size: PEOPLE });
  const wires = await Promise.all(room!.people.map(({ token }) => Wire.open(server.ws, token)));
  const last = wires.at(-1)!;
  const [bare, full] = [await sendOne(last, room!), await sendOne(last, room!)];
  await crowd(wires, { room: room!, target: full, leaveOut: 1 });
  const first: number[] = [];
  const nth: number[] = [];
  await measure(last, { room: room!, bare, full, times: 200 });
  for (let n = 0; n < plan.repetitions; n++) {
    const took = await measure(last, { room: room!, bare, full, times: plan.seconds * 50 });
    first.push(median(took.first));
    nth.push(median(took.nth));
  }
  for (const wire of wires) wire.close();
  return [
    compared({
      name: `reactions/${ALL}th`,
      unit: "ms",
      values: nth,
      against: { name: "the first", values: first },
      wanted: { atMost: 2 },
    }),
  ];
}

async function sendOne(wire: Wire, { shard, discussion }: Room): Promise<string> {
  const id = freshId("msg", shard);
  accepted(await wire.call("mutation", "messages.send", { id, discussion, text: "what do you think?" }));
  return id;
}

/** Everybody puts every emoji on a message, but for the last few of the last person's. */
async function crowd(
  wires: readonly Wire[],
  { room: { shard, discussion }, target, leaveOut }: { room: Room; target: string; leaveOut: number },
): Promise<void> {
  for (const [n, wire] of wires.entries()) {
    const emoji = n === wires.length - 1 ? EMOJI.slice(0, -leaveOut) : EMOJI;
    const drafts = emoji.map((emoji) => ({
      stream: discussion,
      id: freshId("evt", shard),
      type: "react-to-message",
      version: 1,
      body: { target, emoji, on: true },
    }));
    accepted(await wire.call("mutation", "log.offer", { stream: discussion, drafts }));
  }
}

async function measure(
  wire: Wire,
  { room: { shard, discussion }, bare, full, times }: { room: Room; bare: string; full: string; times: number },
): Promise<{ first: number[]; nth: number[] }> {
  const react = async (target: string, on: boolean) => {
    const input = { id: freshId("evt", shard), discussion, target, emoji: EMOJI.at(-1)!, on };
    accepted(await wire.call("mutation", "messages.react", input));
  };
  const { first, nth } = await inTurns({
    first: () => react(bare, true),
    firstBack: () => react(bare, false),
    nth: () => react(full, true),
    nthBack: () => react(full, false),
  }, times);
  return { first, nth };
}
