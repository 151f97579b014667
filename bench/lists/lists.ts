import { idToUuid } from "@gatz/domain";
import { startDatabase, startServer } from "../environment.ts";
import { absolute, compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median, quantile } from "../stats.ts";
import { inTurns } from "../turns.ts";
import { Wire } from "../wire.ts";
import { plainLists } from "./plain.ts";
import { beActive, makeTown, type Town } from "./town.ts";
import type { Database } from "../environment.ts";

/** Of a first page. */
const ROWS = 50;
const WANTED_MS = 30;

interface Page {
  readonly rows: readonly { readonly kind: string; readonly unread: unknown }[];
}

/**
 * The first page of discussions, from call to answer, of who is in 10,000 discussions of which 500 were active a moment ago, and of who is in
 * 100 of these; by a server that has just started, its first calls among those that count. The yardstick asks one schema by one statement.
 */
export async function listRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  const town = await makeTown(database);
  const seen = { busy: [], calm: [], plainBusy: [], plainCalm: [] } as Record<string, number[][]>;
  for (let n = 0; n < plan.repetitions; n++) {
    const took = await measure(database, town, plan);
    for (const [name, times] of Object.entries(took)) seen[name]!.push(times);
  }
  const p99 = (name: string) => seen[name]!.map((times) => quantile(times, 0.99));
  const p50 = (name: string) => seen[name]!.map(median);
  const calm = { name: "a user in 100", values: p99("calm") };
  return [
    absolute({ name: "lists/10000 p99", unit: "ms", values: p99("busy"), wanted: { atMost: WANTED_MS } }),
    compared({ name: "lists/10000 p99", unit: "ms", values: p99("busy"), against: calm, wanted: { atMost: 1.5 } }),
    absolute({ name: "lists/100 p99", unit: "ms", values: calm.values, wanted: { atMost: WANTED_MS } }),
    ...[["busy", "lists/10000", "plainBusy"], ["calm", "lists/100", "plainCalm"]].map(([who, name, plain]) =>
      compared({
        name: `${name} p50`,
        unit: "ms",
        values: p50(who!),
        against: { name: "one statement on one schema", values: p50(plain!) },
        wanted: { atMost: 2 },
      })
    ),
  ];
}

async function measure(database: Database, town: Town, plan: Plan): Promise<Record<string, number[]>> {
  {
    await using server = await startServer(database);
    await beActive(server, town);
  }
  await using server = await startServer(database);
  const [busy, calm] = [await reader(server.ws, town.busy.token), await reader(server.ws, town.calm.token)];
  const times = plan.seconds * 50;
  const took = await inTurns({ busy: busy.page, calm: calm.page }, times);
  for (const { wire } of [busy, calm]) wire.close();
  await using plain = await plainLists(database);
  const plainPage = async (user: string) => {
    const rows = await plain.page(user);
    if (rows !== ROWS) throw new Error(`a page of ${rows}`);
  };
  const [plainBusy, plainCalm] = [idToUuid(town.busy.user), idToUuid(town.calm.user)];
  const yardstick = await inTurns({
    plainBusy: () => plainPage(plainBusy),
    plainCalm: () => plainPage(plainCalm),
  }, times);
  return { ...took, ...yardstick };
}

async function reader(ws: string, token: string) {
  const wire = await Wire.open(ws, token);
  const page = async () => {
    const { rows } = await wire.call<Page>("query", "discussions.byUser", { limit: ROWS });
    const whole = rows.filter(({ kind, unread }) => kind === "discussion" && unread !== null);
    if (whole.length !== ROWS) throw new Error(`a page of ${whole.length}`);
  };
  return { wire, page };
}
