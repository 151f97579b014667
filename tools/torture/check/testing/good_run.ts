/** A small run in which all promises were kept: for tests that then break one. @module */
import { digestOf } from "../../history/digest.ts";
import type {
  HistoryRecord,
  NotedItem,
  NotedMessage,
  NotedRow,
  OfferedDraft,
  SaidOutcome,
} from "../../history/record.ts";
import type { FinalMark, LogRow } from "../final_log.ts";

export const ANN = "user_ann";
export const BEN = "user_ben";
export const EVE = "user_eve";
export const TALK = "disc_talk";
export const ALL = "grp_all";
export const LIFE = "life-1";

export interface Run {
  records: HistoryRecord[];
  /** Of another shard: everybody's own stream, and the group. */
  elsewhere: LogRow[];
  /** The talk's. */
  rows: LogRow[];
  /** The fence's position. */
  /** How far Ann has read, who has two devices. */
  marks: FinalMark[];
  head: number;
  undelivered: number;
  incarnation: string;
}

interface Said {
  readonly id: string;
  readonly type: string;
  readonly actor: string;
  readonly body: LogRow["body"];
  readonly targetSeq?: number;
}

/** What happened in the talk; Eve comes late and sees nothing before. */
const SAID: readonly Said[] = [
  { id: "evt_create", type: "create", actor: ANN, body: { group: ALL, members: [BEN] } },
  { id: "msg_1", type: "new-message", actor: ANN, body: { text: "one" } },
  { id: "msg_2", type: "new-message", actor: BEN, body: { text: "two" } },
  {
    id: "evt_react",
    type: "react-to-message",
    actor: ANN,
    body: { target: "msg_2", emoji: "👍", on: true },
    targetSeq: 3,
  },
  { id: "evt_add", type: "add-members", actor: ANN, body: { users: [EVE], historyFrom: "now" } },
  { id: "evt_edit", type: "edit-message", actor: BEN, body: { target: "msg_2", text: "two!" }, targetSeq: 3 },
  { id: "msg_3", type: "new-message", actor: EVE, body: { text: "three" } },
  { id: "msg_4", type: "new-message", actor: ANN, body: { text: "four" } },
];
export const HEAD = SAID.length;
/** Who was added to the talk, and at which seq. */
const ADDED: readonly (readonly [user: string, seq: number])[] = [[ANN, 1], [BEN, 1], [EVE, 5]];
/** Between one offer and the next; acks take half of it. */
const STEP_MS = 10;

export function goodRun(): Run {
  const rows = SAID.map(({ id, type, actor, body, targetSeq }, i): LogRow => ({
    ...{ position: i + 1, seq: i + 1, stream: TALK, at: 1_000 + i },
    ...{ id, type, actor, body, digest: digestOf(body) },
    decided: { basis: [{ stream: ALL, seq: 1 }], ...(targetSeq !== undefined && { targetSeq }) },
  }));
  const [group, ...others] = elsewhere();
  const records: HistoryRecord[] = [
    offer(0, group!),
    answer(0, [accepted(group!)]),
    ...rows.flatMap((row, i) => [offer(i + 1, row), answer(i + 1, [accepted(row)])]),
    // Ann's device holds the talk from the list on, Ben's from its beginning; a cut sends some again.
    { k: "device", t: 11, asked: 10, device: "ann/1", user: ANN, incarnation: LIFE, heads: [[TALK, 1]] },
    { k: "device", t: 11, asked: 10, device: "ben/1", user: BEN, incarnation: LIFE, heads: [[TALK, 1]] },
    { k: "device", t: 11, asked: 10, device: "eve/1", user: EVE, incarnation: LIFE, heads: [] },
    receipt("ann/1", 1, [["live", LIFE, []], ...rows.slice(1).map(event)]),
    receipt("ben/1", 1, [["live", LIFE, []], ...rows.slice(1, 4).map(event)]),
    receipt("ben/1", 2, [...rows.slice(2).map(event), ["live", LIFE, [[TALK, HEAD]]]]),
    receipt("eve/1", 1, [
      ["live", LIFE, []],
      ["joined", TALK, 5, 5],
      ["opaque", TALK, 6, 6],
      ...rows.slice(6).map(event),
    ]),
    // A draft that was refused, one that was only put off, and one that came through on the second try.
    offer(101, { id: "msg_no", type: "new-message", actor: EVE, digest: digestOf({ text: "no" }), stream: TALK }),
    answer(101, [{ kind: "rejected", code: "NotMember" }]),
    offer(102, { id: "msg_late", type: "new-message", actor: EVE, digest: digestOf({ text: "late" }), stream: TALK }),
    answer(102, [{ kind: "not-now", reason: "Busy", retryAfterMs: 1 }]),
    logPage(ANN, rows.map(event)),
    messagePage(ANN),
    { k: "calm", t: 1_800 },
    { k: "mark", t: 13_000, user: ANN, incarnation: LIFE, mark: [TALK, 0, 4, 1] },
    { k: "mark", t: 13_001, user: ANN, incarnation: LIFE, mark: [TALK, 0, 7, 2] },
    { k: "direct", t: 13_002, user: ANN, other: BEN, group: ALL, incarnation: LIFE },
    { ...receipt("ann/1", 1, [["read", TALK, 0, 4, 1], ["read", TALK, 0, 7, 2]]), t: 13_003 } as HistoryRecord,
    { k: "list", t: 13_004, user: ANN, rows: [{ ...row(7), unread: 0 }] },
    { k: "list", t: 13_004, user: BEN, rows: [{ ...row(0), unread: 3 }] },
    { k: "list", t: 13_004, user: EVE, rows: [row(0)] },
    // Whoever was never in it finds nothing there.
    { k: "unread", t: 1_801, user: "user_foe", what: TALK, code: "NotFound" },
    { k: "settled", t: 14_000, devices: ["ann/1", "ben/1", "eve/1"] },
  ];
  return {
    records,
    elsewhere: [group!, ...others],
    rows,
    marks: [{ user: ANN, mark: [TALK, 0, 7, 2] }],
    head: rows.length,
    undelivered: 0,
    incarnation: LIFE,
  };
}

/** The talk in a list, read to some seq; one message is left unread. */
export function row(read: number): NotedRow {
  return { stream: TALK, head: HEAD, read, unread: 1, mentions: 0, preview: message("msg_4", 8, ANN, "four") };
}

/** The group, and what everybody's own stream is told of it and of the talk. */
function elsewhere(): LogRow[] {
  const told = { group: ALL, groupSeq: 1, by: ANN };
  const group = { stream: ALL, seq: 1, id: "evt_all", type: "create", actor: ANN, body: { members: [BEN, EVE] } };
  const own = ADDED.flatMap(([user, seq]) => [
    { stream: user, seq: 1, id: `evt_1_${user}`, type: "register", actor: user, body: { handle: user } },
    ...[{ stream: ALL, seq: 1 }, { stream: TALK, seq }].map((add, i) => (
      {
        stream: user,
        seq: 2 + i,
        id: `evt_${2 + i}_${user}`,
        type: "added-to",
        actor: "system",
        body: { ...add, ...told },
      }
    )),
  ]);
  return [group, ...own].map((event, i) => (
    { ...event, position: i + 1, at: 900 + i, decided: {}, digest: digestOf(event.body) }
  ));
}

export function offer(
  op: number,
  { id, type, actor, digest, stream }: OfferedDraft & { readonly actor: string; readonly stream: string },
): HistoryRecord {
  return { k: "offer", t: op * STEP_MS, op, user: actor, stream, drafts: [{ id, type, digest }] };
}

export function answer(op: number, outcomes: readonly SaidOutcome[], incarnation = LIFE): HistoryRecord {
  return { k: "answer", t: op * STEP_MS + STEP_MS / 2, op, incarnation, outcomes };
}

export function accepted({ id, seq, at }: LogRow): SaidOutcome {
  return { kind: "accepted", id, seq, at };
}

export function event({ stream, seq, id, actor, at, digest }: LogRow): NotedItem {
  return ["event", stream, seq, id, actor, at, digest];
}

export function receipt(device: string, socket: number, items: readonly NotedItem[]): HistoryRecord {
  return { k: "receipt", t: 1_000 + socket, device, socket, items };
}

export function logPage(user: string, items: readonly NotedItem[]): HistoryRecord {
  return {
    ...{ k: "log-page", t: 1_501, asked: 1_500, user, stream: TALK, fromSeq: 1, limit: 100 },
    ...{ incarnation: LIFE, asOf: HEAD, items },
  };
}

function message(id: string, seq: number, author: string, text: string): NotedMessage {
  return { id, seq, author, text, revision: 0, changedSeq: seq, reactions: [] };
}

function messagePage(user: string): HistoryRecord {
  return {
    ...{ k: "message-page", t: 1_502, asked: 1_501, user, stream: TALK, before: null, limit: 3 },
    ...{ incarnation: LIFE, asOf: HEAD },
    messages: [
      message("msg_4", 8, ANN, "four"),
      message("msg_3", 7, EVE, "three"),
      { ...message("msg_2", 3, BEN, "two!"), revision: 1, changedSeq: 6, reactions: ["👍 1 true"] },
    ],
  };
}
