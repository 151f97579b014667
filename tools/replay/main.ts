/** `deno task replay FILE`: plays a chat through the public API with real clients, and judges what comes of it. @module */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { NotAChatTable, parseChat, type ParsedChat } from "./chat/parse.ts";
import { Disagreement } from "./judge/difference.ts";
import { planReplay } from "./plan/day.ts";
import type { ReplayPlan } from "./plan/plan.ts";
import { GaveUp, Refused } from "./play/deliver.ts";
import { startProgress } from "../progress.ts";
import { eventsIn, replay, type ReplayReport } from "./replay.ts";
import { NoServer, startServerProcess } from "./server.ts";

const USAGE = `deno task replay FILE [options]

Plays a chat table (day, line, time, user, reply_to, text) through the public API, then compares what followers hold, the
server's pages, the fold of the log, and the replay's own ledger. Exit code 1: they differ, or something was refused.
A second run adds nothing; a run that was killed is gone on with by the same command.

  --url URL                a server that runs already, in development mode
  --fresh                  a server with a new database, gone afterwards; default: what deno task dev starts
  --seed TEXT              other additions, other ids (default 1)
  --day YYYY-MM-DD         this day only; may be repeated
  --no-long-texts          without the planted texts at the limit of a message's size
  --days-at-once N         (default 10)
  --discussions-at-once N  (default 192)
  --json                   the report as one line of JSON`;

const FLAGS = {
  url: { type: "string" },
  fresh: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  day: { type: "string", multiple: true },
  "no-long-texts": { type: "boolean", default: false },
  "days-at-once": { type: "string", default: "10" },
  "discussions-at-once": { type: "string", default: "192" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;
const SOCKETS = 200;

async function main(): Promise<number> {
  const { values, positionals: [file, ...more] } = parsedArgs();
  if (values.help || file === undefined || more.length > 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const chat = parseChat(await Deno.readTextFile(file));
  const say = values.json ? () => {} : console.log;
  for (const { fileLine, problem } of chat.malformed) console.error(`${file}:${fileLine}: ${problem}; skipped`);
  const plan = planReplay(linesOf(chat, values.day), {
    seed: values.seed,
    source: path.basename(file),
    longTexts: !values["no-long-texts"],
  });
  describe(plan, { chat, say });
  await using server = values.url === undefined ? await startServerProcess({ fresh: values.fresh }) : undefined;
  const url = values.url?.replace(/\/$/, "") ?? server!.url;
  say(`server      ${url}`);
  const progress = startProgress(eventsIn(plan));
  const report = await replay({
    url,
    plan,
    daysAtOnce: positive(values["days-at-once"]),
    discussionsAtOnce: positive(values["discussions-at-once"]),
    sockets: SOCKETS,
    onAck: progress.add,
  }).finally(() => progress.stop());
  if (values.json) console.log(JSON.stringify({ ...report, malformed: chat.malformed.length, equal: true }));
  else conclude(report);
  return 0;
}

/** The command line can't be meant. */
class BadUsage extends Error {
  override readonly name = "BadUsage";
}

function parsedArgs() {
  try {
    return parseArgs({ options: FLAGS, allowPositionals: true });
  } catch (error) {
    if (error instanceof TypeError) throw new BadUsage(`${error.message}\n\n${USAGE}`);
    throw error;
  }
}

function linesOf(chat: ParsedChat, days: readonly string[] | undefined): ParsedChat["lines"] {
  return days === undefined ? chat.lines : chat.lines.filter((line) => days.includes(line.day));
}

function describe(plan: ReplayPlan, { chat, say }: { chat: ParsedChat; say: (line: string) => void }): void {
  const dangling = plan.days.reduce((sum, day) => sum + day.dangling, 0);
  say(`chat        ${chat.lines.length} messages, ${chat.malformed.length} malformed lines skipped`);
  say(`plan        ${plan.days.length} days, ${eventsIn(plan)} events, seed ${plan.seed}`);
  say(`            ${dangling} reply links to lines that are not there`);
}

function conclude(report: ReplayReport): void {
  const { audience } = report;
  const perSecond = Math.round((report.accepted + report.duplicates) / report.seconds);
  console.log(
    [
      `played      ${report.messages} messages by ${report.people} people in ${report.discussions} discussions`,
      `acked       ${report.accepted} events added, ${report.duplicates} there before`,
      `followed    by ${audience.followers} feeds: ${audience.events} events, ${audience.reconnects} reconnections, ` +
      `${audience.repeated} repeated, ${audience.behind} times behind`,
      `compared    ${report.discussionsJudged} discussions with the ledger, ${report.viewsJudged} views with log and feed`,
      `took        ${report.seconds.toFixed(1)} s, ${perSecond} acked/s`,
      "equal",
    ].join("\n"),
  );
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new BadUsage(`${text} is not a number from 1`);
  return number;
}

/** What can be expected to go wrong is said without a stack. */
function isForPeople(error: unknown): error is Error {
  return [Disagreement, Refused, GaveUp, NoServer, NotAChatTable, BadUsage, Deno.errors.NotFound]
    .some((kind) => error instanceof kind);
}

Deno.exit(
  await main().catch((error: unknown) => {
    if (!isForPeople(error)) throw error;
    console.error(error instanceof Disagreement ? `first difference: ${error.message}` : error.message);
    return 1;
  }),
);
