/** A server of its own process to be abused: with its real memory, the heads of its logs, and people on it. @module */
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { type DiscussionId } from "@gatz/domain";
import { connect, type Person, person } from "@gatz/testing/test_server.ts";
import { administer, testDatabase } from "@gatz/testing/test_database.ts";
import { talk } from "../api/talk.ts";
import { startEntryPoint } from "../end_to_end/entry_point.ts";

/** Who sends and who listens, well-behaved. */
export interface Pair {
  readonly sender: Person;
  readonly receiver: Person;
  readonly discussion: DiscussionId;
}

export interface Target extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly pairs: readonly Pair[];
  /** Logged in, and a member of every pair's discussion. */
  readonly abuser: Person;
  /** Logged in, and in nothing. */
  readonly outsider: Person;
  /** Newest position of each shard. */
  heads(): Promise<readonly string[]>;
}

const SHARDS = 4;
/** Those of sending, so that a few can measure much; abusers come from other addresses, as a trusted proxy says. */
const LIMITS = "sendsPerMinute=100000,sendsBurst=10000,discussionSendsPerMinute=100000,discussionSendsBurst=10000";

/** @param limits further ones, as in GATZ_LIMITS */
export async function startTarget(
  { pairs, limits = [] }: { pairs: number; limits?: readonly string[] },
): Promise<Target> {
  await using parts = new AsyncDisposableStack();
  const database = parts.use(await testDatabase({ servers: 1, migrated: false }));
  const folder = await Deno.makeTempDir({ prefix: "gatz-abuse-" });
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  const server = startEntryPoint("apps/server/dev.ts", {
    env: {
      DATABASE_URL: database.directoryUrl,
      GATZ_DATA: path.join(folder, "data"),
      GATZ_PORT: "0",
      GATZ_SHARDS: String(SHARDS),
      GATZ_TRUSTED_PROXIES: "127.0.0.1",
      GATZ_LIMITS: [LIMITS, ...limits].join(","),
    },
  });
  parts.use(server);
  const [, url] = /gatz +(http:\S+)/.exec(await server.printed(/ready in/)) ?? [];
  assert.ok(url !== undefined);
  const people: Pair[] = [];
  const abuser = parts.use(await person(url, "mallory"));
  for (let i = 0; i < pairs; i++) people.push(await makePair(url, { name: `pair${i}`, abuser, parts }));
  const outsider = parts.use(await person(url, "eve"));
  const running = parts.move();
  return {
    ...{ url, pid: server.pid, pairs: people, abuser, outsider },
    heads: () => headsOf(database.directoryUrl),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function makePair(
  url: string,
  { name, abuser, parts }: { name: string; abuser: Person; parts: AsyncDisposableStack },
): Promise<Pair> {
  const [sender, receiver] = [await person(url, `${name}_a`), await person(url, `${name}_b`)];
  const { discussion } = await talk(sender, [receiver, abuser]);
  // Over sockets from here on.
  const open = ({ user, token, home }: Person): Person =>
    parts.use({ user, token, home, ...connect(url, { transport: "ws", token }) });
  return { sender: open(sender), receiver: open(receiver), discussion };
}

async function headsOf(databaseUrl: string): Promise<readonly string[]> {
  return await administer(databaseUrl, async (sql) => {
    const heads: string[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      const schema = sql(`gatz_s${String(shard).padStart(4, "0")}`);
      const [row] = await sql`select count(*) as events, max(position) as head from ${schema}.events`;
      heads.push(`${row?.["events"]} events to ${row?.["head"]}`);
    }
    return heads;
  });
}

/**
 * The process's resident memory in MiB: now, and the most since it was last asked. Read by a program, since Deno lets none of its own
 * look into /proc without all permissions.
 */
export async function memoryOf(pid: number): Promise<{ readonly now: number; readonly most: number }> {
  // Writing 5 there makes the high-water mark what it is now.
  const script = `cat /proc/${pid}/status && echo 5 > /proc/${pid}/clear_refs`;
  const { stdout, success } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assert.ok(success);
  const status = new TextDecoder().decode(stdout);
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { now: mib("VmRSS"), most: mib("VmHWM") };
}
