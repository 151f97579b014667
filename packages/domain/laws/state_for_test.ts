import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { DiscussionEvent, GroupEvent, LogEvent } from "../src/events.ts";
import { foldStream } from "../src/fold.ts";
import type { UserId } from "../src/ids.ts";
import { isDiscussionStream, isUserStream } from "../src/streams.ts";
import type { DiscussionState, GroupState, StreamState } from "../src/state.ts";
import { stateFor } from "../src/state_for.ts";
import { formFor } from "../src/visible.ts";
import { moves, PEOPLE, played } from "../testing/chat.ts";
import { plainDiscussion } from "../testing/naive_discussion.ts";
import { plainGroup } from "../testing/naive_group.ts";
import { holding } from "../testing/holder.ts";
import { covered, isIn } from "../testing/naive_model.ts";
import type { World } from "../testing/world.ts";

const chats = moves(80);

/** Each stream's log, and each viewer who is or was in it. */
function* views(world: World): Iterable<{ readonly log: readonly LogEvent[]; readonly viewer: UserId }> {
  for (const stream of world.streams) {
    const log = world.log(stream);
    const viewers = isUserStream(stream) ? [stream] : PEOPLE.filter((person) => covered(log, person).size > 0);
    for (const viewer of viewers) yield { log, viewer };
  }
}

Deno.test("[VIS4] the viewer's form of a state goes on by the viewer's forms of the events, also through JSON", () => {
  const seen = { steps: 0, hidden: 0, anew: 0 };
  fc.assert(
    fc.property(chats, fc.nat(12), (chat, openedAt) => {
      for (const { log, viewer } of views(played(chat))) {
        for (const { event, held, state, isHidden, isAnew } of holding(log, { viewer, openedAt })) {
          deepStrictEqual(
            stateFor(viewer, held),
            stateFor(viewer, state),
            `${event.type} ${event.seq} of ${event.stream}`,
          );
          seen.steps++;
          if (isHidden) seen.hidden++;
          if (isAnew) seen.anew++;
        }
      }
    }),
    { numRuns: 400 },
  );
  ok(seen.steps > 5_000 && seen.hidden > 50 && seen.anew > 50, JSON.stringify(seen));
});

Deno.test("[VIS4] it also does by the forms in which a page of the log gives them later", () => {
  let compared = 0;
  fc.assert(
    fc.property(chats, (chat) => {
      for (const { log, viewer } of views(played(chat))) {
        const last = stateOf(log, viewer);
        const formOf = (event: LogEvent) => formFor(event, viewer, last);
        const { held } = [...holding(log, { viewer, formOf })].at(-1)!; // they were in it
        deepStrictEqual(stateFor(viewer, held), stateFor(viewer, last));
        compared++;
      }
    }),
    { numRuns: 200 },
  );
  ok(compared > 500, `${compared} compared`);
});

Deno.test("[VIS4] the viewer's form of their form is that form", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      for (const { log, viewer } of views(played(chat))) {
        const form = stateFor(viewer, stateOf(log, viewer));
        deepStrictEqual(stateFor(viewer, form), form);
      }
    }),
    { numRuns: 30 },
  );
});

/** The stream's state as of the last seq that the viewer sees. */
function stateOf(log: readonly LogEvent[], viewer: UserId): StreamState {
  const head = isUserStream(log[0]!.stream) ? log.length : Math.max(...covered(log, viewer));
  return foldStream(log.slice(0, head)).state!;
}

Deno.test("[VIS4] a viewer's form tells of nobody who has gone, and of what people did only what the viewer may know", () => {
  const found = { former: 0, hidden: 0, flags: 0, invites: 0 };
  fc.assert(
    fc.property(chats, (chat) => {
      for (const { log, viewer } of views(played(chat))) {
        const whole = stateOf(log, viewer);
        const form = stateFor(viewer, whole);
        if (form.kind === "user") deepStrictEqual(form.inbox, {});
        else assertMembers(form, { log: log.slice(0, form.seq), viewer, found });
        if (form.kind === "discussion") assertDeeds(form, { log: log.slice(0, form.seq), viewer, found });
        if (form.kind === "group") assertInvites(form, { log: log.slice(0, form.seq), viewer, found });
      }
    }),
    { numRuns: 100 },
  );
  ok(Object.values(found).every((many) => many > 4), JSON.stringify(found));
});

interface Known {
  /** Up to the last event that the viewer sees. */
  readonly log: readonly LogEvent[];
  readonly viewer: UserId;
  readonly found: { former: number; hidden: number; flags: number; invites: number };
}

function assertMembers({ members }: GroupState | DiscussionState, { log, viewer, found }: Known): void {
  for (const person of PEOPLE.filter((one) => one !== viewer)) {
    const stays = members[person] ?? [];
    strictEqual(stays.length, isIn(log, person) ? 1 : 0);
    for (const { from, historyFrom, left } of stays) deepStrictEqual([historyFrom, left], [from, undefined]);
    if (stays.length === 0 && covered(log, person).size > 0) found.former++;
  }
}

function assertDeeds(form: DiscussionState, { log, viewer, found }: Known): void {
  const { roles, pins, mutes, bans, flags } = plainDiscussion(log as readonly DiscussionEvent[]); // a discussion's
  const seqs = covered(log, viewer);
  const seqOf = (id: string) => log.find((event) => event.id === id)!.seq;
  const isModerator = roles[viewer] === "owner" || roles[viewer] === "moderator";
  const seesAll = seqs.size === log.length;
  const told = (sanctions: Readonly<Record<string, { readonly seq: number }>>) =>
    Object.keys(sanctions).filter((user) => isModerator || user === viewer || seqs.has(sanctions[user]!.seq)).sort();
  deepStrictEqual(Object.keys(form.mutes ?? {}).sort(), told(mutes));
  deepStrictEqual(Object.keys(form.bans ?? {}).sort(), told(bans));
  deepStrictEqual((form.flags ?? []).map(({ id }) => id), isModerator && seesAll ? flags : []);
  deepStrictEqual((form.pins ?? []).map(({ message }) => message), pins.filter((message) => seqs.has(seqOf(message))));
  for (const marks of Object.values(form.expunged ?? {})) ok(marks.every(({ seq }) => seqs.has(seq)));
  ok(Object.keys(form.lastSent ?? {}).every((user) => user === viewer));
  strictEqual(form.messages, 0);
  found.flags += form.flags?.length ?? 0;
  found.hidden += flags.length - (form.flags?.length ?? 0) + pins.length - (form.pins?.length ?? 0);
}

function assertInvites({ invites = [] }: GroupState, { log, viewer, found }: Known): void {
  const { roles, invites: open } = plainGroup(log as readonly GroupEvent[]); // a group's
  const isModerator = roles[viewer] === "owner" || roles[viewer] === "moderator";
  deepStrictEqual(invites.map(({ id }) => id), isModerator ? Object.keys(open) : []);
  found.invites += invites.length;
}

/** The same event with everything else that it could have said to those who see it. */
function altered(event: LogEvent): LogEvent {
  switch (event.type) {
    case "mute-member":
    case "ban-member":
      return { ...event, body: { ...event.body, reason: "secret", until: (event.at + 1) as typeof event.at } };
    case "flag-message":
      return { ...event, body: { ...event.body, reason: "secret" } };
    case "pin-message":
      return { ...event, at: (event.at + 1) as typeof event.at };
    case "expunge":
      return { ...event, body: { ...event.body, reason: "secret" } };
    default:
      return event;
  }
}

Deno.test("[VIS4] nothing in what a plain member may not see changes anything in their form of the state", () => {
  let other = 0;
  fc.assert(
    fc.property(chats, (chat) => {
      for (const { log, viewer } of views(played(chat))) {
        if (!isDiscussionStream(log[0]!.stream)) continue;
        const role = plainDiscussion(log as readonly DiscussionEvent[]).roles[viewer];
        if (role === "owner" || role === "moderator") continue;
        const { state } = foldStream(log);
        const told = log.map((event) =>
          formFor(event, viewer, state!) === null && !isShown(event, viewer, log) ? altered(event) : event
        );
        deepStrictEqual(stateFor(viewer, stateOf(told, viewer)), stateFor(viewer, stateOf(log, viewer)));
        if (JSON.stringify(stateOf(told, viewer)) !== JSON.stringify(stateOf(log, viewer))) other++;
      }
    }),
    { numRuns: 150 },
  );
  ok(other > 10, `${other} states differed`);
});

/** Who may not speak is told for how long (DISC4); and who sees a message sees that it is pinned, also if that was while they were away. */
function isShown(event: LogEvent, viewer: UserId, log: readonly LogEvent[]): boolean {
  if (event.type === "pin-message") return covered(log, viewer).has(event.decided.targetSeq!);
  return "user" in event.body && event.body.user === viewer;
}
