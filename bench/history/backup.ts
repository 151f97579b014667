import { startDatabase } from "../environment.ts";
import { absolute, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { runTask } from "../task.ts";
import { type History, sizeOf } from "./history.ts";

/**
 * `deno task backup` of the big log to a file, and `deno task restore` of that into an empty database: events a second, from the command to the
 * prompt.
 */
export async function backupRows(plan: Plan, { database, events }: History): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-bench-" });
  try {
    const file = `${folder}/backup`;
    const backups: number[] = [];
    const restores: number[] = [];
    for (let n = 0; n < plan.repetitions; n++) {
      backups.push(events / await runTask("backup", { env: database.env, args: [`${file}-${n}`] }));
    }
    for (let n = 0; n < plan.restores; n++) {
      await using empty = await startDatabase();
      const env = { ...database.env, DATABASE_URL: empty.url };
      restores.push(events / await runTask("restore", { env, args: [`${file}-0`] }));
    }
    const size = sizeOf(events);
    return [
      absolute({ name: `backup/${size}`, unit: "events/s", values: backups, wanted: { atLeast: 100_000 } }),
      absolute({ name: `restore/${size}`, unit: "events/s", values: restores, wanted: { atLeast: 20_000 } }),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
