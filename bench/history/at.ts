import { startServer } from "../environment.ts";
import { absolute, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { quantile } from "../stats.ts";
import { Wire } from "../wire.ts";
import type { History } from "./history.ts";

const LONG = 100_000;
const WANTED = { atMost: 200 };

/** The long discussion, and a page of it, as they were at seqs from all over it: p99 from call to answer (TIME1). */
export async function atRows(plan: Plan, history: History): Promise<Row[]> {
  await using server = await startServer(history.database);
  const wire = await Wire.open(server.ws, history.viewer.token);
  const p99 = async (procedure: "messages.at" | "discussions.at", times: number) => {
    const took: number[] = [];
    for (let n = 1; n <= times; n++) {
      // Late ones too: those have most before them.
      const seq = Math.round((LONG * n) / times);
      const from = performance.now();
      await wire.call("query", procedure, { discussion: history.long, seq });
      took.push(performance.now() - from);
    }
    return quantile(took, 0.99);
  };
  const messages: number[] = [];
  const discussions: number[] = [];
  await p99("messages.at", 20);
  for (let n = 0; n < plan.repetitions; n++) {
    messages.push(await p99("messages.at", plan.seconds * 20));
    discussions.push(await p99("discussions.at", plan.seconds * 20));
  }
  wire.close();
  return [
    absolute({ name: "at/100k messages p99", unit: "ms", values: messages, wanted: WANTED }),
    absolute({ name: "at/100k discussion p99", unit: "ms", values: discussions, wanted: WANTED }),
  ];
}
