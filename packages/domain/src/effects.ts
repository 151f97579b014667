import type { Effects } from "./decision.ts";
import { effectsOfDiscussion } from "./discussion/effects.ts";
import { effectsOfGroup } from "./group/effects.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";
import { effectsOfUser } from "./user/effects.ts";
import { assert } from "./asserts.ts";

/** What an event makes happen in other streams (FACT2): drafts by `system`, with ids derived from the event's, so sending them twice is harmless. */
export const effects: Effects = (event, state) => {
  assert(state.id === event.stream, `the state of ${state.id} was given for an event of ${event.stream}`);
  if (isDiscussionDraft(event)) return effectsOfDiscussion(event);
  if (isGroupDraft(event)) return effectsOfGroup(event);
  assert(state.kind === "user", "a user's stream has a user's state");
  return effectsOfUser(event, state);
};
