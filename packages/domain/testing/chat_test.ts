import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { EVENT_TYPES } from "../src/event_types.ts";
import { moves, played } from "./chat.ts";

Deno.test("[LOG8] the random chats of the laws are about something: every type of event, by people and by gatz", () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(moves(100), (chat) => {
      const world = played(chat);
      for (const { type, actor } of world.streams.flatMap((stream) => world.log(stream))) {
        const key = actor === "system" ? `system ${type}` : type;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }),
    { numRuns: 60, seed: 1 },
  );
  const types = [...EVENT_TYPES.discussion, "register", "system added-to", "system removed-from", "system left-group"];
  const all = [...types, "system remove-member"];
  deepStrictEqual([...counts.keys()].filter((key) => !all.includes(key)), []);
  for (const type of all) ok((counts.get(type) ?? 0) >= 10, `${type}: ${counts.get(type) ?? 0}`);
});
