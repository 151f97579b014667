import { type DiscussionId, incarnation, type NotifyLevel, seq, unixMs } from "@gatz/domain";
import assert from "node:assert/strict";
import { aDiscussion, aGroup, anEvent } from "../../testing/outbox/outbox_stage.ts";
import { PlainMarks } from "../../testing/outbox/plain_marks.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import type { Server } from "../server/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { CUT } from "../trouble.ts";
import { DurableOutbox } from "./durable_outbox.ts";

const LIFE = incarnation("one");
const NOTHING = { epoch: 0, seq: seq(0) };

/** An outbox that is not connected yet, with a server that a test may play. */
function stage(played: Partial<Pick<Server, "offer" | "mark" | "markUnread" | "notify">> = {}) {
  const [time, store, marks] = [new VirtualTime(), memoryStore(), new PlainMarks()];
  const outbox = new DurableOutbox({
    store,
    timing: time,
    onBug: (bug) => {
      throw bug;
    },
    server: {
      offer: (_stream, drafts) =>
        Promise.resolve({
          incarnation: LIFE,
          outcomes: drafts.map(({ id }, i) => ({ kind: "accepted", id, seq: seq(i + 1), at: unixMs(1) })),
        }),
      mark: (input) => Promise.resolve(marks.mark(input.marks, { silent: new Set() })),
      markUnread: (input) => Promise.resolve(marks.markUnread(input)),
      notify: ({ discussion, notify }) => Promise.resolve(marks.notify(discussion, notify)),
      ...played,
    },
  });
  const read = (discussion: DiscussionId, to: number) =>
    outbox.mark({ type: "read", discussion, seq: seq(to) }, NOTHING);
  return { time, store, marks, outbox, read };
}

Deno.test("[READ1] what was marked without a connection shows at once, and is told when there is one, a hundred marks a call", async () => {
  const { time, store, marks, outbox, read } = stage();
  const talks = Array.from({ length: 150 }, () => aDiscussion());
  for (const talk of talks) for (const to of [5, 4]) void read(talk, to);
  const level: NotifyLevel = "none";
  void outbox.notify(talks[0]!, "all");
  void outbox.notify(talks[0]!, level);
  assert.deepEqual(outbox.wishes.snapshot().get(talks[0]!), { mark: { epoch: 0, seq: 5 }, notify: level });
  await time.settle();
  outbox.connected(true);
  await time.pass(1_000);
  assert.deepEqual(marks.calls.toSorted((a, b) => a - b), [1, 50, 100]);
  for (const talk of talks) assert.deepEqual(marks.markOf(talk), { epoch: 0, seq: 5 });
  assert.equal(marks.levels.get(talks[0]!), level);
  assert.deepEqual(await store.list("wishes"), []);
  await time.pass(10_000);
  assert.equal(outbox.wishes.snapshot().size, 0);
  await outbox.close();
});

Deno.test("[READ1] [SHARD2] a mark whose shard is silent is told again, one of a discussion that is not there is not, and neither hinders others", async () => {
  const [silent, missing, there] = [aDiscussion(), aDiscussion(), aDiscussion()];
  let isSilent = true;
  const { time, store, marks, outbox, read } = stage({
    mark: (input) => {
      const answer = marks.mark(input.marks, { silent: new Set(isSilent ? [silent] : []) });
      const answers = answer.marks.map((one, i) => {
        const { discussion } = input.marks[i]!;
        return discussion === missing ? { kind: "missing", discussion } as const : one;
      });
      return Promise.resolve({ ...answer, marks: answers });
    },
    markUnread: () => Promise.resolve({ ...CUT, again: false, code: "NotFound", problem: "not there" }),
  });
  for (const talk of [silent, missing, there]) void read(talk, 7);
  void outbox.mark({ type: "unread", discussion: aDiscussion(), seq: seq(1) }, NOTHING);
  await time.settle();
  outbox.connected(true);
  await time.pass(5_000);
  assert.equal(marks.markOf(there).seq, 7);
  assert.deepEqual((await store.list("wishes")).map(({ value }) => value.discussion), [silent]);
  isSilent = false;
  await time.pass(10_000);
  assert.equal(marks.markOf(silent).seq, 7);
  assert.deepEqual(await store.list("wishes"), []);
  await outbox.close();
});

Deno.test("[READ1] a setting of a discussion that waits to be made is told after it is", async () => {
  const talk = aDiscussion();
  const made = Promise.withResolvers<void>();
  const { time, marks, outbox } = stage({
    offer: async (_stream, [draft]) => {
      await made.promise;
      return { incarnation: LIFE, outcomes: [{ kind: "accepted", id: draft!.id, seq: seq(1), at: unixMs(1) }] };
    },
  });
  const body = { name: "A name", group: aGroup(), members: [] };
  outbox.add({ stream: talk, id: anEvent(), type: "create", version: 1, body });
  void outbox.notify(talk, "none");
  await time.settle();
  outbox.connected(true);
  await time.pass(5_000);
  assert.equal(marks.levels.get(talk), undefined);
  made.resolve();
  await time.pass(1_000);
  assert.equal(marks.levels.get(talk), "none");
  await outbox.close();
});
