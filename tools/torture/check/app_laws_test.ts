import { strict as assert } from "node:assert";
import type { HistoryRecord, RecordOf } from "../history/record.ts";
import { drop, newRow } from "./testing/damage.ts";
import { appRows, appShows, FIRST, goodAppRun, message, SECOND } from "./testing/good_app_run.ts";
import { ALL, BEN, HEAD, type Run, TALK } from "./testing/good_run.ts";
import { kindsFound } from "./testing/kinds_found.ts";

Deno.test("[LOG4] the checker finds nothing wrong with an app that kept its promises", async () => {
  assert.deepEqual(await kindsFound(goodAppRun()), []);
});

type Plant = (run: Run) => void;

/** Which rule is broken, what the checker must call it, and how it is done. */
const PLANTED: readonly (readonly [rule: string, kind: string, plant: Plant, where?: string])[] = [
  ["LOG4", "a send of an app lost", (run) => ask(run, { id: "msg_gone", stored: true })],
  ["LOG4", "a send of an app lost", (run) => ask(run, { id: "msg_gone", app: SECOND }), "by one that lived on"],
  ["LOG4", "an app's acked draft lost", (run) => {
    ask(run, { id: "msg_gone", stored: true });
    run.records.push({ ...outcomeOf("msg_gone"), outcome: { kind: "acked", seq: 9, at: 1 } });
  }],
  ["LOG4", "an app's draft without an end", (run) => {
    ask(run, { id: "msg_gone", stored: true });
    edit(run, "app-rests", (record) => ({ ...record, pending: ["msg_gone"] }));
  }],
  ["LOG4", "an app that does not come to rest", (run) => {
    edit(run, "app-rests", (record) => ({ ...record, status: "catching-up" }));
  }],
  ["LOG4", "an app that says no to what is in the log", (run) => {
    run.records.push({ ...outcomeOf("msg_2"), outcome: { kind: "rejected", code: "Muted" } });
  }],
  ["LOG4", "an app that was acked at another place", (run) => {
    edit(run, "app-outcome", (record) => ({ ...record, outcome: { kind: "acked", seq: 7, at: 1_002 } }));
  }],
  ["LOG2", "an app's draft that says something else", (run) => {
    edit(run, "app-asked", (record) => ({ ...record, body: { ...record.body, text: "else" } }));
  }],
  ["LOG1", "an event that nobody offered", (run) => {
    // The same once more, under an id of its own.
    append(run, { id: "msg_twice", text: "two" });
  }, "as a send of an app that is doubled"],
  ["LOG1", "an event that nobody offered", (run) => {
    ask(run, { text: "late" });
    append(run, { id: "msg_late", text: "late" });
    append(run, { id: "msg_later", text: "late" });
  }, "as one of a killed app that is doubled"],
  ["LOG4", "an app's drafts out of order", (run) => {
    ask(run, { id: "msg_early", stored: true, text: "early" });
    append(run, { id: "msg_early", text: "early" });
  }, "of two processes"],
  ["LOG4", "an app's drafts out of order", (run) => {
    ask(run, { id: "msg_early", app: SECOND, text: "early" });
    append(run, { id: "msg_early", text: "early" });
  }, "of one process"],
  ["READ0", "an app that shows something older than before", (run) => {
    run.records.push(appShows(SECOND, { t: 70, head: 5, messages: [] }));
  }, "of a discussion"],
  ["READ0", "an app that shows something older than before", (run) => {
    const [, shown] = run.records.filter((record) => record.k === "app-shows");
    const messages = shown!.messages.map((message) => ({ ...message, changedSeq: message.seq }));
    run.records.push({ ...shown!, t: 70, messages });
  }, "of a message"],
  ["VIS4", "a page that is not the fold of the log", (run) => {
    edit(run, "app-shows", (record) => ({ ...record, messages: record.messages.slice(1) }));
  }, "in an app"],
  ["LIVE3", "an app that is not whole in calm", (run) => {
    edit(run, "app-shows", (record) => ({ ...record, isMixed: true }));
  }],
  ["LIVE3", "an app that does not hold all in calm", (run) => {
    edit(run, "app-state", (record) => ({ ...record, head: record.head - 1 }));
  }],
  ["LOG6", "an app that shows other name", (run) => edit(run, "app-state", (record) => ({ ...record, name: "x" }))],
  ["LOG6", "an app that shows other members", (run) => {
    edit(run, "app-state", (record) => ({ ...record, members: record.members.slice(1) }));
  }, "but fewer"],
  ["LOG6", "an app that shows other members", (run) => {
    edit(run, "app-state", (record) => ({
      ...record,
      members: record.members.map((one) => one.replace("owner", "member")),
    }));
  }, "in another role"],
  ["LOG6", "an app that shows other marks", (run) => {
    edit(run, "app-state", (record) => ({ ...record, marks: ["locked"] }));
  }],
  ["LIVE3", "an app that does not show all in calm", (run) => drop(run, ({ k }) => k === "app-state"), "a state"],
  ["LIVE3", "an app that does not show all in calm", (run) => {
    drop(run, (record) => record.k === "app-shows" && record.t > 1_800);
  }, "the messages"],
  ["LIVE3", "an app that does not show all in calm", (run) => {
    drop(run, (record) => record.k === "app-state" && record.stream === ALL);
  }, "a group"],
  ["USR3", "a list that is not what somebody was in", (run) => changeList(run, [])],
  ["READ2", "a list that miscounts what is unread", (run) => changeList(run, [{ unread: 2 }])],
  ["VIS4", "a preview that is not the newest message", (run) => {
    changeList(run, [{ preview: message("msg_3", 7) }]);
  }],
  ["VIS4", "a preview that is not the newest message", (run) => {
    changeList(run, [{ preview: { ...message("msg_4", 8), text: "four, as it was never" } }]);
  }, "in another wording"],
  ["VIS4", "a preview that is not the newest message", (run) => {
    run.records.push(appRows(SECOND, { t: 70, head: HEAD - 1, preview: message("msg_2", 3) }));
  }, "before it is calm"],
  ["READ0", "an app whose list goes back", (run) => {
    run.records.push(appRows(SECOND, { t: 70, head: 4, preview: message("msg_2", 3) }));
  }],
  ["DISC4", "an app that does not know what may be done", (run) => answer(run, () => true), "but more"],
  ["DISC4", "an app that does not know what may be done", (run) => answer(run, () => false), "but less"],
  ["DISC4", "an app that does not know what may be done", (run) => answer(run, () => null), "and can't tell"],
];

for (const [rule, kind, plant, where] of PLANTED) {
  Deno.test(`[${rule}] the checker names ${[kind, where].filter(Boolean).join(", ")}`, async () => {
    const run = structuredClone(goodAppRun());
    plant(run);
    const found = await kindsFound(run);
    assert(found.includes(kind), `found only: ${found.join(", ")}`);
  });
}

Deno.test("[LOG4] what an app was killed with before it could say anything may be there, once, or not", async () => {
  const run = goodAppRun();
  ask(run, { text: "late", app: FIRST });
  assert.deepEqual(await kindsFound(run), []);
  append(run, { id: "msg_late", text: "late" });
  assert.deepEqual(new Set(await kindsFound(run)).has("an event that nobody offered"), false);
});

Deno.test("[LOG9] an app's acked draft may be lost with a life of the installation, and not after it", async () => {
  const lost = (kept: number) => {
    const run = goodAppRun();
    run.incarnation = "life-2";
    ask(run, { id: "msg_gone", stored: true });
    run.records.push(
      { ...outcomeOf("msg_gone"), outcome: { kind: "acked", seq: 9, at: 1 } },
      { k: "promoted", t: 100, kept, incarnation: "life-2" },
    );
    return run;
  };
  assert.equal((await kindsFound(lost(20))).includes("an app's acked draft lost"), false);
  assert.equal((await kindsFound(lost(90))).includes("an app's acked draft lost"), true);
});

/** Something more that Ben's first app was asked for, before all else that it was. */
function ask(
  run: Run,
  { id, stored = false, text = "gone", app = FIRST }: { id?: string; stored?: boolean; text?: string; app?: string },
): void {
  const [op, t] = [app === FIRST ? 90 : -1, app === FIRST ? 24 : 41];
  run.records.push({ k: "app-asked", t, app, op, stream: TALK, type: "new-message", body: { text } });
  if (id !== undefined) run.records.push({ k: "app-made", t: t + 0.1, app, op, id, stream: TALK });
  if (id !== undefined && stored) run.records.push({ k: "app-stored", t: t + 0.2, app, id });
}

function outcomeOf(id: string): Pick<RecordOf<"app-outcome">, "k" | "t" | "app" | "id"> {
  return { k: "app-outcome", t: 29, app: FIRST, id };
}

/** A message of Ben's at the end of the talk. */
function append(run: Run, { id, text }: { id: string; text: string }): void {
  const seq = run.rows.length + 1;
  run.rows.push(newRow(seq, id, BEN, text));
}

function edit<K extends HistoryRecord["k"]>(run: Run, k: K, change: (record: RecordOf<K>) => RecordOf<K>): void {
  // A record's `k` says which it is.
  run.records = run.records.map((record) => record.k === k ? change(record as RecordOf<K>) : record);
}

/** All that an app says may be done. */
function answer(run: Run, isAccepted: () => boolean | null): void {
  edit(run, "app-can", (record) => (
    { ...record, answers: record.answers.map((one) => ({ ...one, isAccepted: isAccepted() })) }
  ));
}

function changeList(run: Run, rows: readonly Partial<RecordOf<"list">["rows"][number]>[]): void {
  edit(run, "list", (record) => {
    if (record.app === undefined) return record;
    return { ...record, rows: rows.map((row, i) => ({ ...record.rows[i]!, ...row })) };
  });
}
