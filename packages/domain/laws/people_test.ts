/** What holds of people once all effects have come, after any chat: who is in what, and what is left of whose account has ended. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Actor, LogEvent } from "../src/events.ts";
import type { UserId } from "../src/ids.ts";
import { isMember, membersNow } from "../src/membership.ts";
import { underMarks } from "../src/message/expunged.ts";
import type { DiscussionState, GroupState } from "../src/state.ts";
import { isUserStream } from "../src/streams.ts";
import { moves, PEOPLE, played } from "../testing/chat.ts";
import { code } from "../testing/scene.ts";
import type { World } from "../testing/world.ts";

const chats = moves(100);

/** The worlds that random chats come to in the end. */
function afterAll(check: (world: World) => void, numRuns: number): void {
  fc.assert(
    fc.property(chats, (chat) => {
      const world = played(chat);
      world.deliverAll();
      check(world);
    }),
    { numRuns },
  );
}

function discussions(world: World): DiscussionState[] {
  return states(world).filter((state) => state.kind === "discussion");
}

function states(world: World): (GroupState | DiscussionState)[] {
  return world.streams.flatMap((stream) => isUserStream(stream) ? [] : [world.folded(stream).state!])
    .filter((state) => state.kind !== "user");
}

Deno.test("[DISC2] whoever is in a discussion is in its group, and their own stream says so", () => {
  afterAll((world) => {
    for (const { id, group, ...state } of discussions(world)) {
      for (const user of membersNow({ id, group, ...state })) {
        ok(isMember(world.group(group), user), `${user} is in ${id} and not in its group`);
      }
    }
    for (const state of states(world)) {
      const group = state.kind === "group" ? state.id : state.group;
      for (const user of PEOPLE) {
        const entry = world.user(user).inbox[group]?.streams[state.id];
        strictEqual(entry !== undefined && entry.ended === undefined, isMember(state, user), `${user} on ${state.id}`);
      }
    }
  }, 150);
});

Deno.test("[USR4] whose account has ended is in nothing, owns nothing, and is not to be read any more", () => {
  let ended = 0;
  let erased = 0;
  afterAll((world) => {
    const gone = PEOPLE.filter((user) => world.user(user).endedAt !== undefined);
    ended += gone.length;
    for (const state of states(world)) {
      deepStrictEqual(gone.filter((user) => isMember(state, user)), []);
      ok(state.owner === null || !gone.includes(state.owner));
      const archivedOrClosed = state.kind === "group" ? state.archived === true : state.closed;
      if (state.owner === null) ok(archivedOrClosed, `${state.id} is nobody's`);
    }
    for (const { id, expunged } of discussions(world)) {
      for (const message of world.folded(id).messages.values()) {
        if (!gone.includes(message.author)) continue;
        strictEqual(underMarks(message, expunged).kind, "deleted", `${message.id} by ${message.author}`);
        erased++;
      }
    }
  }, 300);
  ok(ended > 20 && erased > 10, `${ended} accounts ended, ${erased} messages of theirs`);
});

/** Who brought whom in, by an event, and on which seq of their stream that was decided. */
function additions(event: LogEvent): { user: UserId; read: number }[] {
  if (event.type !== "create" && event.type !== "add-members") return [];
  return (event.decided.basis ?? []).flatMap(({ stream, seq }) =>
    isUserStream(stream) ? [{ user: stream, read: seq }] : []
  );
}

function skippedIn({ decided }: LogEvent): UserId[] {
  return decided.skipped?.filter(({ code }) => code === "NotAddable").map(({ user }) => user) ?? [];
}

/** Whether one of the two ever blocked the other. */
function haveBlocked(world: World, one: Actor, other: UserId): boolean {
  const blocks = (by: Actor, whom: Actor) =>
    by !== "system" && world.log(by).some((event) => event.type === "block-user" && event.body.user === whom);
  return blocks(one, other) || blocks(other, one);
}

Deno.test("[BLK1] nobody is added by whom they block, nor after their account's end, as their stream was when it was read", () => {
  let keptApart = 0;
  afterAll((world) => {
    for (const event of states(world).flatMap(({ id }) => world.log(id))) {
      for (const { user, read } of additions(event)) {
        const before = world.log(user).filter(({ seq }) => seq <= read);
        ok(!before.some(({ type }) => type === "end-account"));
        const said = before.findLast((own) =>
          (own.type === "block-user" || own.type === "unblock-user") && own.body.user === event.actor
        );
        ok(said?.type !== "block-user", `${event.actor} added ${user}, who blocks them`);
      }
      keptApart += skippedIn(event).filter((user) => haveBlocked(world, event.actor, user)).length;
    }
  }, 600);
  // It is about something: mostly nearly 30 are.
  ok(keptApart > 5, `${keptApart} were left out that somebody had blocked`);
});

Deno.test("[FACT2] effects are never refused for authority", () => {
  afterAll((world) => {
    for (const outcome of world.refused) ok(["NoChange", "Superseded"].includes(code(outcome)), code(outcome));
  }, 150);
});
