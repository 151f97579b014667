/** A replica on a scripted server, with virtual time. @module */
import type { StreamId } from "@gatz/domain";
import { isTrouble } from "../src/server/contract.ts";
import { memoryStore } from "../src/store/memory.ts";
import type { Store } from "../src/store/contract.ts";
import type { ListsPart } from "../src/sync/contract.ts";
import type { Held } from "../src/sync/held.ts";
import type { StoreBounds } from "../src/sync/eviction.ts";
import { Replica } from "../src/sync/replica.ts";
import { discussionOn, ScriptedServer } from "./scripted_server.ts";
import { VirtualTime } from "./virtual_time.ts";

export const TEA = discussionOn(3);
export const COFFEE = discussionOn(4);

export interface Client {
  readonly replica: Replica<ListsPart, Arrivals>;
  readonly server: ScriptedServer;
  readonly store: Store;
  readonly time: VirtualTime;
  readonly outbox: Arrivals;
  readonly bounds?: StoreBounds;
}

/** What the outbox was told. */
export class Arrivals {
  readonly told: string[] = [];
  readonly connections: boolean[] = [];
  arrived = (stream: StreamId, head: number) => void this.told.push(`${stream} ${head}`);
  caughtUp = () => {};
  incarnation = () => {};
  connected = (connected: boolean) => void this.connections.push(connected);
}

/** Lists that hold nothing but heads, and begin where the server's page says. */
const emptyLists = (server: ScriptedServer, known: ListsPart["known"] = () => undefined): ListsPart => ({
  load: () => Promise.resolve(),
  begin: async () => {
    const page = await server.discussions();
    return isTrouble(page) ? page : { incarnation: page.incarnation, cursor: page.asOf };
  },
  known,
  isSettled: true,
  take: () => {},
  connected: () => {},
  drain: () => [],
  reset: () => {},
  close: () => {},
});

interface ListsStaged {
  readonly known?: ListsPart["known"];
  /** Given what lists call when asking has brought something. */
  readonly onLists?: (onChange: () => void) => void;
  /** Of lists, instead of nothing. */
  readonly take?: ListsPart["take"];
  /** Default: a bug is the test's. */
  readonly onBug?: (bug: unknown) => void;
}

function thrown(bug: unknown): never {
  throw bug;
}

export async function start(
  { known, onLists, take = () => {}, onBug = thrown, ...parts }: Partial<Omit<Client, "replica">> & ListsStaged = {},
): Promise<Client> {
  const { server = new ScriptedServer(), store = memoryStore(), time = new VirtualTime(), ...rest } = parts;
  const { outbox = new Arrivals() } = parts;
  const lists = ({ onChange }: { readonly onChange: () => void }) => {
    onLists?.(onChange);
    return { ...emptyLists(server, known), take };
  };
  const replica = new Replica({ ...rest, server, store, timing: time, outbox: () => outbox, lists, onBug });
  await replica.start();
  await time.settle();
  return { replica, server, store, time, outbox };
}

/** A client that is current, with one discussion open whose head is at 3. */
export async function streaming(
  parts: Parameters<typeof start>[0] = {},
): Promise<Client & { readonly tea: Held }> {
  const client = await start(parts);
  client.server.live();
  for (const stream of [TEA, COFFEE]) {
    client.server.create(stream);
    for (const text of ["a", "b"]) client.server.say(stream, text);
  }
  const tea = client.replica.hold(TEA);
  await client.time.pass(1_000);
  return { ...client, tea };
}

export const kind = ({ replica }: Client) => replica.status.snapshot().kind;
export const head = (held: Held) => held.view.snapshot()?.held.head;
export const texts = (held: Held) =>
  (held.view.snapshot()?.held.messages ?? []).map((message) => message.kind === "live" ? message.text : "deleted");
export const stored = async ({ store }: Client, stream: StreamId) =>
  (await store.list("events")).filter(({ key }) => key.startsWith(stream)).map(({ key }) => Number(key.slice(-10)));
export const place = async ({ store }: Client) => await store.get("meta", "place");
