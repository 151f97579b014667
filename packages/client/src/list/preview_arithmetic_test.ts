import {
  type EventOf,
  evolveMessage,
  type MessageState,
  type ReactToMessage,
  seq,
  type ShownLiveMessage,
  shownTo,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { BOB, discussionOn, message } from "../../testing/list_kit.ts";
import { previewReacted } from "./preview_arithmetic.ts";

const TALK = discussionOn(3);
const uuid = (n: number) => `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`;
const PEOPLE = Array.from({ length: 14 }, (_, n): UserId => uuidToId("user", uuid(7_000 + n)));
const EMOJI = ["👍", "🎉", "❤️"];

function shown(message: MessageState, viewer: UserId): ShownLiveMessage {
  const shown = shownTo(viewer, message);
  if (shown.kind !== "live") throw new Error("nobody deletes it");
  return shown;
}

Deno.test("[MSG4] reactions that a preview counts by itself are those of the whole message", () => {
  let [certain, asked] = [0, 0];
  const reactions = fc.array(fc.tuple(fc.nat(13), fc.nat(2)), { minLength: 20, maxLength: 120, size: "max" });
  fc.assert(
    fc.property(reactions, fc.constantFrom(...PEOPLE), (turns, viewer) => {
      const said = message(TALK, 1, { by: BOB });
      let state = evolveMessage(null, said)!; // it makes one
      turns.forEach(([who, which], n) => {
        const [user, emoji] = [PEOPLE[who]!, EMOJI[which]!];
        if (state.kind !== "live") return;
        // As it is decided: what is on is taken back, what is off is put on.
        const on = !state.reactions.some((one) => one.user === user && one.emoji === emoji);
        const event: EventOf<ReactToMessage> = {
          ...{ stream: TALK, id: uuidToId("evt", uuid(n)), type: "react-to-message", version: 1, actor: user },
          ...{ seq: seq(n + 2), at: unixMs(n), decided: { targetSeq: seq(1) }, body: { target: state.id, emoji, on } },
        };
        const after = previewReacted(shown(state, viewer), event, viewer);
        state = evolveMessage(state, event)!;
        if (after === null) asked++;
        else {
          deepStrictEqual(after, shown(state, viewer));
          certain++;
        }
      });
    }),
    { numRuns: 60 },
  );
  ok(certain > 4 * asked && asked > 50, `${certain} ${asked}`);
});
