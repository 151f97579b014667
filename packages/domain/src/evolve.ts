import { assert } from "./asserts.ts";
import type { Evolve } from "./decision.ts";
import { evolveDiscussion } from "./discussion/evolve.ts";
import { evolveGroup } from "./group/evolve.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";
import { evolveUser } from "./user/evolve.ts";

/**
 * A stream's state after an event of it (LOG8): judges nothing, asks nothing else. Messages have their own, `evolveMessage`.
 * Throws `AssertionFailed` for an event of another stream, or a log that does not begin with its first event.
 */
export const evolve: Evolve = (state, event) => {
  assert(state === null || state.id === event.stream, `${event.stream} is another stream`);
  // Equal ids are of one kind of stream, so the states have the kind of the event.
  if (isDiscussionDraft(event)) return evolveDiscussion(state as Parameters<typeof evolveDiscussion>[0], event);
  if (isGroupDraft(event)) return evolveGroup(state as Parameters<typeof evolveGroup>[0], event);
  return evolveUser(state as Parameters<typeof evolveUser>[0], event);
};
