import { runChild, startChild } from "./child.ts";
import { startDatabase } from "./environment.ts";
import { compared, type Row } from "./row.ts";

const RAW_SERVER = new URL("./yardsticks/raw_fanout.ts", import.meta.url);
const RAW_RECEIVERS = new URL("./raw_receivers.ts", import.meta.url);
const SERVER = new URL("./fanout_server.ts", import.meta.url);
const RECEIVERS = new URL("./fanout_receivers.ts", import.meta.url);
const SCENE = { rooms: 20, size: 25, textBytes: 70 };
/** Deliveries under way at most: 32 for each of the 500 sockets; were they all one room's, its feeds' queues would still hold them. */
const BOUND = SCENE.rooms * SCENE.size * 32;
const FRAME_EVENTS = 16;

/** `fanout/engine`, and the raw rates that were measured beside it: deliveries a second. */
export async function fanoutEngineRows(
  plan: { repetitions: number; events: number },
): Promise<{ rows: Row[]; raw: readonly number[] }> {
  const raw: number[] = [];
  const engine: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    raw.push(await rawBroadcast(plan.events));
    engine.push(await engineBroadcast(plan.events));
  }
  const row = compared({
    name: "fanout/engine",
    unit: "deliveries/s",
    values: engine,
    against: { name: "raw", values: raw },
    wanted: { atLeast: 1 },
  });
  return { rows: [row], raw };
}

async function rawBroadcast(events: number): Promise<number> {
  const plan = { ...SCENE, events, bound: BOUND, frame: oneEventFrame() };
  await using server = await startChild<{ ws: string; control: string }>(RAW_SERVER, { args: [JSON.stringify(plan)] });
  const { perSecond } = await runChild<{ perSecond: number }>(RAW_RECEIVERS, {
    args: [JSON.stringify({ ...server.ready, ...SCENE, events })],
  });
  return perSecond;
}

async function engineBroadcast(events: number): Promise<number> {
  await using database = await startDatabase();
  await using server = await startChild<{ ws: string; control: string; rooms: string[][] }>(SERVER, {
    args: [JSON.stringify({ ...SCENE, events, bound: BOUND, frameEvents: FRAME_EVENTS })],
    env: database.env,
  });
  const { perSecond } = await runChild<{ perSecond: number }>(RECEIVERS, {
    args: [JSON.stringify({ ...server.ready, events })],
  });
  return perSecond;
}

/** One event as a feed of gatz sends it, in its envelope. */
function oneEventFrame(): string {
  const id = "01jhfw0000e0080000000000aa";
  const event = {
    stream: `disc_${id}`,
    id: `msg_${id}`,
    type: "new-message",
    version: 1,
    body: { text: "x".repeat(SCENE.textBytes), mentions: [], attachments: [] },
    actor: `user_${id}`,
    seq: 1234,
    at: 1_765_432_109_876,
    decided: {},
  };
  const cursor = "A".repeat(24);
  const data = { json: { id: cursor, data: { items: [{ type: "event", event }] } } };
  return JSON.stringify({ id: 1, jsonrpc: "2.0", result: { type: "data", id: cursor, data } });
}
