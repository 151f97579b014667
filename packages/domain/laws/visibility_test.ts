import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { DiscussionEvent, LogEvent } from "../src/events.ts";
import { foldStream, NOTHING } from "../src/fold.ts";
import type { UserId } from "../src/ids.ts";
import { roleOf } from "../src/membership.ts";
import { isDiscussionStream, isUserStream } from "../src/streams.ts";
import { viewOf } from "../src/view.ts";
import { visible } from "../src/visible.ts";
import { moves, PEOPLE, played } from "../testing/chat.ts";
import { plainDiscussion } from "../testing/naive_discussion.ts";
import { covered, plain, shownOf } from "../testing/naive_model.ts";
import type { World } from "../testing/world.ts";

const chats = moves(80);

/** Calls `check` for each group's and discussion's log of a chat, and each viewer. */
function forEachView(world: World, check: (log: readonly LogEvent[], viewer: UserId) => void): void {
  for (const stream of world.streams.filter((id) => !isUserStream(id))) {
    for (const viewer of PEOPLE) check(world.log(stream), viewer);
  }
}

/** By the rule's own words: the seq is in the viewer's stays, and so is the target's, if there is one. */
function maySee(log: readonly LogEvent[], viewer: UserId): (event: LogEvent) => boolean {
  const seqs = covered(log, viewer);
  const targetOf = (event: LogEvent) =>
    "target" in event.body ? log.find(({ id }) => "target" in event.body && id === event.body.target) : undefined;
  const forModerators = betweenModerators(log, viewer);
  return (event) => {
    const target = targetOf(event);
    return seqs.has(event.seq) && (target === undefined || seqs.has(target.seq)) && !forModerators(event);
  };
}

/** What is not for a viewer who does not moderate: who flags what, their own flags aside, and what becomes of it (MOD2). */
function betweenModerators(log: readonly LogEvent[], viewer: UserId): (event: LogEvent) => boolean {
  const isTalk = log[0] !== undefined && isDiscussionStream(log[0].stream);
  const role = isTalk ? plainDiscussion(log as readonly DiscussionEvent[]).roles[viewer] : undefined;
  if (role === "owner" || role === "moderator") return () => false;
  return ({ type, actor }) => type === "resolve-flag" || (type === "flag-message" && actor !== viewer);
}

Deno.test("[VIS1] an event is visible exactly if its seq and its target's lie in the viewer's stays", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const { state } = foldStream(log);
        const sees = maySee(log, viewer);
        for (const event of log) strictEqual(visible(event, viewer, state!) !== "opaque", sees(event));
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("[VIS1] what one saw when it happened one sees ever after, what moderators see among themselves aside", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const { state: present } = foldStream(log);
        let folded = NOTHING as ReturnType<typeof foldStream>;
        for (const event of log) {
          folded = foldStream([event], folded);
          if (event.type === "flag-message" || event.type === "resolve-flag") continue;
          const [then, now] = [folded.state!, present!].map((state) => visible(event, viewer, state));
          if (then !== "opaque") notStrictEqual(now, "opaque");
          // Its private part goes by the present role.
          const hasPrivatePart = "flag" in event.body || event.type.endsWith("-invite");
          if (then === "full" && !hasPrivatePart) strictEqual(now, "full");
        }
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("[VIS4] a viewer's messages are the fold of what the viewer may see", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const { messages } = viewOf(log, viewer);
        const expected = shownOf(log.filter(maySee(log, viewer)));
        deepStrictEqual(new Map([...messages].map(([id, message]) => [id, plain(message)])), expected);
      });
    }),
    { numRuns: 30 },
  );
});

/** The same event with everything else that it could have said. */
function altered(event: LogEvent): LogEvent {
  switch (event.type) {
    case "new-message":
      return { ...event, body: { ...event.body, text: "secret", mentions: [...PEOPLE], attachments: [] } };
    case "edit-message":
      return { ...event, body: { ...event.body, text: "secret", mentions: [...PEOPLE], attachments: [] } };
    case "delete-message":
      return { ...event, body: { ...event.body, reason: "secret" } };
    case "react-to-message":
      return { ...event, body: { ...event.body, emoji: "secret", on: !event.body.on } };
    default:
      return event; // who is a member is what visibility itself stands on
  }
}

Deno.test("[VIS2] nothing that a viewer may not see changes anything in the viewer's view", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const sees = maySee(log, viewer);
        const other = log.map((event) => (sees(event) ? event : altered(event)));
        deepStrictEqual(viewOf(other, viewer), viewOf(log, viewer));
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("[VIS4] a viewer's state is the stream's, as of the last seq that the viewer may see", () => {
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const head = Math.max(0, ...covered(log, viewer));
        const { state } = viewOf(log, viewer);
        deepStrictEqual(state, foldStream(log.slice(0, head)).state);
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("[VIS1] no plain member ever gave anybody a history that they did not see themselves", () => {
  let given = 0;
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, adder) => {
        for (const [i, event] of log.entries()) {
          if (event.type !== "add-members" || event.actor !== adder) continue;
          const { state } = foldStream(log.slice(0, i));
          if (state === null || state.kind === "user" || roleOf(state, adder) !== "member" || event.decided.right) {
            continue;
          }
          const { historyFrom } = event.body;
          const first = historyFrom === "all" ? 1 : historyFrom === "now" ? event.seq : historyFrom;
          const seen = covered(log.slice(0, i + 1), adder);
          for (let at = first; at <= event.seq; at++) ok(seen.has(at), `seq ${at} of ${event.stream}`);
          given++;
        }
      });
    }),
    { numRuns: 40 },
  );
  ok(given > 0);
});

Deno.test("[VIS4] the laws of views look at views that differ from the whole", () => {
  let partial = 0;
  let former = 0;
  fc.assert(
    fc.property(chats, (chat) => {
      forEachView(played(chat), (log, viewer) => {
        const head = Math.max(0, ...covered(log, viewer));
        if (head > 0 && head < log.length) former++;
        const { messages } = viewOf(log, viewer);
        if (messages.size > 0 && messages.size < foldStream(log).messages.size) partial++;
      });
    }),
    { numRuns: 120, seed: 1 },
  );
  ok(partial >= 20 && former >= 20, `${partial} partial views, ${former} of former members`);
});
