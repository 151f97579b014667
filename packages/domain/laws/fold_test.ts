import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { evolve } from "../src/evolve.ts";
import type { DiscussionEvent, GroupEvent, LogEvent } from "../src/events.ts";
import { foldStream, NOTHING } from "../src/fold.ts";
import type { Folded } from "../src/fold.ts";
import { currentInterval, intervalsOf, isMember, membersNow, roleOf } from "../src/membership.ts";
import { evolveMessage } from "../src/message/evolve.ts";
import { MessagesFold } from "../src/message/messages_fold.ts";
import type { MessageState } from "../src/state.ts";
import { isUserStream } from "../src/streams.ts";
import type { World } from "../testing/world.ts";
import { limits, moves, newWorld, PEOPLE, play, played } from "../testing/chat.ts";
import { plainDiscussion } from "../testing/naive_discussion.ts";
import type { PlainDiscussion } from "../testing/naive_discussion.ts";
import { plainGroup } from "../testing/naive_group.ts";
import type { PlainGroup } from "../testing/naive_group.ts";
import { isIn, messagesOf, plain } from "../testing/naive_model.ts";

const chats = moves(60);

function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** A fold as it comes back from storage: through JSON. */
function stored({ state, messages }: Folded): Folded {
  return { state: json(state), messages: new Map(json([...messages])) };
}

Deno.test("[LOG8] what decide accepts evolve applies", () => {
  fc.assert(
    fc.property(chats, limits, (chat, limits) => {
      const world = newWorld(limits);
      for (const move of chat) {
        play(move, world);
        for (const stream of world.streams) assertApplied(world, stream);
      }
    }),
    { numRuns: 40 },
  );
});

/** Compares a stream's state with the naive reading of its log. */
function assertApplied(world: World, stream: World["streams"][number]): void {
  const log = world.log(stream);
  const { state, messages } = world.folded(stream);
  strictEqual(state?.seq, log.length);
  deepStrictEqual(new Map([...messages].map(([id, message]) => [id, plain(message)])), messagesOf(log));
  if (state.kind === "user") return;
  for (const person of PEOPLE) strictEqual(isMember(state, person), isIn(log, person));
  if (state.kind === "group") deepStrictEqual(plainOfGroup(state), plainGroup(log as readonly GroupEvent[])); // a group's
  else assertOneOwner(world, state);
}

/** What the fold made of a group, as plain data. */
function plainOfGroup(state: ReturnType<World["group"]>): PlainGroup {
  const { name, description, avatar, direct, archived, owner, invites, open } = state;
  return {
    ...{ name, description, owner, avatar: avatar?.sha256, direct: direct ?? false, archived: archived ?? false },
    roles: Object.fromEntries(membersNow(state).map((user) => [user, roleOf(state, user)!])),
    invites: Object.fromEntries((invites ?? []).map(({ id, uses }) => [id, uses])),
    open: (open ?? []).map(({ discussion }) => discussion),
  };
}

function assertOneOwner(world: World, state: ReturnType<World["discussion"]>): void {
  const owners = PEOPLE.filter((person) => currentInterval(state, person)?.role === "owner");
  deepStrictEqual(owners, state.owner === null ? [] : [state.owner]);
  const log = world.log(state.id) as readonly DiscussionEvent[]; // a discussion's
  strictEqual(state.messages, log.filter((event) => event.type === "new-message").length);
  deepStrictEqual(plainOf(state), plainDiscussion(log));
}

/** What the fold made of a discussion, as plain data. */
function plainOf(state: ReturnType<World["discussion"]>): PlainDiscussion {
  const { name, description, curatedBy, locked, closed, slowMode, lastSent, pins, mutes, bans, flags } = state;
  return {
    ...{ name, description, curatedBy, closed, slowMode, lastSent, locked: locked ?? false },
    roles: Object.fromEntries(membersNow(state).map((user) => [user, roleOf(state, user)!])),
    pins: (pins ?? []).map(({ message }) => message),
    mutes: { ...mutes },
    bans: { ...bans },
    flags: (flags ?? []).map(({ id }) => id),
  };
}

Deno.test("[LOG8] messages that are asked for at the end only are as each event's fold leaves them", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      const world = played(chat);
      for (const stream of world.streams) {
        const fold = new MessagesFold();
        for (const event of world.log(stream)) fold.take(event);
        deepStrictEqual(fold.messages(), [...world.folded(stream).messages.values()]);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("[LOG8] folding from a state at any seq is folding from the beginning, also through JSON", () => {
  fc.assert(
    fc.property(chats, fc.nat(), (chat, n) => {
      const world = played(chat);
      for (const stream of world.streams) {
        const log = world.log(stream);
        const cut = n % (log.length + 1);
        const whole = foldStream(log);
        deepStrictEqual(whole, world.folded(stream));
        const head = foldStream(log.slice(0, cut));
        deepStrictEqual(foldStream(log.slice(cut), head), whole);
        deepStrictEqual(foldStream(json(log.slice(cut)), stored(head)), whole);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("[LOG8] a fold changes nothing that it was given", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      const world = played(chat);
      for (const stream of world.streams) {
        let folded: Folded = NOTHING;
        for (const event of world.log(stream)) {
          const [stateBefore, eventBefore] = [stored(folded), json(event)];
          const next = foldStream([event], folded);
          deepStrictEqual(stored(folded), stateBefore);
          deepStrictEqual(json(event), eventBefore);
          folded = next;
        }
      }
    }),
    { numRuns: 20 },
  );
});

/** The event with its text gone and its emoji something that is no emoji: what no fold may depend on (LOG8). */
function disguised(event: LogEvent): LogEvent {
  if (event.type === "new-message") return { ...event, body: { ...event.body, text: "", attachments: [] } };
  if (event.type === "edit-message") return { ...event, body: { ...event.body, text: "", attachments: [] } };
  if (event.type !== "react-to-message") return event;
  return { ...event, body: { ...event.body, emoji: mask(event.body.emoji) } };
}

const mask = (emoji: string) => `not an emoji, and quite long: ${emoji}`.repeat(3);

function maskedMessage(message: MessageState): MessageState {
  if (message.kind === "deleted") return message;
  const reactions = message.reactions.map((reaction) => ({ ...reaction, emoji: mask(reaction.emoji) }));
  return { ...message, text: "", attachments: [], reactions };
}

Deno.test("[LOG8] folds are equal under any limits, any Unicode table and with every text blanked, content aside", () => {
  fc.assert(
    fc.property(chats, limits, (chat, limits) => {
      const world = played(chat, limits);
      for (const stream of world.streams) {
        const { state, messages } = world.folded(stream);
        const blank = foldStream(world.log(stream).map(disguised));
        deepStrictEqual(blank.state, state);
        deepStrictEqual(blank.messages, new Map([...messages].map(([id, message]) => [id, maskedMessage(message)])));
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("[LOG8] a message's fold needs its own events only, and others leave it the same object", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      const world = played(chat);
      for (const stream of world.streams.filter((id) => !isUserStream(id))) {
        const log = world.log(stream);
        for (const [id, message] of world.folded(stream).messages) {
          const own = log.filter((event) => event.id === id || ("target" in event.body && event.body.target === id));
          deepStrictEqual(own.reduce(evolveMessage, null), message);
          for (const event of log) if (!own.includes(event)) strictEqual(evolveMessage(message, event), message);
        }
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("[VIS1] a state with only one's own stays in it keeps them right", () => {
  fc.assert(
    fc.property(chats, fc.nat(), fc.constantFrom(...PEOPLE), (chat, n, viewer) => {
      const world = played(chat);
      for (const stream of world.streams) {
        const log = world.log(stream);
        const cut = 1 + (n % log.length);
        let { state } = foldStream(log.slice(0, cut));
        if (state === null || state.kind === "user") continue;
        const mine = intervalsOf(state, viewer);
        state = { ...state, members: mine.length > 0 ? { [viewer]: mine } : {} };
        for (const event of log.slice(cut)) state = evolve(state, event);
        const whole = foldStream(log).state;
        ok(whole?.kind !== "user" && state.kind !== "user");
        const stays = (of: typeof state) =>
          intervalsOf(of, viewer).map(({ from, historyFrom, left }) => [from, historyFrom, left]);
        deepStrictEqual(stays(state), stays(whole!));
      }
    }),
    { numRuns: 30 },
  );
});
