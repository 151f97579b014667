import { strict as assert } from "node:assert";
import type { HistoryRecord } from "../history/record.ts";
import {
  changeList,
  changeRow,
  drop,
  dropElsewhere,
  dropRow,
  newRow,
  NOT_NOW,
  offerBundle,
  promote,
  removeItem,
  repeatItem,
  rowOf,
  swapRows,
} from "./testing/damage.ts";
import {
  accepted,
  ANN,
  answer,
  BEN,
  EVE,
  event,
  goodRun,
  HEAD,
  LIFE,
  logPage,
  offer,
  receipt,
  row,
  type Run,
  TALK,
} from "./testing/good_run.ts";
import { kindsFound } from "./testing/kinds_found.ts";

Deno.test("[LOG4] the checker finds nothing in a run that kept its promises", async () => {
  assert.deepEqual(await kindsFound(goodRun()), []);
});

/** Which rule is broken, what the checker must call it, and how it is done. */
const PLANTED: readonly (readonly [rule: string, kind: string, plant: (run: Run) => void, where?: string])[] = [
  ["LOG4", "an acked event lost", (run) => dropRow(run, "msg_4")],
  ["LOG4", "an ack that is not true", (run) => changeRow(run, "msg_4", { at: 9_999 })],
  ["LOG1", "a gap in a stream's seqs", (run) => dropRow(run, "msg_2")],
  ["LOG3", "a gap in a shard's positions", (run) => changeRow(run, "msg_4", { position: 99 })],
  ["LOG3", "a fence that is wrong", (run) => void (run.head = 7)],
  ["LOG5", "a time that goes back", (run) => changeRow(run, "msg_3", { at: 1 })],
  ["SHARD3", "effects that never arrive", (run) => void (run.undelivered = 1)],
  ["LOG2", "an id twice in the log", (run) => run.rows.push({ ...rowOf(run, "msg_4"), position: 9, seq: 9 })],
  ["LOG1", "an event that nobody offered", (run) => run.rows.push(newRow(9, "msg_ghost", ANN, "boo"))],
  ["LOG4", "a rejected event in the log", (run) => run.rows.push(newRow(9, "msg_no", EVE, "no"))],
  [
    "LOG4",
    "an event in the log that was only refused for now",
    (run) => run.rows.push(newRow(9, "msg_late", EVE, "late")),
  ],
  ["LOG2", "accepted twice", (run) => {
    const row = rowOf(run, "msg_4");
    run.records.push(offer(110, row), answer(110, [accepted(row)]));
  }],
  ["LOG2", "different acks of one draft", (run) => {
    const row = rowOf(run, "msg_4");
    run.records.push(offer(110, row), answer(110, [{ ...accepted(row), kind: "duplicate", at: 5 } as never]));
  }],
  ["LOG4", "both acked and rejected", (run) => {
    run.records.push(offer(110, rowOf(run, "msg_4")), answer(110, [{ kind: "rejected", code: "NotMember" }]));
  }],
  ["LOG4", "a draft without an end", (run) => {
    const draft = { id: "msg_lost", type: "new-message", actor: ANN, digest: "", stream: TALK };
    run.records.push(offer(110, draft), { k: "lost", t: 1_101, op: 110, why: "cut" });
  }],
  ["LOG9", "an ack of an unknown life", (run) => {
    run.records.push(offer(110, rowOf(run, "msg_4")), answer(110, [accepted(rowOf(run, "msg_4"))], "life-9"));
  }],
  ["LOG3", "real-time order broken", (run) => swapRows(run, "msg_3", "msg_4")],
  [
    "LOG6",
    "an event that differs from the log",
    (run) => changeRow(run, "msg_3", { body: { text: "other" }, digest: "x" }),
  ],
  ["LIVE3", "events left out by a feed", (run) => removeItem(run, { device: "ann/1", socket: 1, seq: 4 })],
  ["LIVE3", "an event twice on one socket", (run) => repeatItem(run, { device: "ann/1", socket: 1, seq: 4 })],
  ["LIVE3", "events left out by a feed", (run) => {
    for (const seq of [3, 4, 5]) removeItem(run, { device: "ben/1", socket: 2, seq });
  }, "after a cut"],
  ["LIVE1", "a device that does not hold all", (run) => removeItem(run, { device: "ann/1", socket: 1, seq: HEAD })],
  ["LIVE1", "a device that does not hold all", (run) => {
    const late = newRow(9, "evt_late", ANN, "late");
    const told = { stream: TALK, seq: 9 };
    run.records.push({ ...offer(110, late), t: 20_000 }, { ...answer(110, [accepted(late)]), t: 20_001 });
    run.rows.push(late, { ...late, id: "evt_told", actor: "system", stream: EVE, seq: 4, position: 10, body: told });
    for (const device of ["ann/1", "ben/1", "eve/1"]) {
      run.records.push({ ...receipt(device, device === "ben/1" ? 2 : 1, [event(late)]), t: 20_002 } as HistoryRecord);
    }
  }, "of what came to somebody's own stream"],
  ["LIVE4", "a head before its events", (run) => run.records.push(receipt("eve/1", 1, [["beat", [[TALK, 99]]]]))],
  [
    "LIVE3",
    "a head that is older than what came",
    (run) => run.records.push(receipt("eve/1", 1, [["behind", TALK, 2]])),
  ],
  [
    "LIVE1",
    "a device that never began",
    (run) => drop(run, (record) => record.k === "device" && record.device === "eve/1"),
  ],
  ["SHARD2", "a server that ended by itself", (run) => run.records.push({ k: "death", t: 1, what: "node1" })],
  ["SHARD2", "a server that did not end when told to", (run) => run.records.push({ k: "hung", t: 1, what: "node1" })],
  [
    "LOG4",
    "something without an end, in calm",
    (run) => run.records.push({ k: "unfinished", t: 1_700, what: "ann waits" }),
  ],
  ["LIVE1", "a run that never came to rest", (run) => drop(run, (record) => record.k === "calm")],
  ["VIS4", "a stream shut to somebody who was in it", (run) => {
    run.records.push({ k: "unread", t: 1_850, user: EVE, what: TALK, code: "NotFound" });
  }],
  ["USR3", "a list that is not what somebody was in", (run) => {
    run.records.push({ k: "list", t: 1_850, user: EVE, rows: [] });
  }, "but less"],
  ["USR3", "a list that is not what somebody was in", (run) => {
    run.records.push({ k: "list", t: 1_850, user: "user_foe", rows: [row(0)] });
  }, "but more"],
  ["USR3", "a list that names a discussion twice", (run) => {
    run.records.push({ k: "list", t: 1_850, user: ANN, rows: [row(3), row(3)] });
  }],
  ["VIS3", "a stream told of to somebody who was not in it", (run) => {
    // Eve comes with 5.
    run.records.push({ k: "receipt", t: 1_000, device: "eve/1", socket: 1, items: [["joined", TALK, 1, 4]] });
  }],
  ["LIVE3", "a head beyond the log", (run) => run.records.push(receipt("ben/1", 2, [["behind", TALK, 99]]))],
  ["LOG4", "an ack of another draft", (run) => {
    const [one, two] = [rowOf(run, "msg_3"), rowOf(run, "msg_4")];
    run.records.push(offer(110, one), answer(110, [{ ...accepted(one), id: two.id, kind: "duplicate" } as never]));
  }],
  ["LOG4", "a bundle that does not end at its first refusal", (run) => {
    offerBundle(run, ["msg_1", "msg_2"], (first, second) => [NOT_NOW, first, second]);
  }, "but goes on"],
  ["LOG4", "a bundle that does not end at its first refusal", (run) => {
    offerBundle(run, ["msg_1", "msg_2"], (first) => [first]);
  }, "but before"],
  ["LOG4", "a bundle that was split", (run) => {
    offerBundle(run, ["msg_1", "msg_3"], (first, second) => [first, second]);
  }],
  ["LIVE1", "a run that never settled", (run) => drop(run, (record) => record.k === "settled")],
  ["VIS1", "an event shown to somebody who may not see it", (run) => {
    run.records.push(logPage(EVE, run.rows.map(event)));
  }],
  ["VIS2", "an event hidden from somebody who may see it", (run) => {
    run.records.push(logPage(BEN, [["opaque", TALK, 1, 3], ...run.rows.slice(3).map(event)]));
  }],
  ["VIS2", "a hole in a page of the log", (run) => {
    run.records.push(logPage(ANN, run.rows.filter(({ seq }) => seq !== 4).map(event)));
  }],
  ["READ0", "a page that ends early", (run) => run.records.push(logPage(ANN, run.rows.slice(0, 4).map(event)))],
  ["READ0", "a reader who goes back in time", (run) => {
    const page = logPage(ANN, run.rows.slice(0, 7).map(event));
    run.records.push({ ...page, asOf: 7, asked: 1_600, t: 1_601 } as HistoryRecord);
  }],
  ["READ0", "a page beyond its asOf", (run) => {
    run.records.push({ ...logPage(BEN, run.rows.map(event)), asOf: 6, asked: 1, t: 2 } as HistoryRecord);
  }],
  ["DISC4", "something that should have been refused", (run) => changeRow(run, "msg_4", { actor: "user_foe" })],
  ["DISC4", "something that should have been refused", (run) => {
    changeRow(run, "evt_edit", { type: "mute-member", actor: ANN, body: { user: EVE } });
  }, "of who is muted"],
  ["FACT2", "news that did not come once", (run) => dropElsewhere(run, `evt_3_${EVE}`)],
  ["FACT2", "somebody taken out for no reason", (run) => {
    run.rows.push({ ...newRow(9, "evt_out", "system", ""), type: "remove-member", body: { user: BEN, since: 1 } });
  }],
  ["DISC2", "somebody who should be out", (run) => {
    run.elsewhere = run.elsewhere.map((row) =>
      row.id === `evt_2_${EVE}` ? { ...row, type: "block-user", actor: EVE, body: { user: ANN } } : row
    );
  }],
  ["USR4", "a message whose author's account is over", (run) => {
    const end = { ...newRow(4, "evt_end", BEN, ""), type: "end-account", stream: BEN };
    run.elsewhere.push({ ...end, position: run.elsewhere.length + 1 });
  }],
  ["GRP1", "two direct groups of two people", (run) => {
    const begun = { ...newRow(1, "evt_two", ANN, ""), type: "create", body: { members: [BEN], direct: true as const } };
    run.elsewhere.push({ ...begun, stream: "grp_one" }, { ...begun, stream: "grp_two" });
  }],
  ["VIS1", "an event shown to somebody who may not see it", (run) => {
    const flag = { ...newRow(9, "evt_flag", ANN, ""), type: "flag-message", body: { target: "msg_4" } };
    run.rows.push(flag);
    run.records.push({ ...receipt("eve/1", 1, [event(flag)]), t: 1_100 } as HistoryRecord);
  }, "in the form for moderators"],
  ["USR2", "two who have one handle", (run) => {
    for (const [i, user] of [ANN, BEN].entries()) {
      const handle = ["m_o1", "rn0i"][i]!;
      run.elsewhere.push({
        ...newRow(4, `evt_handle_${i}`, user, ""),
        type: "set-handle",
        stream: user,
        body: { handle },
      });
    }
  }],
  ["GRP1", "another direct group than before", (run) => {
    run.records.push({ k: "direct", t: 13_003, user: BEN, other: ANN, group: "grp_two", incarnation: LIFE });
  }],
  ["GRP1", "a direct group that is not there", (run) => {
    run.records.push({ k: "direct", t: 13_003, user: BEN, other: EVE, group: "grp_two", incarnation: LIFE });
  }],
  ["READ1", "a read mark lost", (run) => void (run.marks = [])],
  [
    "READ1",
    "a read mark lost",
    (run) => void (run.marks = [{ user: ANN, mark: [TALK, 0, 4, 1] }]),
    "but one before it",
  ],
  ["READ1", "a read mark that nobody set", (run) => run.marks.push({ user: BEN, mark: [TALK, 0, 4, 3] })],
  [
    "READ1",
    "a read mark that nobody set",
    (run) => void (run.marks = [{ user: ANN, mark: [TALK, 1, 4, 3] }]),
    "but further",
  ],
  ["READ1", "a read mark that goes back", (run) => {
    run.records.push({ ...receipt("ann/1", 1, [["read", TALK, 0, 4, 1]]), t: 13_010 } as HistoryRecord);
  }],
  ["READ1", "a device that does not know a read mark", (run) => {
    drop(run, (record) => record.k === "receipt" && record.items.some(([kind]) => kind === "read"));
  }],
  ["READ1", "a list that does not say what is read", (run) => changeList(run, { read: null })],
  ["READ1", "a list with another read mark", (run) => changeList(run, { read: 4 })],
  ["READ2", "a list that miscounts what is unread", (run) => changeList(run, { unread: 1 })],
  ["READ2", "a list that miscounts mentions", (run) => changeList(run, { mentions: 1 })],
  ["VIS4", "a preview that is not the newest message", (run) => changeList(run, { preview: null })],
  ["VIS4", "a page that is not the fold of the log", (run) => {
    run.rows.push({ ...newRow(9, "evt_purge", ANN, ""), type: "expunge", body: { author: BEN, upToSeq: 4 } });
    run.records.push({ ...run.records.find(({ k }) => k === "message-page")!, asOf: 9, t: 1_503 } as HistoryRecord);
  }, "after a purge"],
  ["VIS4", "a page that is not the fold of the log", (run) => {
    run.records = run.records.map((record) => {
      if (record.k !== "message-page") return record;
      return { ...record, messages: record.messages.map((message) => ({ ...message, revision: 0 })) };
    });
  }],
];

for (const [rule, kind, plant, where] of PLANTED) {
  Deno.test(`[${rule}] the checker names ${[kind, where].filter(Boolean).join(", ")}`, async () => {
    const run = structuredClone(goodRun());
    plant(run);
    const found = await kindsFound(run);
    assert(found.includes(kind), `found only: ${found.join(", ")}`);
  });
}

Deno.test("[LOG9] what a life lost beyond what its copy had kept is no violation, what it had kept is", async () => {
  const lost = (kept: number) => {
    const run = goodRun();
    dropRow(run, "msg_4");
    run.head = 7;
    return promote(run, kept);
  };
  assert.deepEqual(await kindsFound(lost(80)), []);
  assert.deepEqual(await kindsFound(lost(90)), ["an acked event lost"]);
});

Deno.test("[LOG9] what was lost and came again in another order, by chance to its old seq, is no violation", async () => {
  const comeAgain = (kept: number) => {
    const run = goodRun();
    swapRows(run, "msg_3", "msg_4");
    return promote(run, kept);
  };
  assert.deepEqual(await kindsFound(comeAgain(65)), []);
  assert.deepEqual(await kindsFound(comeAgain(90)), ["real-time order broken"]);
});
