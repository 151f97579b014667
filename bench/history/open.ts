import { startServer } from "../environment.ts";
import { absolute, compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median } from "../stats.ts";
import { inTurns } from "../turns.ts";
import { Wire } from "../wire.ts";
import type { History } from "./history.ts";

const PAGE = 50;
const CASES = ["short", "long", "behind"] as const;
/** A page of which each message bears 2,000 reactions shows more than one without any: this bound is ours. */
const REACTED_MS = 250;

interface Page {
  readonly messages: readonly unknown[];
  readonly before: number | null;
}

/**
 * A page of 50 messages, from call to answer: the newest of 100,000 events, and the newest behind 100,000 reactions, against those of 100 events;
 * and the page of the messages that bear these reactions.
 */
export async function openRows(plan: Plan, history: History): Promise<Row[]> {
  await using server = await startServer(history.database);
  const wire = await Wire.open(server.ws, history.viewer.token);
  const read = async (discussion: string, before?: number): Promise<Page> => {
    const page = await wire.call<Page>("query", "messages.byDiscussion", { discussion, before, limit: PAGE });
    if (page.messages.length !== PAGE) throw new Error(`a page of ${page.messages.length}`);
    return page;
  };
  const { before } = await read(history.reacted);
  const cases = {
    short: async () => void await read(history.short),
    long: async () => void await read(history.long),
    behind: async () => void await read(history.reacted),
  };
  // By itself: its garbage would be cleared in the others' time.
  const heavy = { reacted: async () => void await read(history.reacted, before!) };
  const seen = Object.fromEntries([...CASES, "reacted"].map((name) => [name, [] as number[]]));
  await inTurns(cases, 50);
  for (let n = 0; n < plan.repetitions; n++) {
    const took = await inTurns(cases, plan.seconds * 50);
    for (const name of CASES) seen[name]!.push(median(took[name]));
    seen.reacted!.push(median((await inTurns(heavy, plan.seconds * 4)).reacted));
  }
  wire.close();
  const against = { name: "of 100 events", values: seen.short! };
  return [
    compared({ name: "open/100k", unit: "ms", values: seen.long!, against, wanted: { atMost: 1.5 } }),
    compared({
      name: "open/100k behind reactions",
      unit: "ms",
      values: seen.behind!,
      against,
      wanted: { atMost: 1.5 },
    }),
    absolute({ name: "open/100k reactions shown", unit: "ms", values: seen.reacted!, wanted: { atMost: REACTED_MS } }),
  ];
}
