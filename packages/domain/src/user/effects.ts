import { removal } from "../answers.ts";
import { unreachable } from "../asserts.ts";
import type { AddedTo, Draft, EventOf, LeftGroup, UserEvent } from "../events.ts";
import type { DiscussionId, GroupId } from "../ids.ts";
import type { UserState } from "../state.ts";
import { isDiscussionStream } from "../streams.ts";
import { isStaleAdd } from "./evolve.ts";

/** Where an add meets a leaving of its group, the user's stream takes the user out of the discussion again (FACT2). */
export function effectsOfUser(event: UserEvent, state: UserState): readonly Draft[] {
  switch (event.type) {
    case "register":
    case "removed-from":
      return [];
    case "added-to":
      return undoStale(event, state);
    case "left-group":
      return leaveDiscussions(event, state);
    default:
      return unreachable(event);
  }
}

function undoStale(event: EventOf<AddedTo>, state: UserState): readonly Draft[] {
  const { stream, seq, group, groupSeq } = event.body;
  // Adds and leavings of the group itself come in order from one stream: there is nothing to undo.
  if (!isDiscussionStream(stream) || !isStaleAdd(state.inbox[group], groupSeq)) return [];
  return [removal(event, stream, { user: event.stream, since: seq })];
}

function leaveDiscussions(event: EventOf<LeftGroup>, state: UserState): readonly Draft[] {
  const streams = state.inbox[event.body.group]?.streams ?? {};
  const drafts: Draft[] = [];
  for (const stream of Object.keys(streams) as (GroupId | DiscussionId)[]) { // the keys of an inbox group
    const { seq: since, groupSeq, ended } = streams[stream]!;
    if (!isDiscussionStream(stream) || ended !== undefined || groupSeq >= event.body.groupSeq) continue;
    drafts.push(removal(event, stream, { user: event.stream, since }));
  }
  return drafts;
}
