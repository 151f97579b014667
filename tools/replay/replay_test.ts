/** The replay end to end, on three days of real chat. @module */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { TestDatabase } from "@gatz/testing/test_database.ts";
import type { LogItem } from "./follow/notebook.ts";
import { parseChat } from "./chat/parse.ts";
import { planReplay } from "./plan/day.ts";
import type { ReplayPlan } from "./plan/plan.ts";

const FILE = new URL("../../tests/data/ubuntu_irc_three_days.tsv", import.meta.url);
const SMALLEST = "2005-02-08";
/** All three days, twice, take 20 s in a whole run; on a machine with ten times as much to do they have taken two minutes. */
const LONG_MS = 240_000;

async function planOf(...days: readonly string[]): Promise<ReplayPlan> {
  const { lines, malformed } = parseChat(await Deno.readTextFile(FILE));
  assert.deepEqual(malformed, []);
  const chosen = days.length === 0 ? lines : lines.filter((line) => days.includes(line.day));
  return planReplay(chosen, { seed: "1", source: "three days", longTexts: true });
}

if (await needsPostgres(import.meta.url)) {
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { openStorage } = await import("@gatz/storage");
  const { serve } = await import("@gatz/server");
  const { readConfig } = await import("../../apps/server/src/config.ts");
  const { eventsIn, replay } = await import("./replay.ts");
  const { replayIds } = await import("./plan/ids.ts");
  const { peopleOf } = await import("./plan/plan.ts");
  const { Accounts } = await import("./play/accounts.ts");
  const { httpApi } = await import("./play/connections.ts");
  const { Scene } = await import("./play/scene.ts");
  const { readLogOf } = await import("./follow/follower.ts");
  const { Notebook } = await import("./follow/notebook.ts");
  const { judgeFollower } = await import("./judge/judge.ts");
  const { allPages } = await import("./judge/pages.ts");
  const { Disagreement } = await import("./judge/difference.ts");

  interface Stage extends AsyncDisposable {
    readonly url: string;
    readonly database: TestDatabase;
  }

  const startStage = async (): Promise<Stage> => {
    await using parts = new AsyncDisposableStack();
    const database = parts.use(await testDatabase());
    const storage = await openStorage(database.storageConfig());
    parts.defer(() => storage.close());
    const config = readConfig({}, {
      ...{ GATZ_DEV: "1", GATZ_PORT: "0", DATABASE_URL: database.directoryUrl, GATZ_LIMITS: "lifted-for-load" },
    });
    const server = await serve({ config, secrets: { tokenKey: new Uint8Array(32).fill(1) }, storage });
    parts.defer(() => server.stop());
    const running = parts.move();
    return { url: server.url, database, [Symbol.asyncDispose]: () => running.disposeAsync() };
  };

  const play = (stage: Stage, plan: ReplayPlan, onAck: (events: number) => void = () => {}) =>
    replay({ url: stage.url, plan, daysAtOnce: 3, discussionsAtOnce: 64, sockets: 20, onAck });

  /** Runs a statement on every shard's schema. */
  const onShards = async ({ database }: Stage, statement: (schema: string) => string): Promise<number> => {
    let rows = 0;
    for (const [shard, server] of database.shards) {
      const schema = `gatz_s${String(shard).padStart(4, "0")}`;
      rows += (await administer(database.servers[server], (sql) => sql.unsafe(statement(schema)))).count;
    }
    return rows;
  };

  const events = (stage: Stage) => onShards(stage, (schema) => `SELECT 1 FROM ${schema}.events`);

  Deno.test(
    "[LOG2] three days of chat end equal everywhere, and a second run adds nothing",
    { timeout: LONG_MS },
    async () => {
      await using stage = await startStage();
      const plan = await planOf();
      const first = await play(stage, plan);
      assert.equal(first.accepted, eventsIn(plan));
      assert.equal(first.duplicates, 0);
      assert.ok(first.audience.reconnects > 0, "nobody was cut");
      assert.ok(first.viewsJudged > first.audience.followers);
      const stored = await events(stage);
      const second = await play(stage, plan);
      assert.equal(second.accepted, 0);
      assert.equal(second.duplicates, eventsIn(plan));
      assert.equal(await events(stage), stored);
    },
  );

  Deno.test("[LOG4] a replay that ends anywhere is gone on with by the next", async () => {
    await using stage = await startStage();
    const plan = await planOf(SMALLEST);
    let acked = 0;
    for (const end of [1, 7, 90]) {
      const killed = play(stage, plan, (count) => {
        acked += count;
        if (acked >= end) throw new Error("killed");
      });
      await assert.rejects(killed, /killed/);
      acked = 0;
    }
    const report = await play(stage, plan);
    assert.ok(report.duplicates >= 90 && report.accepted > 0);
    assert.equal(report.duplicates + report.accepted, eventsIn(plan));
  });

  const damages: Record<string, (schema: string) => string> = {
    "a text": (schema) =>
      `UPDATE ${schema}.events SET body = jsonb_set(body, '{text}', '"another"') WHERE type = 1 AND seq = 2`,
    "a reaction": (schema) => `DELETE FROM ${schema}.reactions`,
    "an edit": (schema) => `DELETE FROM ${schema}.message_changes`,
  };
  for (const [what, damage] of Object.entries(damages)) {
    Deno.test(`[LOG6] a replay notices ${what} that was tampered with in the database`, async () => {
      await using stage = await startStage();
      const plan = await planOf(SMALLEST);
      await play(stage, plan);
      assert.ok(await onShards(stage, damage) > 0);
      await assert.rejects(play(stage, plan), (error) => {
        assert.ok(error instanceof Disagreement, String(error));
        assert.match(error.difference.path, /^messages/);
        return true;
      });
    });
  }

  Deno.test("[LIVE3] a replay notices what a feed did not bring, in the middle and at the end", async () => {
    await using stage = await startStage();
    const { url } = stage;
    const plan = await planOf(SMALLEST);
    await play(stage, plan);
    const [day] = plan.days;
    assert.ok(day);
    const ids = replayIds(plan.seed, plan.source);
    const accounts = await new Accounts({ url, plan, stop: new AbortController() }).of(peopleOf(day));
    const longest = day.discussions.reduce((one, other) => other.offers.length > one.offers.length ? other : one);
    const account = accounts.get(longest.witness);
    assert.ok(account);
    const group = ids.group(day.day, { shard: account.home, at: day.at });
    const { discussion } = new Scene({ day, plan: longest, group, accounts, ids });
    const readLog = readLogOf(httpApi(url, account.token));
    const { asOf } = await allPages(httpApi(url, account.token), discussion);
    /** Judges a follower who got the log up to a seq, changed on its way. */
    const judged = async (head: number, changed: (item: LogItem) => LogItem = (item) => item) => {
      const streams = new Set<string>([discussion]);
      const lossy = async (stream: string, fromSeq: number) => (await readLog(stream, fromSeq)).map(changed);
      const notebook = new Notebook({ viewer: account.nick, streams, readLog: lossy });
      notebook.start(discussion, head);
      return await judgeFollower({ account, notebook }, {
        url,
        title: "one",
        discussion,
        blocks: () => new Set(),
        patienceMs: 0,
      });
    };
    const without = (type: string) => (item: LogItem): LogItem =>
      item.type === "event" && item.event.type === type
        ? { type: "opaque", stream: discussion, from: item.event.seq, to: item.event.seq }
        : item;
    assert.equal(await judged(asOf), null);
    for (const type of ["edit-message", "react-to-message", "new-message"]) {
      const difference = await judged(asOf, without(type));
      assert.match(difference?.about ?? "", /what the feed brought$/, type);
    }
    assert.equal((await judged(asOf - 1))?.path, "asOf");
  });

  const run = async (args: readonly string[]) => {
    const permissions = ["read", "net", "env", "sys", "run", "write"].map((name) => `--allow-${name}`);
    const main = fileURLToPath(new URL("./main.ts", import.meta.url));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      ...{ args: ["run", ...permissions, main, ...args], stdin: "null", signal: AbortSignal.timeout(100_000) },
    }).output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };

  Deno.test("the command names malformed lines, says equal, and ends with 1 and the first difference otherwise", async () => {
    await using stage = await startStage();
    // The plan depends on the name.
    const folder = await Deno.makeTempDir();
    const file = `${folder}/chat.tsv`;
    const [header, ...lines] = (await Deno.readTextFile(FILE)).split("\n");
    await Deno.writeTextFile(file, [header, "no table", ...lines.slice(0, 40), "2005-02-08\t1\t1:1\t\t\t"].join("\n"));
    const good = await run([file, "--url", stage.url]);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /\nequal\n$/);
    assert.match(good.err, /\.tsv:2: 1 columns instead of 6; skipped\n.*\.tsv:43: /);
    const again = await run([file, "--url", stage.url, "--json"]);
    assert.deepEqual([again.code, JSON.parse(again.out).accepted], [0, 0]);
    await onShards(stage, damages["a text"]!);
    const damaged = await run([file, "--url", stage.url]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.err, /first difference: .*: messages/);
    await Deno.remove(folder, { recursive: true });
  });
}
