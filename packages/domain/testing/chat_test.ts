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
    { numRuns: 400, seed: 1 },
  );
  const byGatz = ["added-to", "removed-from", "left-group", "discussion-open", "continued"];
  const apart = [...byGatz, "set-profile", "set-handle"]; // the two are about nobody else
  const byPeople = Object.values(EVENT_TYPES).flat().filter((type) => !apart.includes(type));
  const all = [...new Set(byPeople), ...[...byGatz, "remove-member", "expunge"].map((type) => `system ${type}`)];
  deepStrictEqual([...counts.keys()].filter((key) => !all.includes(key)), []);
  for (const type of all) ok((counts.get(type) ?? 0) >= 10, `${type}: ${counts.get(type) ?? 0}`);
});
