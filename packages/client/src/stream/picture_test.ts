import {
  DEFAULT_LIMITS,
  type Draft,
  incarnation,
  type MessageId,
  seq,
  unixMs,
  type UserId,
  type UserState,
} from "@gatz/domain";
import assert from "node:assert/strict";
import {
  ALICE,
  BOB,
  CLEO,
  DISCUSSION,
  draft,
  GROUP,
  HandWrittenLog,
  messageDraft,
  newEventId,
} from "../../testing/hand_written_log.ts";
import type { DraftRecord } from "../store/records.ts";
import { can } from "./can.ts";
import { HeldStream } from "./held_stream.ts";
import { drawDiscussion, drawGroup, type Drawing, drawSelf, type PictureMessage } from "./picture.ts";

const MADE_AT = 50_000;
const record = (draft: Draft): DraftRecord => ({ draft, madeAt: MADE_AT });

function bob(blocks?: readonly UserId[]): UserState {
  const named = { handle: "somebody", name: "Somebody", createdAt: unixMs(1), profileSeq: seq(1) };
  return { kind: "user", id: BOB, seq: seq(1), ...named, inbox: {}, ...(blocks && { blocks }) };
}

/** Bob, with everything held and nothing drafted. */
function begin(log = new HandWrittenLog()) {
  const held = new HeldStream({ stream: DISCUSSION, viewer: BOB });
  held.open(log.opened(BOB));
  const drawing = (drafts: readonly DraftRecord[] = []): Drawing => ({
    ...{ held, pendingDrafts: drafts, self: bob(), at: unixMs(MADE_AT), limits: DEFAULT_LIMITS },
  });
  const take = () => log.events.slice(held.head).forEach(({ seq }) => held.take(log.item(seq, BOB)));
  return { log, held, drawing, take };
}

const said = (message: PictureMessage) => message.kind === "live" ? message.text : message.kind;
const texts = (drawing: Drawing) => drawDiscussion(drawing).messages.map(said);

Deno.test("[MSG1] one's own message shows at once, last, as pending; its event makes it one of all, once, also before the ack", () => {
  const { log, drawing, take } = begin();
  const mine = messageDraft("mine");
  const drafts = [record(mine)];
  assert.deepEqual(texts(drawing(drafts)), ["mine"]);
  log.say(ALICE, "earlier");
  take();
  const picture = drawDiscussion(drawing(drafts));
  assert.deepEqual(picture.messages.map(({ pending }) => pending), [undefined, true]);
  assert.deepEqual([[...picture.pending], [...picture.drafts], picture.asOf], [[mine.id], [mine.id], 2]);
  log.write(BOB, mine);
  log.say(ALICE, "later");
  take();
  const after = drawDiscussion(drawing(drafts));
  assert.deepEqual(after.messages.map(said), ["earlier", "mine", "later"]);
  assert.deepEqual([after.pending.size, after.drafts.size], [0, 0]);
});

Deno.test("[LOG4] what is accepted and has not arrived stays on top, and is not judged any more", () => {
  const { log, drawing, take } = begin();
  const acked = { seq: seq(3), at: unixMs(MADE_AT), incarnation: incarnation("first") };
  const drafts = [{ ...record(messageDraft("accepted")), acked }];
  log.write(ALICE, draft("lock", {}));
  take();
  const picture = drawDiscussion(drawing(drafts));
  assert.deepEqual([picture.messages.map(said), picture.doomed.size], [["accepted"], 0]);
});

Deno.test("[LOG4] an ack at a seq that is held says that it has arrived, though its event is before the window", () => {
  const { log, drawing } = begin();
  const mine = messageDraft("mine");
  log.write(BOB, mine);
  for (const text of ["one", "two", "three"]) log.say(ALICE, text);
  const held = new HeldStream({ stream: DISCUSSION, viewer: BOB });
  held.open(log.opened(BOB, 2));
  const drafts = [{ ...record(mine), acked: { seq: seq(2), at: unixMs(MADE_AT), incarnation: incarnation("first") } }];
  assert.deepEqual(texts({ ...drawing(drafts), held }), ["two", "three"]);
});

Deno.test("[DISC4] a draft that will be refused is doomed with the server's code, changes nothing, and is judged anew with every event", () => {
  const { log, drawing, take } = begin();
  const old = log.say(ALICE, "hers");
  const mine = messageDraft("mine");
  const drafts = [draft("edit-message", { target: old.id, text: "no", mentions: [], attachments: [] }), mine].map(
    record,
  );
  take();
  const before = drawDiscussion(drawing(drafts));
  assert.deepEqual(before.messages.map((message) => [said(message), message.doomed]), [["hers", "NotYourMessage"], [
    "mine",
    undefined,
  ]]);
  log.write(ALICE, draft("lock", {}));
  take();
  const locked = drawDiscussion(drawing(drafts));
  assert.deepEqual([...locked.doomed.values()], ["NotYourMessage", "Locked"]);
  assert.deepEqual(locked.messages.map(({ pending, doomed }) => [pending, doomed]), [[true, "NotYourMessage"], [
    true,
    "Locked",
  ]]);
  log.write(ALICE, draft("unlock", {}));
  take();
  assert.deepEqual([...drawDiscussion(drawing(drafts)).doomed.values()], ["NotYourMessage"]);
});

Deno.test("[MSG1] a new message that will be refused is shown, and nothing stands on it", () => {
  const { drawing } = begin();
  const mine = messageDraft("too long");
  const edit = draft("edit-message", { target: mine.id, text: "short", mentions: [], attachments: [] });
  const limits = { ...DEFAULT_LIMITS, textCodePoints: 5 };
  const { messages, doomed } = drawDiscussion({ ...drawing([mine, edit, messageDraft("fine")].map(record)), limits });
  assert.deepEqual(messages.map((message) => [said(message), message.doomed]), [["too long", "TextTooLong"], [
    "fine",
    undefined,
  ]]);
  assert.deepEqual([...doomed.keys()], [mine.id]);
  assert.deepEqual(messages.map(({ seq }) => seq), [2, 3], "each would be the next, and a refused one takes no seq");
});

Deno.test("[MSG2] [MSG3] [MSG4] drafts stand on those before them: a message that waits is edited, reacted to, and deleted", () => {
  const { drawing } = begin();
  const mine = messageDraft("teh");
  const edit = draft("edit-message", { target: mine.id, text: "the", mentions: [], attachments: [], baseRevision: 0 });
  const react = draft("react-to-message", { target: mine.id, emoji: "👍", on: true });
  const [, edited, reacted, gone] = [mine, edit, react, draft("delete-message", { target: mine.id })].map((_, n, all) =>
    drawDiscussion(drawing(all.slice(0, n + 1).map(record))).messages[0]!
  );
  assert.deepEqual([edited!.kind === "live" && edited!.text, edited!.kind === "live" && edited!.revision], ["the", 1]);
  assert.equal(reacted!.kind === "live" && reacted!.reactions[0]?.emoji, "👍");
  assert.equal(gone!.kind, "deleted");
  assert.deepEqual(
    can(drawing([record(mine), record(react)]), draft("react-to-message", { target: mine.id, emoji: "👍", on: true })),
    {
      ...{ kind: "rejected", code: "NoChange" },
    },
  );
});

Deno.test("[MOD2] by a state that lacks what the viewer may see by now nothing is judged, and everything is shown", () => {
  const { log, held, drawing, take } = begin();
  const { id: target } = log.say(ALICE, "hers");
  log.write(ALICE, draft("set-role", { user: BOB, role: "moderator" }));
  take();
  const drafts = [
    draft("edit-message", { target, text: "no", mentions: [], attachments: [] }),
    draft("rename", { name: "Other" }),
  ];
  const shown = () => drawDiscussion(drawing(drafts.map(record)));
  assert.equal(held.isToBeOpenedAnew, true);
  assert.deepEqual([shown().discussion?.name, shown().doomed.size, shown().isBehind], ["Other", 0, true]);
  assert.deepEqual(can(drawing(), drafts[0]!), { kind: "unknown" });
  held.open(log.opened(BOB));
  assert.deepEqual([shown().discussion?.name, [...shown().doomed.values()]], ["Other", ["NotYourMessage"]]);
});

Deno.test("[MSG5] what depends on a message that is not held is not known, and not doomed", () => {
  const { log, held, drawing, take } = begin();
  const old = log.say(BOB, "old");
  for (let n = 0; n < 3; n++) log.say(ALICE, "new");
  take();
  held.keepNewest(2);
  const drafts = [draft("delete-message", { target: old.id })].map(record);
  const { doomed, pending, messages, hasOlder } = drawDiscussion(drawing(drafts));
  assert.deepEqual([doomed.size, [...pending], messages.map(said), hasOlder], [0, [old.id], ["new", "new"], true]);
});

Deno.test("[DISC1] renaming and pinning show at once on the discussion", () => {
  const { log, drawing, take } = begin();
  const { id: target } = log.say(ALICE, "worth it");
  take();
  const drafts = [draft("rename", { name: "Other" }), draft("pin-message", { target })].map(record);
  const { discussion, pending } = drawDiscussion(drawing(drafts));
  assert.deepEqual([discussion?.name, discussion?.pins?.map(({ message, messageSeq }) => [message, messageSeq])], [
    "Other",
    [[target, 2]],
  ]);
  assert.equal(pending.size, 0, "no message is changed");
});

Deno.test("[ID3] a discussion that is made offline is there before the server knows of it", () => {
  const held = new HeldStream({ stream: DISCUSSION, viewer: BOB });
  const common = { held, self: bob(), at: unixMs(MADE_AT), limits: DEFAULT_LIMITS };
  assert.equal(drawDiscussion({ ...common, pendingDrafts: [] }).status, "loading");
  const drafts = [draft("create", { group: GROUP, name: "New", members: [ALICE] }), messageDraft("first")].map(record);
  const { status, discussion, messages, asOf, hasOlder, isBehind } = drawDiscussion({
    ...common,
    pendingDrafts: drafts,
  });
  assert.deepEqual([status, discussion?.name, discussion?.owner, messages.map(said)], ["ready", "New", BOB, ["first"]]);
  assert.deepEqual([asOf, hasOlder, isBehind], [0, false, false]);
  assert.equal(drawDiscussion({ ...common, pendingDrafts: [], isMissing: true }).status, "missing");
});

Deno.test("[BLK1] whom one blocks is a placeholder, in quotes too, and is shown again once unblocked", () => {
  const { log, drawing, take } = begin();
  const { id: replyTo } = log.say(CLEO, "something");
  log.say(ALICE, "what?", { replyTo });
  take();
  const shown = (blocks: readonly UserId[]) => {
    const { messages } = drawDiscussion({ ...drawing(), self: bob(blocks) });
    return messages.map((message) => [said(message), message.quote?.kind]);
  };
  assert.deepEqual(shown([]), [["something", undefined], ["what?", "live"]]);
  assert.deepEqual(shown([CLEO]), [["blocked", undefined], ["what?", "blocked"]]);
  assert.deepEqual(shown([]), [["something", undefined], ["what?", "live"]]);
  const unread = drawDiscussion({ ...drawing(), self: null, blocks: new Set([CLEO]) });
  assert.deepEqual(unread.messages.map(said), ["blocked", "what?"], "also before the user's own state is here");
});

Deno.test("[MSG3] [MSG2] quotes follow what becomes of their message, and stay the same object while nothing does", () => {
  const { log, drawing, take } = begin();
  const { id: target } = log.say(BOB, "one");
  log.say(ALICE, "yes", { replyTo: target });
  const reply = () => drawDiscussion(drawing()).messages[1]!;
  const quoted = (message: PictureMessage) => message.quote?.kind === "live" ? message.quote.text : message.quote?.kind;
  take();
  const first = reply();
  assert.equal(quoted(first), "one");
  log.write(ALICE, draft("react-to-message", { target, emoji: "👍", on: true }));
  take();
  assert.equal(reply(), first);
  const edit = draft("edit-message", { target, text: "two", mentions: [], attachments: [] });
  assert.equal(quoted(drawDiscussion(drawing([record(edit)])).messages[1]!), "two", "as one's own draft will have it");
  assert.equal(quoted(reply()), "one");
  const other = draft("edit-message", { target, text: "meanwhile", mentions: [], attachments: [] });
  log.write(BOB, other, { targetSeq: seq(2) });
  take();
  assert.equal(quoted(reply()), "meanwhile", "at the seq that the draft would have had");
  log.write(BOB, edit, { targetSeq: seq(2) });
  take();
  assert.equal(quoted(reply()), "two");
  log.write(BOB, draft("delete-message", { target }));
  take();
  assert.equal(quoted(reply()), "deleted");
});

Deno.test("a picture shares what did not change with the one before", () => {
  const { log, drawing, take } = begin();
  const ids: MessageId[] = ["one", "two", "three"].map((text) => log.say(ALICE, text).id);
  take();
  const first = drawDiscussion(drawing());
  assert.equal(drawDiscussion(drawing()).messages, first.messages);
  assert.equal(first.byId.get(ids[1]!), first.messages[1]);
  assert.equal(first.byId, first.byId);
  log.write(CLEO, draft("react-to-message", { target: ids[1]!, emoji: "👍", on: true }));
  take();
  const second = drawDiscussion(drawing());
  assert.deepEqual(second.messages.map((message, n) => message === first.messages[n]), [true, false, true]);
  assert.equal(
    first.messages[1]!.kind === "live" && first.messages[1]!.reactions.length,
    0,
    "what was drawn stays as it was",
  );
});

Deno.test("[BLK1] [GRP2] one's own stream and a group show what is drafted to them; a group that is made offline is there", () => {
  const at = unixMs(MADE_AT);
  const own = new HeldStream({ stream: BOB, viewer: BOB });
  own.open({ asOf: seq(1), items: [{ type: "opaque", stream: BOB, from: seq(1), to: seq(1) }], state: bob() });
  const block: Draft = { stream: BOB, id: newEventId(), type: "block-user", version: 1, body: { user: CLEO } };
  const self = drawSelf({ held: own, pendingDrafts: [record(block)], at, limits: DEFAULT_LIMITS });
  assert.deepEqual([self.state?.blocks, [...self.drafts]], [[CLEO], [block.id]]);
  const held = new HeldStream({ stream: GROUP, viewer: BOB });
  const toGroup = { stream: GROUP, version: 1 } as const;
  const drafts: Draft[] = [
    { ...toGroup, id: newEventId(), type: "create", body: { name: "New", members: [ALICE] } },
    { ...toGroup, id: newEventId(), type: "rename", body: { name: "Newer" } },
    { ...toGroup, id: newEventId(), type: "leave", body: {} },
  ];
  const drawn = drawGroup({ held, pendingDrafts: drafts.map(record), self: self.state, at, limits: DEFAULT_LIMITS });
  assert.deepEqual([drawn.status, drawn.group?.name, drawn.group?.owner, drawn.isBehind], [
    "ready",
    "Newer",
    BOB,
    false,
  ]);
  assert.deepEqual([...drawn.doomed], [[drafts[2]!.id, "OwnerMustHandOver"]]);
});
