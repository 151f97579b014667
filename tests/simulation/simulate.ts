/** One run from a seed: some people, some nodes, some faults, and in the end the laws. */
import { type GroupId, type Proposal, shardOf, type UserId } from "@gatz/domain";
import { newId } from "../../packages/client/src/new_id.ts";
import { Memory } from "../../packages/client/src/store/memory.ts";
import { within } from "../../apps/server/src/live/pause.ts";
import { App } from "./app.ts";
import { Author } from "./author.ts";
import { Device } from "./device.ts";
import { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import { Line } from "./line.ts";
import { Marker } from "./marker.ts";
import { brokenLaws } from "./laws/laws.ts";
import { quiet } from "./quiet.ts";
import { World, type WorldOptions } from "./world.ts";

export interface Run {
  readonly seed: number;
  /** What it broke; empty if all is well. */
  readonly problems: readonly string[];
  /** The same for runs in which the same happened. */
  readonly trace: string;
  readonly history: History;
  /** Timers that fired, and milliseconds of virtual time. */
  readonly events: number;
  readonly ms: number;
}

const QUIET_MS = 60_000;
/** A wish that the server was told of is shown for so long, and what lists ask for comes. */
const LISTEN_MS = 9_000;

export interface RunOptions extends Omit<WorldOptions, "seed"> {
  /** Nobody has an app: another, and much cheaper, history of the seed, which no change of the client alters. Default: some have. */
  readonly hasApps?: boolean;
}

export async function simulate(seed: number, { hasApps = true, ...options }: RunOptions = {}): Promise<Run> {
  const world = new World({ seed, ...options });
  const { time, history } = world;
  const problems: string[] = [];
  try {
    await time.run(() => live(world, { hasApps }));
    problems.push(...history.breaches, ...brokenLaws(history));
  } catch (error) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  return { seed, problems, trace: world.traceHash(), history, events: time.fired, ms: time.now };
}

async function live(world: World, { hasApps }: { readonly hasApps: boolean }): Promise<void> {
  const { chance, time, history } = world;
  await Promise.all(world.nodes.map((_, n) => world.startNode(n)));
  for (let n = chance.whole(2, 4); n > 0; n--) world.users.push(newId("user", chance.of(world.shards)));
  const lines = world.users.flatMap((user, n) =>
    Array.from({ length: chance.happens(0.2) ? 2 : 1 }, (_, d) => new Line(world, user, `line ${n} ${d}`))
  );
  const apps = hasApps ? appsOf(world) : [];
  const devices = lines.map((line) => new Device(world, line));
  const running = [...lines, ...apps.map(({ line }) => line)].map((line) => line.run());
  const authors = world.users.map((user) => new Author(world, lines.find((line) => line.user === user)!));
  await settle(world, authors);
  const faults = chance.happens(0.9)
    ? new Faults(world, [...lines, ...apps.map(({ line }) => line)]).run()
    : Promise.resolve();
  const markers = devices.map((device, n) => new Marker(world, device, `marker ${n}`));
  const acting = [...authors, ...apps, ...markers].map((one) => one.run());
  await time.sleep(chance.between(300, 2_500));
  world.phase = "healing";
  world.note("all is well again");
  await faults;
  for (const server of world.servers) server.letClockCatchUp();
  const isAnswered = await within(QUIET_MS, Promise.all(acting).then(() => true));
  if (isAnswered === null) world.breach(`[LOG4] drafts without an outcome, ${QUIET_MS} ms after all was well again`);
  await quiet(world, { devices, apps, withinMs: QUIET_MS });
  await Promise.all(markers.map((marker) => marker.last()));
  await quiet(world, { devices, apps, withinMs: QUIET_MS });
  // What an app shows of what has just become quiet may be on its way.
  await time.sleep(LISTEN_MS);
  history.apps.push({ k: "calm", t: time.now });
  for (const what of ["rest", "tell"] as const) await Promise.all(apps.map((app) => app.do({ do: what })));
  history.appsAtEnd = apps.flatMap(({ name }) => name ?? []);
  history.devices = devices.map((device) => device.record());
  for (const app of apps) app.end();
  world.phase = "over";
  await Promise.all(world.running.map((node) => node.stop()));
  await Promise.all(running);
  world.recordShards();
}

/** Some have apps, one or two on a store. */
function appsOf(world: World): App[] {
  const { chance, users } = world;
  return users.filter(() => chance.happens(0.4)).flatMap((user, n) => {
    const [memory, storeName] = [new Memory(), `store ${n}`];
    return Array.from({ length: chance.happens(0.3) ? 2 : 1 }, (_, tab) => {
      const name = `app ${n}.${tab}`;
      return new App(world, new Line(world, user, `line of ${name}`), { name, memory, storeName });
    });
  });
}

/** Everybody registers; there is a group of them all, and a talk. */
async function settle({ users, groups, talks }: World, authors: readonly Author[]): Promise<void> {
  await Promise.all(users.map((user, n) => authors[n]!.insist(register(user, n)))); // one for each
  const [owner, ...others] = users as [UserId, ...UserId[]]; // there are some
  const group: GroupId = newId("grp", shardOf(owner));
  groups.push(group);
  await authors[0]!.insist(made(owner, { stream: group, type: "create", body: { name: "All", members: others } }));
  const talk = newId("disc", shardOf(owner));
  const body = { group, name: "Talk", members: others };
  await authors[0]!.insist(made(owner, { stream: talk, type: "create", body }));
  talks.push({ id: talk, group, by: owner, mayBeJoined: false });
}

function register(user: UserId, n: number): Proposal {
  return made(user, { stream: user, type: "register", body: { handle: `user_${n}`, name: `User ${n}` } });
}

function made(actor: UserId, draft: Pick<Proposal, "stream" | "type" | "body">): Proposal {
  // The shapes are those of the domain's own schema; storage does not check them.
  return { ...draft, id: newId("evt", shardOf(draft.stream)), version: 1, actor } as Proposal;
}
