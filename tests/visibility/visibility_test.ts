/**
 * Whatever happens in groups and discussions, nobody is told what is not for them, by any way out (VIS1–4, MOD2, BLK1). `GATZ_SEED=n` plays
 * one history again.
 * @module
 */
import { strict as assert } from "node:assert";
import {
  type DiscussionId,
  type FeedItem,
  heldText,
  type LogEvent,
  seq,
  shownTo,
  type StreamState,
  type UserId,
  viewOf,
} from "@gatz/domain";
import type { DiscussionRow, Storage } from "@gatz/storage/contract";
import { Chance } from "@gatz/testing/chance.ts";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { Accounts } from "../../apps/server/src/auth/accounts.ts";
import { ApiError } from "../../apps/server/src/errors.ts";
import { Delivery, itemText } from "../../apps/server/src/live/delivery.ts";
import { readHeldHash } from "../../apps/server/src/views/held_hash.ts";
import { type Finding, judgeMarks, judgeSeqs, judgeViews, judgeWords, type Told } from "./judge.ts";
import { Listener } from "./listener.ts";
import { readLog } from "./log_rows.ts";
import { Oracle } from "./oracle.ts";
import { askEverything, WAYS_OUT } from "./ways_out.ts";
import { Words } from "./words.ts";

const SHARDS = 4;
const MOVES = 350;

if (await needsPostgres(import.meta.url)) {
  const { describeApi } = await import("@gatz/server");
  const { person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll } = await import("../api/talk.ts");
  const { effectsArrived } = await import("@gatz/testing/effects.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { Play } = await import("./play.ts");
  type Server = Awaited<ReturnType<typeof testServer>>;
  type Person = Awaited<ReturnType<typeof person>>;
  type Play = InstanceType<typeof Play>;

  const HANDLES = ["ann", "ben", "cyd", "dan", "eve", "fay", "stranger"] as const;

  interface Scene extends AsyncDisposable {
    readonly server: Server;
    readonly people: readonly Person[];
    readonly listeners: readonly Listener[];
    readonly play: Play;
  }

  const settled = ({ storage }: Server) => effectsArrived(storage);

  /** Feeds have told of the marks that were made; and had time for what they should not tell. */
  const toldAll = async (listeners: readonly Listener[], { marks, ended }: Play) => {
    await until(() =>
      listeners.every(({ user, items }) => ended.has(user) || judgeMarks({ viewer: user, marks, items }).length === 0)
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  };

  /** A history, played while everybody listens; in its last third somebody's account ends. */
  const played = async (seed: number): Promise<Scene> => {
    const { next: random } = new Chance(seed);
    await using parts = new AsyncDisposableStack();
    const server = parts.use(await testServer({ database: { shards: SHARDS } }));
    const people = await Promise.all(
      HANDLES.map((handle, n) => person(server.url, handle, { transport: "ws", shard: n % SHARDS })),
    );
    parts.use(disposeAll(...people));
    const play = new Play({ people, words: new Words(), random });
    await play.furnish({ discussions: 5 });
    await settled(server);
    const listeners = people.map((one) => new Listener(one));
    parts.defer(() => listeners.forEach((listener) => listener.cut()));
    await Promise.all(listeners.map((listener) => listener.listen()));
    for (let part = 0; part < 3; part++) {
      // Three at once, so that reads and writes meet.
      await Promise.all([0, 1, 2].map((lane) => play.go(MOVES / 9, { isLate: part === 2 && lane === 0 })));
      const cut = listeners.filter(() => random() < 0.4);
      cut.forEach((listener) => listener.cut());
      await play.go(20);
      await Promise.all(cut.map((listener) => listener.listen()));
    }
    await play.finish();
    await settled(server);
    await toldAll(listeners, play);
    const open = parts.move();
    return { server, people, listeners, play, [Symbol.asyncDispose]: () => open.disposeAsync() };
  };

  const thingsOf = ({ people, play }: Scene, oracle: Oracle) => ({
    talks: play.talks.map(({ stream }) => stream),
    groups: play.groups.map(({ stream }) => stream),
    people: people.map(({ user }) => user as string),
    rowsOf: (stream: string) => oracle.rowsOf(stream),
  });

  const toldByFeed = (items: readonly FeedItem[], where = "feed"): Told[] =>
    items.map((item) => ({ where, text: JSON.stringify(item) }));

  /** All that everybody can get now, and what is wrong with it. `paths`: of these queries alone, and nothing of feeds. */
  const judgeAll = async (scene: Scene, oracle: Oracle, { paths }: { paths?: readonly string[] } = {}) => {
    const findings: Finding[] = [];
    const words = new Map<string, number>();
    for (const [i, one] of scene.people.entries()) {
      const viewer = one.user;
      const answers = await askEverything(one, { url: scene.server.url, things: thingsOf(scene, oracle), paths });
      const items = paths === undefined ? scene.listeners[i]!.items : [];
      const texts = [...answers.map(({ path, text }) => ({ where: path, text })), ...toldByFeed(items)];
      for (const [where, told] of Map.groupBy(texts, (told) => told.where)) {
        const judged = judgeWords(oracle, { viewer, texts: told });
        findings.push(...judged.findings);
        words.set(where, (words.get(where) ?? 0) + judged.words);
      }
      const { marks, ended } = scene.play;
      findings.push(...judgeSeqs(oracle, { viewer, items }), ...judgeViews(oracle, { viewer, marks, answers }));
      if (paths === undefined && !ended.has(viewer)) findings.push(...judgeMarks({ viewer, marks, items }));
    }
    return { findings, words };
  };

  /** Puts another method in the place of an object's own. `right`: its own. */
  const mistaken = <T extends object, K extends keyof T>(of: T, name: K, make: (right: T[K]) => T[K]): Disposable => {
    const own = of[name];
    // What is named is a method.
    of[name] = make((own as (...args: unknown[]) => unknown).bind(of) as T[K]);
    return { [Symbol.dispose]: () => void (of[name] = own) };
  };

  const rowsMistaken = (storage: Storage, wrong: (row: DiscussionRow) => DiscussionRow) =>
    mistaken(storage, "discussionsOf", (right) => async (...asked) => {
      const list = await right(...asked);
      return { ...list, rows: list.rows.map(wrong) };
    });

  const ALL = [{ from: seq(1), to: seq(2 ** 31 - 1) }];

  /** A mistake that somebody could make behind some of the ways out. */
  interface Mistake {
    readonly paths: readonly string[];
    readonly make: (storage: Storage) => Disposable;
  }

  class Everybody extends Set<UserId> {
    override has(): boolean {
      return true;
    }
  }

  const MISTAKES: Readonly<Record<string, Mistake>> = {
    "pages of messages do not look at the viewer's stays": {
      paths: ["messages.byDiscussion"],
      make: (storage) =>
        mistaken(storage, "messages", (right) => (talk, page) => right(talk, { ...page, ranges: ALL })),
    },
    "messages by id do not look at the viewer's stays": {
      paths: ["messages.byId"],
      make: (storage) =>
        mistaken(storage, "messagesById", (right) => (talk, ask) => right(talk, { ...ask, ranges: ALL })),
    },
    "who has left sees a stream as it is now": {
      paths: ["discussions.byId"],
      make: (storage) =>
        mistaken(storage, "streamAt", () => ((stream: DiscussionId) => storage.state(stream)) as Storage["streamAt"]),
    },
    "everybody who was there is taken for a member": {
      paths: ["log.read"],
      make: (storage) => mistaken(storage, "state", (right) => async (stream) => forgetfulOf(await right(stream))),
    },
    "what a client begins with is for everybody who ever was there": {
      paths: ["log.open"],
      make: (storage) => mistaken(storage, "state", (right) => async (stream) => forgetfulOf(await right(stream))),
    },
    "blocks are forgotten": {
      paths: ["messages.byDiscussion"],
      make: () => mistaken(Accounts.prototype, "blocks", () => () => Promise.resolve({ blocks: new Set(), read: {} })),
    },
    "everybody is taken to be blocked": {
      paths: ["messages.byDiscussion"],
      make: () =>
        mistaken(Accounts.prototype, "blocks", () => () => Promise.resolve({ blocks: new Everybody(), read: {} })),
    },
    "quotes do not look at the viewer's stays": {
      paths: ["messages.byDiscussion"],
      make: (storage) =>
        mistaken(storage, "messagesById", (right) => (talk, ask) => right(talk, { ...ask, ranges: ALL })),
    },
    "messages as they were are shown as they are": {
      paths: ["messages.at"],
      make: (storage) =>
        mistaken(storage, "messages", (right) => async (talk, page) => {
          const [last] = page.ranges.slice(-1);
          const state = await storage.state(talk);
          return right(talk, { ...page, ranges: last ? [{ from: last.from, to: state?.seq ?? last.to }] : [] });
        }),
    },
    "pins of messages that the viewer may not see are shown": {
      paths: ["discussions.byId"],
      make: (storage) => mistaken(storage, "state", (right) => async (stream) => pinnedAtHead(await right(stream))),
    },
    "pins of messages that the viewer may not see are handed out": {
      paths: ["log.open"],
      make: (storage) => mistaken(storage, "state", (right) => async (stream) => pinnedAtHead(await right(stream))),
    },
    "previews do not look at the viewer's stays": {
      paths: ["discussions.byUser"],
      make: (storage) =>
        mistaken(storage, "discussionsOf", (right) => async (viewer, page) => {
          const list = await right(viewer, page);
          const rows = list.rows.map(async (row) => {
            const { messages: [newest] } = await storage.messages(row.discussion, { viewer, ranges: ALL, limit: 1 });
            return { ...row, preview: newest ?? null };
          });
          return { ...list, rows: await Promise.all(rows) };
        }),
    },
    "a list says nothing of mentions": {
      paths: ["discussions.byUser"],
      make: (storage) => rowsMistaken(storage, (row) => ({ ...row, mentionedBy: [] })),
    },
    "a list takes everything for unmarked": {
      paths: ["discussions.byUser"],
      make: (storage) => rowsMistaken(storage, (row) => ({ ...row, mark: { epoch: 0, seq: seq(0) } })),
    },
    "a list's totals leave a discussion out": {
      paths: ["discussions.byUser"],
      make: (storage) =>
        mistaken(storage, "discussionsOf", (right) => async (...asked) => {
          const list = await right(...asked);
          const { discussions } = list;
          return { ...list, discussions: discussions && { ...discussions, count: discussions.count - 1 } };
        }),
    },
    "a list counts one too many as unread": {
      paths: ["discussions.byUser"],
      make: (storage) =>
        rowsMistaken(storage, (row) => ({
          ...row,
          unread: row.unread && { ...row.unread, count: row.unread.count + 1 },
        })),
    },
  };

  /** Of each discussion, at some moments: what its people should hold is what the domain makes of its log. */
  const judgeHashes = async ({ server: { storage }, people, play }: Scene, random: () => number) => {
    let compared = 0;
    for (const { stream } of play.talks) {
      const discussion = stream as DiscussionId;
      const { events } = await storage.events(discussion, { from: seq(1), to: seq(500), limit: 500 });
      const moments = [events.length, ...[1, 2, 3].map(() => 1 + Math.floor(random() * events.length))];
      for (const { user: viewer } of people) {
        for (const at of moments.map(seq)) {
          const messages = Math.floor(random() * 10);
          const expected = await hashOfLog(events.slice(0, at), { viewer, messages });
          const told = readHeldHash(storage, { viewer, stream: discussion, seq: at, messages });
          assert.equal(
            await told.then(({ hash }) => hash, nullIfNotFound),
            expected,
            `${viewer} in ${stream} at ${at}`,
          );
          if (expected !== null) compared++;
        }
      }
    }
    assert.ok(compared > 30, `${compared} hashes compared`);
  };

  const nullIfNotFound = (error: unknown): null => {
    if (error instanceof ApiError && error.apiCode === "NotFound") return null;
    throw error;
  };

  /** Null: they are not there then. */
  const hashOfLog = async (
    events: readonly LogEvent[],
    { viewer, messages: many }: { viewer: UserId; messages: number },
  ): Promise<string | null> => {
    const { state, messages } = viewOf(events, viewer);
    if (state === null || state.seq !== events.length) return null;
    const newest = [...messages.values()].sort((a, b) => b.seq - a.seq).slice(0, many);
    const text = heldText({ viewer, state, messages: newest.map((message) => shownTo(viewer, message)) });
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
  };

  /** As if all that is pinned had been said just now. */
  const pinnedAtHead = (state: StreamState | null): StreamState | null =>
    state?.kind !== "discussion" || state.pins === undefined
      ? state
      : { ...state, pins: state.pins.map((pin) => ({ ...pin, messageSeq: state.seq })) };

  /** As if nobody had ever left, or come later. */
  const forgetfulOf = (state: StreamState | null): StreamState | null => {
    if (state === null || state.kind === "user") return state;
    const stays = [{ from: seq(1), historyFrom: seq(1), role: "member" as const }];
    return { ...state, members: Object.fromEntries(Object.keys(state.members).map((user) => [user, stays])) };
  };

  const findMistakes = async (scene: Scene, oracle: Oracle) => {
    for (const [mistake, { paths, make }] of Object.entries(MISTAKES)) {
      using _mistake = make(scene.server.storage);
      const { findings: [first] } = await judgeAll(scene, oracle, { paths });
      assert.ok(first, mistake);
    }
    using _mistake = mistaken(Delivery.prototype, "textFor", () =>
      function (this: Delivery) {
        return itemText({ type: "event", event: this.event });
      });
    const before = scene.listeners.map(({ items }) => items.length);
    await scene.play.flagEverywhere();
    await settled(scene.server);
    const after = new Oracle(await readLog(scene.server.database));
    const bringsAllWhole = ({ user: viewer, items }: Listener, i: number) =>
      judgeWords(after, { viewer, texts: toldByFeed(items.slice(before[i])) }).findings.length > 0;
    // Found as soon as the feeds have brought it.
    await until(() => scene.listeners.some(bringsAllWhole));
  };

  Deno.test("[VIS1] [VIS2] [VIS3] [VIS4] in random histories nobody is told what is not for them: no answer, feed, count or preview", async () => {
    const seed = Number(Deno.env.get("GATZ_SEED") ?? 1 + Math.floor(Math.random() * 1_000_000));
    console.log(`GATZ_SEED=${seed} plays it again`);
    await using scene = await played(seed);
    const oracle = new Oracle(await readLog(scene.server.database));
    const { findings, words } = await judgeAll(scene, oracle);
    console.log([...scene.play.accepted].map(([type, count]) => `${type} ${count}`).join(", "));
    console.log([...words].map(([where, count]) => `${where} ${count}`).join(", "));
    assert.deepEqual(findings.slice(0, 5), []);
    for (
      const where of ["feed", "log.read", "log.open", "messages.byDiscussion", "messages.byId", "discussions.byUser"]
    ) {
      assert.ok((words.get(where) ?? 0) > 20, `${where} told next to nothing`);
    }
    await judgeHashes(scene, new Chance(seed).next);
    await findMistakes(scene, oracle);
  });

  Deno.test("[VIS3] every query that there is has a part in it", () => {
    const queries = describeApi().filter(({ kind }) => kind === "query").map(({ path }) => path);
    assert.deepEqual(Object.keys(WAYS_OUT).sort(), queries.sort());
  });
}
