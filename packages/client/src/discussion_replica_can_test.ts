import { type Draft, type LogEvent, type MessageId, seq, toEvent, unixMs, type UserId, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { DiscussionReplica } from "./discussion_replica.ts";
import type { DiscussionSource, FeedHandlers } from "./discussion_source.ts";
import { CUT } from "./trouble.ts";

const uuid = (n: number) => `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`;
const stream = uuidToId("disc", uuid(1));
const [ALICE, BOB] = [uuidToId("user", uuid(3)), uuidToId("user", uuid(4))];
const MESSAGE: MessageId = uuidToId("msg", uuid(5));
const content = { text: "words", mentions: [], attachments: [] };

function event(actor: UserId, at: number, draft: Draft): LogEvent {
  return toEvent({ ...draft, actor }, {}, { seq: seq(at), at: unixMs(1_000) });
}

const LOG = [
  event(ALICE, 1, {
    ...{ stream, id: uuidToId("evt", uuid(6)), type: "create", version: 1 },
    body: { group: uuidToId("grp", uuid(7)), name: "Talk", members: [BOB] },
  }),
  event(ALICE, 2, { stream, id: MESSAGE, type: "new-message", version: 1, body: content }),
];

Deno.test("[DISC4] what can be done is said with the server's own codes, and what is not held is not known", async () => {
  let handlers: FeedHandlers | undefined;
  const source: DiscussionSource = {
    follow: (_, on) => {
      handlers = on;
      return { unsubscribe: () => {} };
    },
    read: () => Promise.resolve([]),
    offer: () => Promise.resolve(CUT),
  };
  const timing = { now: () => 2_000, wait: () => new Promise<void>(() => {}), retryDelayMs: () => 1_000 };
  const replica = new DiscussionReplica({ source, discussion: stream, viewer: BOB, timing });
  assert.deepEqual(replica.can({ type: "new-message", body: content }), { kind: "unknown" });
  handlers?.items(LOG.map((event) => ({ type: "event", event })));
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(replica.can({ type: "new-message", body: content }), { kind: "accepted" });
  const edit = replica.can({ type: "edit-message", body: { ...content, target: MESSAGE } });
  assert.deepEqual(edit, { kind: "rejected", code: "NotYourMessage", field: "body.target" });
  assert.deepEqual(replica.can({ type: "lock", body: {} }), { kind: "unknown" }, "the group may give the right");
  replica.close();
});
