/** The good run, with Ben at an app: it is killed between his two acts, and started again on the same store. @module */
import type { HistoryRecord, NotedMessage, NotedRow, RecordOf } from "../../history/record.ts";
import { ALL, ANN, BEN, EVE, goodRun, HEAD, LIFE, row, type Run, TALK } from "./good_run.ts";

export const FIRST = "ben/app#1";
export const SECOND = "ben/app#2";
const BENS = ["msg_2", "evt_edit"];

export function goodAppRun(): Run {
  const run = goodRun();
  const ofBen = run.rows.filter(({ id }) => BENS.includes(id));
  const ops = run.records.flatMap((one) => one.k === "offer" && BENS.includes(one.drafts[0]!.id) ? [one.op] : []);
  const records = run.records.filter((one) => !((one.k === "offer" || one.k === "answer") && ops.includes(one.op)));
  const [sent, edited] = ofBen.map((one, op): HistoryRecord[] => {
    const { id, stream, type, body, seq, at } = one;
    const app = [FIRST, SECOND][op]!; // there are two
    const t = 20 + 30 * op;
    return [
      { k: "app-asked", t, app, op, stream, type, body: { ...body } },
      { k: "app-made", t: t + 1, app, op, id, stream },
      { k: "app-stored", t: t + 2, app, id },
      { k: "app-outcome", t: t + 3, app, id, outcome: { kind: "acked", seq, at } },
    ];
  });
  return {
    ...run,
    records: [
      ...records.map((one) => one.k === "settled" ? { ...one, apps: [SECOND] } : one),
      { k: "app", t: 5, app: FIRST, store: "ben", user: BEN },
      ...sent!,
      appShows(FIRST, { t: 30, head: 4, messages: [message("msg_2", 3), message("msg_1", 2)] }),
      appRows(FIRST, { t: 30, head: 4, preview: message("msg_2", 3) }),
      { k: "app-over", t: 31, app: FIRST, how: "killed" },
      { k: "app", t: 40, app: SECOND, store: "ben", user: BEN },
      ...edited!,
      appShows(SECOND, { t: 60, head: 6, messages: [message("msg_2", 3, 6), message("msg_1", 2)] }),
      appRows(SECOND, { t: 61, head: 6, preview: message("msg_2", 3, 6) }),
      appRows(SECOND, { t: 13_004, head: HEAD, preview: message("msg_4", 8) }),
      appShows(SECOND, { t: 13_005, head: HEAD, messages: ALL_MESSAGES }),
      { k: "list", t: 13_006, user: BEN, app: SECOND, rows: [{ ...row(0), unread: 3 }] },
      appState(TALK, HEAD),
      appState(ALL, 1),
      {
        ...{ k: "app-can", t: 13_007, app: SECOND, stream: TALK, at: 20_000 },
        answers: [
          { type: "rename", body: { name: "x" }, isAccepted: true },
          { type: "set-slow-mode", body: { seconds: 1 }, isAccepted: false },
        ],
      },
      { k: "app-rests", t: 13_008, app: SECOND, pending: [], status: "live" },
    ],
  };
}

const AUTHORS: Readonly<Record<string, readonly [author: string, text: string]>> = {
  msg_1: [ANN, "one"],
  msg_2: [BEN, "two"],
  msg_3: [EVE, "three"],
  msg_4: [ANN, "four"],
};

export function message(id: string, seq: number, changedSeq = seq): NotedMessage {
  const [author, text] = AUTHORS[id]!; // of those above
  const isEdited = changedSeq > seq;
  return {
    ...{ id, seq, author, changedSeq, text: isEdited ? `${text}!` : text, revision: Number(isEdited) },
    reactions: id === "msg_2" ? ["👍 1 false"] : [],
  };
}

const ALL_MESSAGES = [message("msg_4", 8), message("msg_3", 7), message("msg_2", 3, 6), message("msg_1", 2)];

type Shows = RecordOf<"app-shows">;

export function appShows(app: string, what: Pick<Shows, "t" | "head" | "messages">): Shows {
  return { k: "app-shows", app, stream: TALK, incarnation: LIFE, limit: 30, isMixed: false, ...what };
}

export function appRows(
  app: string,
  { t, ...row }: { readonly t: number } & Pick<NotedRow, "head" | "preview">,
): RecordOf<"app-rows"> {
  return { k: "app-rows", t, app, incarnation: LIFE, rows: [{ stream: TALK, ...row }] };
}

function appState(stream: string, head: number): HistoryRecord {
  const members = [`${ANN} owner`, `${BEN} member`, `${EVE} member`];
  return { k: "app-state", t: 13_007, app: SECOND, stream, head, name: "", members, marks: [] };
}
