import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  addToDiscussion,
  addToGroup,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  newMessage,
  react,
  removeFromDiscussion,
} from "../testing/drafts.ts";
import { ann, ben, cleo, dan, eve, group, say, scene, talk } from "../testing/scene.ts";
import { NOTHING } from "./fold.ts";
import type { UserId } from "./ids.ts";
import { viewersHead, viewOf } from "./view.ts";
import { visible } from "./visible.ts";

/** The seqs of a stream that a viewer gets in full. */
function seen(world: ReturnType<typeof scene>, stream: typeof talk | typeof group | UserId, viewer: UserId): number[] {
  const state = world.folded(stream).state!;
  return world.log(stream).filter((event) => visible(event, viewer, state) === "full").map(({ seq }) => seq);
}

Deno.test("[VIS1] one sees one's stays, both ends included, and nothing else", () => {
  const world = scene();
  say(world); // 2
  world.accept(leaveDiscussion(ben, talk)); // 3
  say(world); // 4
  world.accept(addToDiscussion(ann, talk, { users: [ben, dan], historyFrom: "now" })); // 5
  say(world); // 6
  world.accept(removeFromDiscussion(ann, talk, { user: dan })); // 7
  say(world); // 8
  deepStrictEqual(seen(world, talk, ann), [1, 2, 3, 4, 5, 6, 7, 8]);
  deepStrictEqual(seen(world, talk, ben), [1, 2, 3, 5, 6, 7, 8]);
  deepStrictEqual(seen(world, talk, dan), [5, 6, 7]);
  deepStrictEqual(seen(world, talk, eve), []);
});

Deno.test("[VIS1] an event with a target is visible only if the target is too", () => {
  const world = scene();
  const old = say(world); // 2
  world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" })); // 3
  world.accept(editMessage(ann, talk, { target: old })); // 4
  world.accept(react(ben, talk, { target: old })); // 5
  world.accept(newMessage(ann, talk, { replyTo: old })); // 6: a reply has no target
  world.accept(deleteMessage(ann, talk, { target: old })); // 7
  deepStrictEqual(seen(world, talk, dan), [3, 6]);
});

Deno.test("[VIS1] a group's events go to its members, a user's to the user", () => {
  const world = scene();
  world.accept(addToGroup(ann, group, { users: [eve] }));
  deepStrictEqual(seen(world, group, eve), [2]);
  deepStrictEqual(seen(world, group, ben), [1, 2]);
  deepStrictEqual(seen(world, cleo, cleo), [1, 2, 3]);
  deepStrictEqual(seen(world, cleo, ann), []);
});

Deno.test("[VIS4] an ex-member's view stands as it was when they left", () => {
  const world = scene();
  const target = say(world);
  world.accept(react(cleo, talk, { target }));
  const asItWas = world.folded(talk).messages.get(target);
  const left = world.accept(removeFromDiscussion(ann, talk, { user: cleo }));
  const state = world.folded(talk).state;
  world.accept(editMessage(ann, talk, { target, text: "changed" }));
  world.accept(deleteMessage(ann, talk, { target }));
  say(world);
  const view = viewOf(world.log(talk), cleo);
  deepStrictEqual(view, { state, messages: new Map([[target, asItWas]]) });
  strictEqual(viewersHead(world.discussion(talk), cleo), left.seq);
  strictEqual(viewersHead(world.discussion(talk), ben), world.discussion(talk).seq);
});

Deno.test("[VIS4] what happened while one was away is not in one's messages", () => {
  const world = scene();
  const target = say(world, ann, { text: "first" });
  world.accept(leaveDiscussion(cleo, talk));
  world.accept(editMessage(ann, talk, { target, text: "while away" }));
  const missed = say(world);
  world.accept(addToDiscussion(ann, talk, { users: [cleo], historyFrom: "now" }));
  world.accept(react(ben, talk, { target }));
  world.accept(editMessage(ann, talk, { target: missed }));
  const { state, messages } = viewOf(world.log(talk), cleo);
  deepStrictEqual(state, world.discussion(talk));
  deepStrictEqual([...messages.keys()], [target]);
  const message = messages.get(target);
  strictEqual(message?.kind === "live" && message.text, "first");
  strictEqual(message?.kind === "live" && message.reactions.length, 1);
});

Deno.test("[VIS3] for who never was a member there is nothing", () => {
  const world = scene();
  say(world);
  deepStrictEqual(viewOf(world.log(talk), eve), NOTHING);
  deepStrictEqual(viewOf([], ann), NOTHING);
  strictEqual(viewersHead(world.discussion(talk), dan), undefined);
});
