import { runChild } from "./child.ts";
import { startDatabase, startServer } from "./environment.ts";
import { replayChat } from "./chat.ts";
import { absolute, type Row } from "./row.ts";
import type { Plan } from "./section.ts";

const FOLD = new URL("./fold_load.ts", import.meta.url);

/** The sample chat, replayed and read back from the log: how fast its events fold, on one thread. */
export async function foldRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  {
    await using server = await startServer(database);
    await replayChat(server, { seeds: 1 });
  }
  const values: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    const args = [JSON.stringify({ seconds: plan.seconds })];
    values.push((await runChild<{ perSecond: number }>(FOLD, { args, env: database.env })).perSecond);
  }
  return [absolute({ name: "fold", unit: "events/s", values, wanted: { atLeast: 500_000 } })];
}
