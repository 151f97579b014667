/** An app that is started on what it has stored, until it shows it, and until that is current. @module */
import { createGatz, type DiscussionList } from "@gatz/client";
import { sqliteStore } from "@gatz/client/sqlite";
import type { DiscussionId } from "@gatz/domain";
import { type Server, settled, SHARDS, startDatabase, startServer } from "../environment.ts";
import { accepted, freshId, makeDiscussion, makeRoom, type Person, type Room, signUp } from "../rooms.ts";
import { absolute, compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median } from "../stats.ts";
import { Wire } from "../wire.ts";
import { oneCall, startStock } from "../yardsticks/stock_client.ts";
import { farLink } from "./far_link.ts";

const DISCUSSIONS = 1_000;
const FEW = 10;
/** In so many something is said while the app is closed. */
const CHANGED = 3;
const FAR_MS = 50;
/** People take what is there within this for there at once. */
const AT_ONCE_MS = 100;
const PATIENCE_MS = 60_000;

interface Scene {
  readonly server: Server;
  readonly busy: App;
  readonly calm: App;
  readonly rooms: readonly Room[];
}

/** Somebody, and the file of their app. */
interface App {
  readonly person: Person;
  readonly path: string;
  readonly discussions: number;
}

interface Start {
  /** Milliseconds from opening the store: until the list is shown, and until it is live and shows what was said meanwhile. */
  readonly list: number;
  readonly current: number;
}

type Taken = Record<"busy" | "calm" | "stockBusy" | "stockCalm" | "call", Start[]>;

/**
 * Who is in 1,000 discussions, against who is in 10 of these. In the same three something was said meanwhile. Then both from 50 ms away:
 * there the yardstick is a connection and one call. The other yardstick is tRPC's own client: a page of the list, and the feed from there.
 */
export async function coldStartRows(plan: Plan): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-bench-apps-" });
  try {
    await using database = await startDatabase();
    await using server = await startServer(database);
    const scene = await makeScene(server, folder);
    await settled(database);
    for (const app of [scene.busy, scene.calm]) await fill(server.http, app);
    await taken(scene, { url: server.http, times: 2 });
    const near = await repeated(plan, () => taken(scene, { url: server.http, times: plan.seconds * 3 }));
    await using link = farLink({ port: Number(new URL(server.http).port) }, FAR_MS);
    const far = await repeated(plan, () => taken(scene, { url: `http://127.0.0.1:${link.port}`, times: plan.seconds }));
    return [...nearRows(near), ...farRows(far)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function repeated(plan: Plan, measure: () => Promise<Taken>): Promise<Taken[]> {
  const all: Taken[] = [];
  for (let n = 0; n < plan.repetitions; n++) all.push(await measure());
  return all;
}

function nearRows(taken: readonly Taken[]): Row[] {
  const values = (who: keyof Taken, what: keyof Start) =>
    taken.map((one) => median(one[who].map((start) => start[what])));
  const [name, unit] = [`client/cold-start/${DISCUSSIONS}`, "ms"];
  return [
    absolute({ name: `${name} list`, unit, values: values("busy", "list"), wanted: { atMost: AT_ONCE_MS } }),
    compared({
      ...{ name: `${name} list`, unit, values: values("busy", "list") },
      against: { name: "a page by tRPC's client", values: values("stockBusy", "list") },
      wanted: { atMost: 1 },
    }),
    compared({
      ...{ name: `${name} current`, unit, values: values("busy", "current") },
      against: { name: "page and feed by tRPC's client", values: values("stockBusy", "current") },
      wanted: { atMost: 1.5 },
    }),
    compared({
      ...{ name: `${name} current`, unit, values: values("busy", "current") },
      against: { name: `a user in ${FEW}`, values: values("calm", "current") },
      wanted: { atMost: 2 },
    }),
  ];
}

function farRows(taken: readonly Taken[]): Row[] {
  const values = (who: keyof Taken) => taken.map((one) => median(one[who].map(({ current }) => current)));
  return ([["busy", DISCUSSIONS], ["calm", FEW]] as const).map(([who, many]) =>
    compared({
      ...{ name: `client/cold-start/${many} current, ${FAR_MS} ms away`, unit: "ms", values: values(who) },
      against: { name: "a connection and one call", values: values("call") },
      // With another round trip it would be 1.5 and more.
      wanted: { atMost: 1.25 },
    })
  );
}

async function makeScene(server: Server, folder: string): Promise<Scene> {
  const { http, ws } = server;
  const [busy, calm] = await Promise.all([signUp(http, 1), signUp(http, 1)]);
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const rooms = await Promise.all(
    shards.slice(-FEW).map(async (shard) => await makeRoom(ws, [await signUp(http, shard), busy, calm])),
  );
  const more = DISCUSSIONS - FEW;
  await Promise.all(shards.map(async (shard) => {
    const own = Math.floor(more / SHARDS) + (shard < more % SHARDS ? 1 : 0);
    const room = await makeRoom(ws, [await signUp(http, shard), busy]);
    for (let n = 1; n < own; n++) await makeDiscussion(ws, room);
  }));
  return {
    ...{ server, rooms },
    busy: { person: busy, path: `${folder}/busy.db`, discussions: DISCUSSIONS },
    calm: { person: calm, path: `${folder}/calm.db`, discussions: FEW },
  };
}

/** The first start of all, after which the whole list is stored, and what a start needs to go on from it. */
async function fill(url: string, { person: { token }, path, discussions }: App): Promise<void> {
  const gatz = await createGatz({ url, auth: token, store: await sqliteStore({ path }) });
  await gatz.ready();
  await shown(gatz.discussions, ({ isWhole, rows }) => isWhole && rows.length === discussions);
  await shown(gatz.status, ({ kind }) => kind === "live");
  await gatz.close();
}

/** Everybody starts in turn, each time after something was said. */
async function taken(scene: Scene, { url, times }: { url: string; times: number }): Promise<Taken> {
  const taken: Taken = { busy: [], calm: [], stockBusy: [], stockCalm: [], call: [] };
  const speakers = await Promise.all(
    scene.rooms.slice(0, CHANGED).map(async (room) => ({
      room,
      wire: await Wire.open(scene.server.ws, room.people[0]!.token),
    })),
  );
  const ws = `${url.replace("http", "ws")}/trpc`;
  for (let n = 0; n < times; n++) {
    const heads = new Map(await Promise.all(speakers.map(({ room, wire }) => say(room, wire))));
    for (const who of ["busy", "calm"] as const) taken[who].push(await start(url, scene[who], heads));
    for (const [who, { person }] of [["stockBusy", scene.busy], ["stockCalm", scene.calm]] as const) {
      const stock = await startStock({ ws, token: person.token });
      if (!isCurrent(stock.heads, heads)) throw new Error("the page is not the newest");
      taken[who].push(stock);
    }
    const call = await oneCall({ ws, token: scene.calm.person.token });
    taken.call.push({ list: call, current: call });
  }
  for (const { wire } of speakers) wire.close();
  return taken;
}

async function say({ discussion, shard }: Room, wire: Wire): Promise<[DiscussionId, number]> {
  const input = { id: freshId("msg", shard), discussion, text: "while you were away" };
  const answer = await wire.call<{ outcome: { kind: string; seq: number } }>("mutation", "messages.send", input);
  accepted(answer);
  return [discussion, answer.outcome.seq];
}

async function start(
  url: string,
  { person: { token }, path, discussions }: App,
  heads: ReadonlyMap<DiscussionId, number>,
): Promise<Start> {
  const from = performance.now();
  const gatz = await createGatz({ url, auth: token, store: await sqliteStore({ path }) });
  const first = await shown(gatz.discussions, ({ rows }) => rows.length > 0);
  const list = performance.now() - from;
  if (first.rows.length !== discussions) throw new Error(`a list of ${first.rows.length}`);
  await shown(gatz.status, ({ kind }) => kind === "live");
  await shown(gatz.discussions, (now) => isCurrent(headsOf(now), heads));
  const current = performance.now() - from;
  await gatz.close();
  return { list, current };
}

function headsOf({ rows }: DiscussionList): Map<DiscussionId, number> {
  return new Map(rows.flatMap((row) => row.kind === "discussion" ? [[row.id, row.head] as const] : []));
}

function isCurrent(held: ReadonlyMap<DiscussionId, number>, heads: ReadonlyMap<DiscussionId, number>): boolean {
  return [...heads].every(([discussion, head]) => (held.get(discussion) ?? 0) >= head);
}

interface Shown<T> {
  readonly snapshot: () => T;
  readonly subscribe: (listener: () => void) => () => void;
}

/** What is shown as soon as it is as wanted. */
async function shown<T>({ snapshot, subscribe }: Shown<T>, isWanted: (value: T) => boolean): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const look = () => isWanted(snapshot()) && resolve(snapshot());
  const unsubscribe = subscribe(look);
  const patience = setTimeout(
    () => reject(new Error(`it never was: ${JSON.stringify(snapshot()).slice(0, 200)}`)),
    PATIENCE_MS,
  );
  look();
  try {
    return await promise;
  } finally {
    clearTimeout(patience);
    unsubscribe();
  }
}
