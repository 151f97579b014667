import { absolute, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { startTask } from "./task.ts";

/** `deno task dev` in an empty data folder, and again in the same: from the command to the line that says it is ready. The npm packages are there. */
export async function devStartRows(plan: Plan): Promise<Row[]> {
  const first: number[] = [];
  const second: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    const data = await Deno.makeTempDir({ prefix: "gatz-bench-" });
    await Deno.chmod(data, 0o755); // PostgreSQL may run under another account, which has to pass through here
    try {
      first.push(await secondsToReady(data));
      second.push(await secondsToReady(data));
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  }
  return [
    absolute({ name: "dev first start", unit: "s", values: first, wanted: { atMost: 10 } }),
    absolute({ name: "dev second start", unit: "s", values: second, wanted: { atMost: 3 } }),
  ];
}

async function secondsToReady(data: string): Promise<number> {
  const from = performance.now();
  await using dev = startTask("dev", { env: { GATZ_DATA: `${data}/gatz`, GATZ_PORT: "0" } });
  await dev.printed("ready in");
  return (performance.now() - from) / 1_000;
}
