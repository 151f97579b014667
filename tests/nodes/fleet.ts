/** Nodes as processes of their own on one database, run by the entry point of production; and people who talk through them. @module */
import { strict as assert } from "node:assert";
import type { DiscussionId, GroupId, ShardNumber, StreamId } from "@gatz/domain";
import { ALL_DEFAULT_LIMITS, LIFTED_FOR_LOAD, serve } from "@gatz/server";
import { openStorage } from "@gatz/storage";
import { effectsArrived } from "@gatz/testing/effects.ts";
import { TEST_DIGEST_KEY } from "@gatz/testing/template.ts";
import { type TestDatabase, testDatabase } from "@gatz/testing/test_database.ts";
import { connect, freshId, type Person, person } from "@gatz/testing/test_server.ts";
import { makeSecretsFile, parseSecretsFile, readSecrets } from "../../apps/server/src/secrets.ts";
import { talk } from "../api/talk.ts";
import { type EntryPoint, startEntryPoint } from "../end_to_end/entry_point.ts";

/** A discussion on each shard. */
export interface Room {
  readonly shard: ShardNumber;
  readonly discussion: DiscussionId;
  readonly group: GroupId;
  readonly owner: Pick<Person, "user" | "token">;
}

export interface Node extends EntryPoint {
  readonly url: string;
}

export interface Fleet extends AsyncDisposable {
  readonly database: TestDatabase;
  /** One a shard; the first one's owner is a member of all. */
  readonly rooms: readonly Room[];
  /** `port`: where it listens; default a free one. `limits`: further ones, as in GATZ_LIMITS. */
  start(options?: { readonly port?: number; readonly limits?: string }): Promise<Node>;
}

const SHARDS = 4;

/** A database with people and rooms, and no node yet. */
export async function makeFleet(): Promise<Fleet> {
  const database = await testDatabase({ shards: SHARDS });
  const made = parseSecretsFile(makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes))));
  const digestKey = TEST_DIGEST_KEY.toBase64({ alphabet: "base64url", omitPadding: true });
  const secrets = { ...made, GATZ_DIGEST_KEY: digestKey };
  const rooms = await furnish(database, readSecrets(secrets, { embedded: false }));
  const env: Record<string, string> = {
    DATABASE_URL: database.directoryUrl,
    GATZ_SERVERS: Object.entries(database.servers).map(([name, url]) => `${name}=${url}`).join(),
    GATZ_SHARDS: String(SHARDS),
  };
  for (const [name, value] of Object.entries(secrets)) if (value !== undefined) env[name] = value;
  const start: Fleet["start"] = async ({ port = 0, limits = "" } = {}) => {
    const set = { GATZ_PORT: String(port), GATZ_LIMITS: `lifted-for-load,${limits}` };
    const process = startEntryPoint("apps/server/main.ts", { env: { ...env, ...set } });
    const [, url] = /gatz serves on (\S+)/.exec(await process.printed(/gatz serves on \S+\n/)) ?? [];
    assert.ok(url);
    return { ...process, url };
  };
  return { database, rooms, start, [Symbol.asyncDispose]: () => database.drop() };
}

/** Production has no sign-in yet, so people and their tokens are made in development, with the same secrets. */
async function furnish(database: TestDatabase, secrets: ReturnType<typeof readSecrets>): Promise<Room[]> {
  const limits = { ...ALL_DEFAULT_LIMITS, ...LIFTED_FOR_LOAD };
  const storage = await openStorage(database.storageConfig(limits), { report: () => {} });
  const server = await serve({
    config: { dev: true, host: "127.0.0.1", port: 0, origins: [], limits },
    ...{ secrets, storage },
  });
  const people: Person[] = [];
  for (let shard = 0; shard < SHARDS; shard++) people.push(await person(server.url, `person_${shard}`, { shard }));
  const [first] = people;
  assert.ok(first);
  const rooms = await Promise.all(people.map(async (owner) => {
    const others = owner === first ? [] : [first];
    return { owner, ...await talk(owner, others) };
  }));
  // Else the nodes begin with them, and a feed may learn of a room by a `joined` that stands for what was said before it.
  await effectsArrived(storage);
  await server.stop();
  await storage.close();
  return rooms;
}

export interface Said {
  readonly id: string;
  readonly stream: StreamId;
  readonly seq: number;
  /** When the ack came, on the monotonic clock. */
  readonly at: number;
}

const CALL_MS = 3_000;

/** Sends one message after the other, and each until it is acked: through the first of the nodes that answers, with the same id. */
export async function chatter(
  { discussion, shard, owner }: Room,
  { through, isOver }: { through: readonly { url: string }[]; isOver: () => boolean },
): Promise<Said[]> {
  const apis = through.map(({ url }) => connect(url, { transport: "http", token: owner.token }).api);
  const said: Said[] = [];
  let at = 0;
  while (!isOver()) {
    const id = freshId("msg", shard);
    const message = { id, discussion, text: `${said.length}` };
    for (let isAcked = false; !isAcked;) {
      const seq = await apis[at]!.messages.send.mutate(message, { signal: AbortSignal.timeout(CALL_MS) }).then(
        ({ outcome }) => {
          assert.notEqual(outcome.kind, "rejected", JSON.stringify(outcome));
          return outcome.kind === "accepted" || outcome.kind === "duplicate" ? outcome.seq : null;
        },
        () => null,
      );
      isAcked = seq !== null;
      if (seq !== null) said.push({ id, stream: discussion, seq, at: performance.now() });
      else {
        at = (at + 1) % apis.length;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  }
  return said;
}

/** The longest time without an ack, from a moment on until the last ack, in milliseconds. */
export function longestPause(moment: number, said: readonly Said[]): number {
  const times = [moment, ...said.map(({ at }) => at).filter((at) => at > moment)];
  if (times.length === 1) return Infinity;
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}
