/** What a client says that can be done is what the server answers (DISC4). */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { canDo, type Held } from "../src/can_do.ts";
import { isSystemType } from "../src/event_types.ts";
import type { LogEvent, Proposal } from "../src/events.ts";
import { applyToMessages, foldStream } from "../src/fold.ts";
import type { StreamId, UserId } from "../src/ids.ts";
import { isMember } from "../src/membership.ts";
import { needs } from "../src/needs.ts";
import type { Outcome } from "../src/outcome.ts";
import { publicForm } from "../src/public_form.ts";
import { seq, unixMs } from "../src/scalars.ts";
import type { GroupState, StreamState, UserState } from "../src/state.ts";
import { seesAll } from "../src/state_for.ts";
import { visible } from "../src/visible.ts";
import { limits, type Move, moves, newWorld, proposalOf } from "../testing/chat.ts";
import { holding } from "../testing/holder.ts";
import type { World } from "../testing/world.ts";

/** The events of a stream that a viewer is sent, in their forms. */
function sent(world: World, stream: StreamId, viewer: UserId): LogEvent[] {
  const { state } = world.folded(stream);
  if (state === null) return [];
  return world.log(stream).flatMap((event) => {
    const form = visible(event, viewer, state);
    return form === "opaque" ? [] : [form === "public" ? publicForm(event) : event];
  });
}

/** As who was sent it from the beginning holds it: of whom something was hidden while they were away, the state is not known. */
function folded(world: World, stream: StreamId, viewer: UserId): Pick<Held, "stream" | "messages"> {
  const events = sent(world, stream, viewer);
  if (events.length === 0) return { stream: null, messages: new Map() };
  if (events[0]?.seq === 1) {
    const { state, messages } = foldStream(events);
    return {
      stream: state !== null && isWhole(state, viewer) ? toHead(state, { world, viewer }) : undefined,
      messages,
    };
  }
  const messages = new Map();
  for (const event of events) applyToMessages(messages, event);
  return { stream: undefined, messages };
}

const isWhole = (state: StreamState, viewer: UserId) => state.kind === "user" || seesAll(viewer, state);

/** The newest events may be hidden: a member is told how far the stream goes all the same (VIS2). */
function toHead(
  state: StreamState,
  { world, viewer }: { readonly world: World; readonly viewer: UserId },
): StreamState {
  if (state.kind !== "user" && !isMember(state, viewer)) return state;
  return { ...state, seq: seq(world.log(state.id).length) };
}

type Holds = (world: World, stream: StreamId, viewer: UserId) => Pick<Held, "stream" | "messages">;

function heldBy(
  { world, folded }: { world: World; folded: Holds },
  viewer: UserId,
  proposal: Proposal,
): Held {
  const own = folded(world, proposal.stream, viewer);
  const { group = own.stream?.kind === "discussion" ? own.stream.group : undefined } = needs(proposal);
  return {
    ...own,
    ...(group !== undefined && { group: folded(world, group, viewer).stream as GroupState ?? undefined }), // of a group's id
    self: folded(world, viewer, viewer).stream as UserState ?? undefined, // of a user's id
  };
}

Deno.test("[DISC4] what a client says of a draft is what the server says, or that it does not know", () => {
  const said = { known: 0, unknown: 0, refused: 0 };
  fc.assert(
    fc.property(moves(60), limits, (chat, limits) => foreseeAll(newWorld(limits), chat, { folded, said })),
    { numRuns: 150 },
  );
  ok(said.known > said.unknown && said.refused > 100, JSON.stringify(said));
});

/** Plays a chat; before each offer, who makes it says what it will be answered, or that they do not know. */
function foreseeAll(
  world: World,
  chat: readonly Move[],
  { folded, said }: { folded: Holds; said: { known: number; unknown: number; refused: number } },
): void {
  world.deliverAll();
  for (const move of chat) {
    const proposal = proposalOf(move, world);
    if (proposal === null) continue;
    if (proposal.actor === "system" || isSystemType(proposal)) { // nothing that a client could offer
      world.offer(proposal);
      world.deliverAll();
      continue;
    }
    const held = heldBy({ world, folded }, proposal.actor, proposal);
    const foreseen = canDo(held, proposal, { at: unixMs(world.now), limits: world.limits });
    const outcome = world.offer(proposal);
    world.deliverAll();
    if (isOldId(outcome, held)) continue;
    if (foreseen.kind === "unknown") said.unknown++;
    else {
      said.known++;
      if (outcome.kind === "rejected") said.refused++;
      deepStrictEqual(shortly(foreseen), shortly(outcome), JSON.stringify(proposal));
    }
  }
}

/** Whether an id was used before, as that of a direct group's beginning or of a stream that is not seen, is not asked of a client. */
function isOldId(outcome: Outcome, { stream }: Held): boolean {
  if (outcome.kind !== "rejected") return outcome.kind === "duplicate";
  return outcome.code === "EventIdReused" || (outcome.code === "AlreadyExists" && stream === null);
}

Deno.test("[DISC4] so it does of what a client holds that opened a stream later, and has its user's form of the state", () => {
  const said = { known: 0, unknown: 0, refused: 0 };
  fc.assert(
    fc.property(moves(60), limits, fc.nat(30), (chat, limits, openedAt) => {
      const opened = (world: World, stream: StreamId, viewer: UserId) =>
        openedLater(world, stream, { viewer, openedAt });
      foreseeAll(newWorld(limits), chat, { folded: opened, said });
    }),
    { numRuns: 300 },
  );
  ok(said.known > said.unknown && said.refused > 100, JSON.stringify(said));
});

function openedLater(
  world: World,
  stream: StreamId,
  { viewer, openedAt }: { readonly viewer: UserId; readonly openedAt: number },
): Pick<Held, "stream" | "messages"> {
  const log = world.log(stream);
  const last = [...holding(log, { viewer, openedAt: Math.min(openedAt, log.length) })].at(-1);
  // Who has left before is answered with what was then; who never was in it, with nothing.
  const whole = last ?? [...holding(log, { viewer })].at(-1);
  return whole === undefined ? { stream: null, messages: new Map() } : { stream: whole.held, messages: whole.messages };
}

function shortly(answer: { readonly kind: string; readonly code?: string; readonly reason?: string }) {
  return { kind: answer.kind, code: answer.code ?? answer.reason };
}
