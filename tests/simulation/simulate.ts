/** One run from a seed: some people, some nodes, some faults, and in the end the laws. */
import { type GroupId, type Proposal, shardOf, type UserId } from "@gatz/domain";
import { newId } from "../../packages/client/src/new_id.ts";
import { within } from "../../apps/server/src/live/pause.ts";
import { Author } from "./author.ts";
import { Device } from "./device.ts";
import { Faults } from "./faults.ts";
import type { History } from "./history.ts";
import { Line } from "./line.ts";
import { Marker } from "./marker.ts";
import { Reader } from "./replica.ts";
import { brokenLaws } from "./laws/laws.ts";
import { quiet } from "./quiet.ts";
import { World } from "./world.ts";

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

export async function simulate(seed: number, tell?: (line: string) => void): Promise<Run> {
  const world = new World({ seed, tell });
  const { time, history } = world;
  const problems: string[] = [];
  try {
    await time.run(() => live(world));
    problems.push(...history.breaches, ...brokenLaws(history));
  } catch (error) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  return { seed, problems, trace: world.traceHash(), history, events: time.fired, ms: time.now };
}

async function live(world: World): Promise<void> {
  const { chance, time, history } = world;
  await Promise.all(world.nodes.map((_, n) => world.startNode(n)));
  for (let n = chance.whole(2, 4); n > 0; n--) world.users.push(newId("user", chance.of(world.shards)));
  const lines = world.users.flatMap((user, n) =>
    Array.from({ length: chance.happens(0.2) ? 2 : 1 }, (_, d) => new Line(world, user, `line ${n} ${d}`))
  );
  const devices = lines.map((line) => new Device(world, line));
  const running = lines.map((line) => line.run());
  const authors = world.users.map((user) => new Author(world, lines.find((line) => line.user === user)!));
  await settle(world, authors);
  const readers = lines.filter(() => chance.happens(0.3)).map((line) => new Reader(world, line, world.talks[0]!.id));
  const faults = chance.happens(0.9) ? new Faults(world, lines).run() : Promise.resolve();
  const markers = devices.map((device, n) => new Marker(world, device, `marker ${n}`));
  const acting = [...authors, ...readers, ...markers].map((one) => one.run());
  await time.sleep(chance.between(300, 2_500));
  world.phase = "healing";
  world.note("all is well again");
  await faults;
  const isAnswered = await within(QUIET_MS, Promise.all(acting).then(() => true));
  if (isAnswered === null) world.breach(`[LOG4] drafts without an outcome, ${QUIET_MS} ms after all was well again`);
  await quiet(world, { devices, readers, withinMs: QUIET_MS });
  history.devices = devices.map((device) => device.record());
  history.replicas = readers.map((reader) => reader.record());
  for (const reader of readers) reader.close();
  world.phase = "over";
  await Promise.all(world.running.map((node) => node.stop()));
  await Promise.all(running);
  world.recordShards();
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
