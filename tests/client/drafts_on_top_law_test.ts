/** What is shown of drafts is what there is once they are accepted, and a draft is doomed only if the server refuses it. */
import {
  type CanDo,
  type DiscussionEvent,
  type DiscussionId,
  type GroupState,
  type MessageState,
  type Outcome,
  stateFor,
  unixMs,
  type UserId,
  type UserState,
  viewOf,
} from "@gatz/domain";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { DraftId, DraftRecord } from "../../packages/client/src/store/records.ts";
import { can } from "../../packages/client/src/stream/can.ts";
import { HeldStream } from "../../packages/client/src/stream/held_stream.ts";
import { drawDiscussion, type PictureMessage } from "../../packages/client/src/stream/picture.ts";
import { moves, PEOPLE, played, proposalOf, TALKS } from "../../packages/domain/testing/chat.ts";
import type { World } from "../../packages/domain/testing/world.ts";
import { open, stateAt } from "./one_log.ts";

function heldOf(world: World, stream: DiscussionId, viewer: UserId): HeldStream | null {
  const of = { log: world.log(stream), viewer };
  if (stateAt(of, of.log.length) === null) return null;
  const held = new HeldStream({ stream, viewer });
  held.open(open(of, { time: of.log.length, limit: 500 })!);
  return held;
}

/** Without what a picture adds. */
function plain({ pending: _, doomed: _doomed, quote: _quote, ...message }: PictureMessage): MessageState {
  assert(message.kind !== "blocked", "nobody is blocked here");
  return message;
}

/** A place that means this discussion. */
const placeAt = (talk: (typeof TALKS)[number], n: number) => n - n % TALKS.length + TALKS.indexOf(talk);
const flagless = <S extends object>(state: S) => ({ ...state, flags: undefined });

Deno.test("[DISC4] [LOG4] drafts show what there is once they are accepted, one by one too, and only what the server refuses is doomed", () => {
  const seen = { accepted: 0, doomed: 0, chats: 0 };
  fc.assert(
    fc.property(
      ...[moves(60), fc.constantFrom(...PEOPLE), fc.constantFrom(...TALKS), moves(60)] as const,
      (chat, viewer, talk, wishes) => {
        const world = played(chat);
        world.deliverAll();
        const held = heldOf(world, talk, viewer);
        if (held === null) return;
        seen.chats++;
        const before = world.log(talk).length;
        const at = unixMs(world.now);
        const self = world.folded(viewer).state as UserState; // of a user's id
        const group = world.folded(world.discussion(talk).group).state as GroupState; // of a group's id
        const input = { held, self: { ...self, blocks: [] }, group, at, limits: world.limits };
        let pendingDrafts: DraftRecord[] = [];
        const refused = new Set<DraftId>();
        for (const wish of wishes) {
          const proposal = proposalOf({ ...wish, place: placeAt(talk, wish.place) }, world);
          if (proposal?.stream !== talk) continue;
          const { actor: _, ...draft } = proposal;
          const foreseen = can({ ...input, pendingDrafts }, draft);
          // What can't be told, or not yet, is not shown as what it comes to.
          if (foreseen.kind === "unknown" || foreseen.kind === "not-now") continue;
          const madeAt = world.now;
          const mine = { ...proposal, actor: viewer };
          const facts = {
            ...world.facts(mine),
            actor: { kind: "known", value: { seq: self.seq, ended: false, blocks: new Set<UserId>() } },
          } as const;
          const outcome = world.offer(mine, { ...facts, at });
          assert.deepEqual(shortly(foreseen), shortly(outcome), JSON.stringify(mine));
          pendingDrafts.push({ draft, madeAt });
          if (outcome.kind === "rejected") refused.add(draft.id);
        }
        seen.accepted += pendingDrafts.length - refused.size;
        seen.doomed += refused.size;
        const arriving = world.log(talk).slice(before) as DiscussionEvent[]; // a discussion's
        const { state, messages } = viewOf(world.log(talk), viewer);
        for (let arrived = 0; arrived <= arriving.length; arrived++) {
          const { discussion, drafts, doomed, ...picture } = drawDiscussion({ ...input, pendingDrafts });
          assert.deepEqual([...doomed.keys()], [...refused]);
          assert.equal(drafts.size, arriving.length - arrived + refused.size);
          const shown = picture.messages.filter(({ id }) => !refused.has(id)).map(plain);
          assert.deepEqual(shown, [...messages.values()], "the same, whatever has arrived");
          assert.deepEqual(flagless(stateFor(viewer, discussion!)), flagless(stateFor(viewer, state!)));
          // The refusals are known before the first event arrives: on what has come since, the answer would be another.
          pendingDrafts = pendingDrafts.filter(({ draft }) => !refused.has(draft.id));
          refused.clear();
          const event = arriving[arrived];
          if (event !== undefined) held.take({ type: "event", event });
        }
      },
    ),
    { numRuns: 150 },
  );
  assert(seen.accepted > 50 && seen.doomed > 100, JSON.stringify(seen));
});

function shortly(answer: CanDo | Outcome): string {
  return answer.kind === "rejected" ? answer.code : answer.kind;
}
