/** One run: an installation, people who use it, faults, calm, and the judgement of all that was written down. @module */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { installGuard } from "../../packages/storage/src/postgres/guard.ts";
import { chanceFrom } from "../replay/plan/random.ts";
import { type AppKind, AppPerson } from "./app/app_person.ts";
import { check } from "./check/check.ts";
import type { FinalLog } from "./check/final_log.ts";
import { readFinalLog } from "./check/read_final_log.ts";
import type { Violations } from "./check/violation.ts";
import { Person } from "./client/person.ts";
import { Town } from "./client/town.ts";
import type { Fault } from "./faults/fault.ts";
import { storm } from "./faults/plan.ts";
import { History, readHistory } from "./history/history.ts";
import { type Installation, startInstallation, toolEnvironment } from "./installation/installation.ts";
import { settle } from "./settle.ts";

export interface TortureOptions {
  readonly seed: string;
  /** How long faults are made. */
  readonly stormMs: number;
  /** Those wanted; who can't be made on this machine is left out, openly. */
  readonly faults: readonly Fault[];
  /** How many gatz servers, and how many PostgreSQL servers. */
  readonly servers: number;
  readonly databases: number;
  readonly people: number;
  /** How many more use apps on gatz's own client. */
  readonly appPeople: number;
  /** An empty folder. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Ends the run wherever it is, with nothing left behind. */
  readonly interrupted?: Promise<void>;
}

/** Somebody asked for the end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface TortureRun extends AsyncDisposable {
  /** How often each fault was made; and why others were not. */
  readonly made: ReadonlyMap<string, number>;
  readonly left: ReadonlyMap<string, string>;
  readonly historyFile: string;
  readonly installation: Installation;
  /** The final log, as it is now. */
  readLog(): Promise<FinalLog>;
  /** Judges the history by a log. */
  judge(log: FinalLog): Promise<Violations>;
  /** `deno task verify`, on the run's database. */
  verify(): Promise<{ readonly code: number; readonly said: string }>;
}

const THINK_MS = 150;
const DISK_MB = 1_500;

/** Resolves once the storm is over and the people have come to rest. Its installation runs on until it is disposed of. */
export async function torture(options: TortureOptions): Promise<TortureRun> {
  const { folder } = options;
  installGuard();
  // PostgreSQL may run under another account, which has to pass through here.
  await Deno.chmod(folder, 0o755);
  await using parts = new AsyncDisposableStack();
  const historyFile = path.join(folder, "history.ndjson");
  const history = new History(historyFile);
  parts.defer(() => history.close());
  const installation = parts.use(
    await startInstallation({
      ...{ folder, databases: options.databases, nodes: options.servers, diskMb: DISK_MB },
      onDeath: (what) => history.note({ k: "death", what }),
      onHung: (what) => history.note({ k: "hung", what }),
    }),
  );
  const left = new Map(options.faults.flatMap((fault) => {
    const why = fault.impossible?.(installation);
    return why === undefined ? [] : [[fault.name, why] as const];
  }));
  const faults = options.faults.filter(({ name }) => !left.has(name));
  const lived = live({ ...options, faults }, { installation, history });
  const { people, appPeople, made } = await Promise.race([lived, interruption(options)]);
  parts.defer(async () => void await Promise.all([...people, ...appPeople].map((person) => person.end())));
  history.flush();
  const running = parts.move();
  return {
    ...{ made, left, historyFile, installation },
    readLog: () => readFinalLog(installation),
    judge: (log) => check(() => readHistory(historyFile), log),
    verify: () => verify(installation),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function interruption({ interrupted = new Promise<void>(() => {}) }: TortureOptions): Promise<never> {
  await interrupted;
  throw new Interrupted("interrupted");
}

interface Place {
  readonly installation: Installation;
  readonly history: History;
}

interface Lived extends Gathered {
  readonly made: ReadonlyMap<string, number>;
}

/** From the first sign-in to the last read. */
async function live(options: TortureOptions, place: Place): Promise<Lived> {
  const { seed, say, faults, servers, databases, stormMs } = options;
  const { installation } = place;
  const { people, appPeople } = await gather(options, place);
  say(
    `${people.length} people, ${appPeople.length} with apps, ${servers} servers, ${databases} databases; seed ${seed}`,
  );
  const living = [...people, ...appPeople].map((person) => person.live());
  const made = await storm({ ...place, seed, faults, say, signal: AbortSignal.timeout(stormMs) });
  say("calm");
  for (const person of [...people, ...appPeople]) person.stop();
  for (const node of installation.nodes) await node.ready({ whole: true });
  await settle({ people, appPeople, living, ...place });
  return { people, appPeople, made };
}

interface Gathered {
  readonly people: readonly Person[];
  readonly appPeople: readonly AppPerson[];
}

const APP_KINDS: readonly AppKind[] = ["disk", "shared", "memory"];

async function gather(options: TortureOptions, { installation, history }: Place): Promise<Gathered> {
  const { seed, folder, faults } = options;
  const town = new Town({ hasTrueClocks: faults.every(({ name }) => name !== "jumping-clock") });
  let ops = 0;
  const common = (handle: string) => ({
    ...{ handle, seed, history, town, thinkMs: THINK_MS },
    nodes: installation.nodes.map((node) => node.url),
    chance: chanceFrom(seed, handle),
    nextOp: () => ++ops,
  });
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => common(`${name}_${String(i).padStart(2, "0")}`));
  const people = named("person", options.people).map((one) => new Person(one));
  const appPeople = named("app_person", options.appPeople).map((one, i) =>
    new AppPerson({ ...one, folder, kind: APP_KINDS[i % APP_KINDS.length]! })
  );
  for (const person of people) await person.begin();
  await Promise.all(appPeople.map((person) => person.begin()));
  return { people, appPeople };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function verify(installation: Installation): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "verify"],
    cwd: ROOT,
    env: toolEnvironment(installation),
    stdin: "null",
  }).output();
  const [said, problems] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { code, said: code === 0 ? said! : `${said}\n${problems}` };
}
