import { type DiscussionEvent, incarnation, type LogEvent, type UserId } from "@gatz/domain";
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { type Move, moves, PEOPLE, TALKS } from "../../packages/domain/testing/chat.ts";
import { blockUser, unblockUser } from "../../packages/domain/testing/drafts.ts";
import { ListWorld } from "./list_world.ts";
import type { ListedDiscussion } from "../../packages/client/src/server/contract.ts";
import { isTouchedBy, rowAfter, rowMarked } from "../../packages/client/src/list/row_arithmetic.ts";

const LIFE = incarnation("a life");
const marks = fc.record({
  discussion: fc.constantFrom(...TALKS),
  at: fc.nat(60),
  isUnread: fc.boolean(),
});
const blocks = fc.record({ user: fc.constantFrom(...PEOPLE), on: fc.boolean() });
/** Mostly of what messages are made of. */
const talk = fc.tuple(
  moves(8),
  fc.infiniteStream(fc.constantFrom("say", "say", "say", "edit", "react", "delete", "add", "remove")),
).map(
  ([moves, kinds]) => ({ moves: moves.map((move): Move => ({ ...move, kind: kinds.next().value })) }),
);
const scripts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: moves(8).map((moves) => ({ moves })) },
    { weight: 4, arbitrary: talk },
    { weight: 2, arbitrary: marks.map((mark) => ({ mark })) },
    { weight: 3, arbitrary: blocks.map((block) => ({ block })) },
  ),
  { maxLength: 24, size: "max" },
);
const viewers = fc.constantFrom(...PEOPLE.slice(0, 3));

/** What the script changed of one discussion. */
interface Turn {
  readonly row: ListedDiscussion;
  /** Of the discussion, since. */
  readonly events: readonly LogEvent[];
}

/** Plays a script and looks at each discussion before and after each step. */
function playing(
  { viewer, script }: { viewer: UserId; script: typeof scripts extends fc.Arbitrary<infer S> ? S : never },
  judge: (turn: Turn & { world: ListWorld; blocksBefore: ReadonlySet<UserId>; now: ListedDiscussion }) => void,
): void {
  const world = new ListWorld(viewer, LIFE);
  const look = (step: () => void) => {
    const blocksBefore = new Set(world.blocks);
    const before = TALKS.map((talk) => ({ row: world.row(talk), length: world.world.log(talk).length }));
    step();
    TALKS.forEach((talk, i) => {
      const { row, length } = before[i]!;
      const now = world.row(talk);
      if (row !== null && now !== null) {
        judge({ row, events: world.world.log(talk).slice(length), now, world, blocksBefore });
      }
    });
  };
  for (const step of script) {
    if ("mark" in step) look(() => world.mark(step.mark));
    else if ("block" in step) {
      const { user, on } = step.block;
      look(() => world.offer(on ? blockUser(viewer, user) : unblockUser(viewer, user)));
    } else for (const move of step.moves) look(() => world.play(move));
  }
}

Deno.test("[READ2] [VIS4] a row that goes on by an event is the row that the server would count", () => {
  const certain = new Map<string, number>();
  fc.assert(
    fc.property(
      viewers,
      scripts,
      (viewer, script) =>
        playing({ viewer, script }, ({ row, events, now, world, blocksBefore }) => {
          const [item] = world.feed.slice(-1);
          if (events.length !== 1 || item?.type !== "event" || item.event.id !== events[0]!.id) return;
          // It is of one of the discussions.
          const after = rowAfter(row, item.event as DiscussionEvent, { viewer, blocks: blocksBefore });
          if (after === null) return;
          deepStrictEqual(after, now);
          certain.set(item.event.type, (certain.get(item.event.type) ?? 0) + 1);
        }),
    ),
    { numRuns: 150 },
  );
  for (
    const type of ["new-message", "edit-message", "react-to-message", "delete-message", "add-members", "remove-member"]
  ) {
    ok((certain.get(type) ?? 0) > 5, `${type}: ${JSON.stringify([...certain])}`);
  }
});

Deno.test("[READ1] a row under another mark is the row that the server would count", () => {
  let certain = 0;
  fc.assert(
    fc.property(viewers, scripts, (viewer, script) =>
      playing({ viewer, script }, ({ row, events, now }) => {
        if (events.length > 0 || now.mark === null) return;
        const after = rowMarked(row, now.mark);
        if (after === null || after === row) return;
        deepStrictEqual(after, now);
        certain++;
      })),
    { numRuns: 150 },
  );
  ok(certain > 50, `${certain}`);
});

Deno.test("[BLK1] a row that blocking is said not to touch stays as it is", () => {
  let [touched, untouched] = [0, 0];
  fc.assert(
    fc.property(
      viewers,
      scripts,
      (viewer, script) =>
        playing({ viewer, script }, ({ row, events, now, world, blocksBefore }) => {
          const blocks = new Set(world.blocks);
          const changed = { blocked: blocks.difference(blocksBefore), unblocked: blocksBefore.difference(blocks) };
          if (events.length > 0 || changed.blocked.size + changed.unblocked.size === 0) return;
          if (isTouchedBy(row, changed)) touched++;
          else {
            deepStrictEqual(now, row);
            untouched++;
          }
        }),
    ),
    { numRuns: 150 },
  );
  ok(touched > 20 && untouched > 20, `${touched} ${untouched}`);
});
