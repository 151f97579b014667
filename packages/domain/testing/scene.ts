/** A group of four people, with a discussion of the first three, ready for a test. */
import type { NewMessage } from "../src/events.ts";
import type { DomainLimits } from "../src/limits.ts";
import type { Outcome } from "../src/outcome.ts";
import { createDiscussion, createGroup, newMessage, register } from "./drafts.ts";
import { discussionId, groupId, userId } from "./ids.ts";
import { World } from "./world.ts";

export const ann = userId(1);
export const ben = userId(2);
/** Lives on another shard than the rest. */
export const cleo = userId(3, 2);
/** Is in the group, but in no discussion. */
export const dan = userId(4);
/** Is registered, and in nothing. */
export const eve = userId(5);
/** Was never registered. */
export const nobody = userId(6);
export const group = groupId(1);
export const talk = discussionId(1);

/** Ann owns the group and the discussion; all effects are delivered. */
export function scene(limits: Partial<DomainLimits> = {}): World {
  const world = new World(limits);
  for (const user of [ann, ben, cleo, dan, eve]) world.accept(register(user));
  world.accept(createGroup(ann, group, [ben, cleo, dan]));
  world.accept(createDiscussion(ann, talk, { group, members: [ben, cleo] }));
  world.deliverAll();
  return world;
}

/** Says something in the discussion, and returns the message's id. */
export function say(world: World, actor = ann, body: Partial<NewMessage["body"]> = {}) {
  return world.accept(newMessage(actor, talk, body)).id;
}

/** The refusal's code, or how else it ended. */
export function code(outcome: Outcome): string {
  return outcome.kind === "rejected" ? outcome.code : outcome.kind;
}
