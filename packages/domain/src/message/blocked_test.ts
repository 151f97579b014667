import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { deleteMessage } from "../../testing/drafts.ts";
import { ann, ben, cleo, say, scene, talk } from "../../testing/scene.ts";
import { unlessBlocked } from "./blocked.ts";

Deno.test("[BLK1] of a message by somebody who is blocked it is shown that it is there, and nothing that it says", () => {
  const world = scene();
  const id = say(world, ben, { text: "a secret", mentions: [cleo] });
  const message = world.folded(talk).messages.get(id)!;
  strictEqual(unlessBlocked(message, new Set([cleo])), message);
  const { seq, at } = message;
  deepStrictEqual(unlessBlocked(message, new Set([ben])), {
    ...{ kind: "blocked", id, discussion: talk, seq, author: ben, at },
  });
  world.accept(deleteMessage(ann, talk, { target: id }));
  const deleted = world.folded(talk).messages.get(id)!;
  strictEqual(unlessBlocked(deleted, new Set([ben])), deleted);
});
