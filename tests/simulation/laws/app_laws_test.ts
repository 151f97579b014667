import assert from "node:assert/strict";
import type { AppRecord } from "../../../tools/torture/history/app_record.ts";
import type { History } from "../history.ts";
import { simulate } from "../simulate.ts";
import { brokenInApps } from "./app_laws.ts";

/** A run in which nothing goes wrong, with apps that have enough to say. */
const { history: whole, problems } = await simulate(35);

type Of<K extends AppRecord["k"]> = Extract<AppRecord, { readonly k: K }>;
/** What is changed in what the apps of a run say. */
type Planted = (apps: History["apps"]) => History["apps"] | void;

function planted(plant: Planted): string[] {
  const apps = structuredClone(whole.apps);
  return [...brokenInApps({ ...whole, apps: plant(apps) ?? apps })];
}

function lastOf<K extends AppRecord["k"]>(apps: History["apps"], k: K, fits = (_: Of<K>) => true): Of<K> {
  return apps.findLast((record) => record.k === k && fits(record as Of<K>)) as Of<K>; // of that kind
}

/** Each record of a kind as it would be, or the same. */
const each = <K extends AppRecord["k"]>(k: K, change: (record: Of<K>) => AppRecord) => (apps: History["apps"]) =>
  apps.map((record) => record.k === k ? change(record as Of<K>) : record);

/** An act that an app says it has stored. */
function actTo(apps: History["apps"], id: string): History["apps"] {
  const { app, stream, t } = lastOf(apps, "app-asked", ({ stream }) => stream !== null);
  const body = { text: "never sent" };
  return [
    { k: "app-asked", t, app, op: 1e6, stream, type: "new-message", body },
    { k: "app-made", t, app, op: 1e6, id, stream: stream! },
    { k: "app-stored", t, app, id },
  ];
}

const isAck = ({ outcome }: Of<"app-outcome">) => outcome.kind === "acked";
/** In calm, all of a discussion that has messages. */
const isWhole = ({ messages, limit }: Of<"app-shows">) => messages.length > 0 && limit > 1_000;

const PLANTED: Readonly<Record<string, Planted>> = {
  "[LOG4] a send of an app lost": (apps) => void apps.push(...actTo(apps, "msg_gone")),
  "[LOG4] an app's draft without an end": (apps) => {
    apps.push(...actTo(apps, "msg_gone"), { ...lastOf(apps, "app-rests"), pending: ["msg_gone"] });
  },
  "[LOG4] an app that does not come to rest": each("app-rests", (record) => ({ ...record, status: "offline" })),
  "[LOG4] an app that says no to what is in the log": each(
    "app-outcome",
    (record) => isAck(record) ? { ...record, outcome: { kind: "rejected", code: "Muted" } } : record,
  ),
  "[LOG4] an app says no, and no server has said so": (apps) => {
    apps.push({ ...lastOf(apps, "app-outcome"), id: "msg_gone", outcome: { kind: "rejected", code: "Muted" } });
  },
  "[LOG4] an app that nobody lets in": (apps) => void apps.push({ ...lastOf(apps, "app"), app: "another#1" }),
  "[LOG4] an app that was acked at another place": each(
    "app-outcome",
    (record) => record.outcome.kind === "acked" ? { ...record, outcome: { ...record.outcome, seq: 99 } } : record,
  ),
  "[LOG4] an app's drafts out of order": (apps) => {
    const turned = (op: number) => op === 0 ? 0 : 1e6 - op;
    return apps.map((record) =>
      record.k === "app-asked" || record.k === "app-made" ? { ...record, op: turned(record.op) } : record
    );
  },
  "[LOG2] an app's draft that says something else": each("app-asked", (record) => (
    { ...record, body: { ...record.body, text: "something else" } }
  )),
  "[LOG1] an app has sent what it was not asked for": (apps) => {
    const { id } = lastOf(apps, "app-outcome", isAck);
    return apps.filter((record) => !(record.k === "app-made" && record.id === id));
  },
  "[READ0] an app that shows something older than before": (apps) => {
    const shown = lastOf(apps, "app-shows", isWhole);
    apps.push({ ...shown, head: shown.head - 1 });
  },
  "[VIS4] a page that is not the fold of the log": (apps) => {
    const shown = lastOf(apps, "app-shows", isWhole);
    apps.push({ ...shown, messages: shown.messages.slice(1) });
  },
  "[LIVE3] an app that is not whole in calm": each("app-shows", (record) => ({ ...record, isMixed: true })),
  "[LIVE3] an app that does not show all in calm": (apps) => apps.filter(({ k }) => k !== "app-state"),
  "[LIVE3] an app that does not hold all in calm": each("app-state", (record) => (
    { ...record, head: record.head - 1 }
  )),
  "[LOG6] an app that shows other members": each("app-state", (record) => ({ ...record, members: [] })),
  "[USR3] a list that is not what somebody was in": (apps) =>
    apps.map((record) => record.k === "list" ? { ...record, rows: record.rows.slice(1) } : record),
  "[READ0] an app whose list goes back": (apps) => {
    const shown = lastOf(apps, "app-rows");
    apps.push({ ...shown, rows: shown.rows.map((row) => ({ ...row, head: row.head - 1 })) });
  },
  "[VIS4] a preview that is not the newest message": each("app-rows", (record) => (
    { ...record, rows: record.rows.map((row) => ({ ...row, preview: row.preview && { ...row.preview, text: "?" } })) }
  )),
  "[DISC4] an app that does not know what may be done": each("app-can", (record) => (
    { ...record, answers: record.answers.map((one) => ({ ...one, isAccepted: !one.isAccepted })) }
  )),
  "[READ2] a list that miscounts what is unread": (apps) =>
    apps.map((record) =>
      record.k === "list" ? { ...record, rows: record.rows.map((row) => ({ ...row, unread: 77 })) } : record
    ),
};

Deno.test("the apps that violations are planted in keep all laws, and have said enough", () => {
  assert.deepEqual(problems, []);
  assert.ok(whole.apps.filter((record) => record.k === "app-outcome" && isAck(record)).length > 10);
});

for (const [what, plant] of Object.entries(PLANTED)) {
  Deno.test(`planted: ${what}`, () => {
    const found = planted(plant);
    assert.ok(found.some((problem) => problem.startsWith(what)), `not found; only ${found.slice(0, 3)}`);
  });
}
