import { runChild } from "./child.ts";
import { type Server, targetOf } from "./environment.ts";
import { absolute, compared, type Row } from "./row.ts";

const LOAD = new URL("./fanout_load.ts", import.meta.url);
const SCENE = { rooms: 20, size: 25, sendersPerRoom: 5, textBytes: 50 };
const LATENCY_MS = 25;

interface Measured {
  deliveriesPerSecond: number;
  ackedPerSecond: number;
  p50: number;
  p99: number;
}

/** `fanout/20x25`: from a member's send to every other member's socket, through the whole server, against the raw broadcast of this run. */
export async function fanoutRoomRows(
  server: Server,
  plan: { repetitions: number; seconds: number; raw: readonly number[] },
): Promise<Row[]> {
  const full: Measured[] = [];
  const half: Measured[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    const measured = await load(server, { seconds: plan.seconds });
    full.push(measured);
    half.push(await load(server, { seconds: plan.seconds, rate: Math.round(measured.ackedPerSecond / 2) }));
  }
  const deliveries = full.map((m) => m.deliveriesPerSecond);
  return [
    compared({
      name: "fanout/20x25",
      unit: "deliveries/s",
      values: deliveries,
      against: { name: "raw", values: plan.raw },
      wanted: { atLeast: 0.5 },
    }),
    absolute({
      name: "fanout/20x25 p99 send-to-deliver at half load",
      unit: "ms",
      values: half.map((m) => m.p99),
      wanted: { atMost: LATENCY_MS },
    }),
  ];
}

function load(server: Server, plan: { seconds: number; rate?: number }): Promise<Measured> {
  return runChild(LOAD, { args: [JSON.stringify({ ...targetOf(server), ...SCENE, ...plan })] });
}
