import { erasure, removal } from "../answers.ts";
import { unreachable } from "../asserts.ts";
import type { AddedTo, Draft, EndAccount, EventOf, LeftGroup, UserEvent } from "../events.ts";
import type { DiscussionId, GroupId } from "../ids.ts";
import type { InboxEntry, InboxGroup, UserState } from "../state.ts";
import { isDiscussionStream } from "../streams.ts";
import { isStaleAdd, isUnwanted } from "./evolve.ts";

/** Where an add meets a leaving of its group, the user's stream takes the user out of the discussion again (FACT2). */
export function effectsOfUser(event: UserEvent, state: UserState): readonly Draft[] {
  switch (event.type) {
    case "register":
    case "set-profile":
    case "set-handle":
    case "block-user":
    case "unblock-user":
    case "removed-from":
      return [];
    case "end-account":
      return leaveEverything(event, state);
    case "added-to":
      return undoUnwanted(event, state);
    case "left-group":
      return leaveDiscussions(event, state);
    default:
      return unreachable(event);
  }
}

function undoUnwanted(event: EventOf<AddedTo>, state: UserState): readonly Draft[] {
  const { stream, seq, group, groupSeq } = event.body;
  // Adds and leavings of the group itself come in order from one stream: a leaving does not undo those before it.
  const isStale = isDiscussionStream(stream) && isStaleAdd(state.inbox[group], groupSeq);
  if (!isStale && !isUnwanted(state, event.body.by)) return [];
  return [removal(event, stream, { user: event.stream, since: seq })];
}

/** Out of every group, which leads out of its discussions; and all that was written, wherever it was (USR4). */
function leaveEverything(event: EventOf<EndAccount>, state: UserState): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const { streams } of Object.values(state.inbox) as InboxGroup[]) {
    for (const [stream, { seq: since, ended }] of Object.entries(streams) as [GroupId | DiscussionId, InboxEntry][]) {
      if (isDiscussionStream(stream)) drafts.push(erasure(event, stream, event.stream));
      else if (ended === undefined) drafts.push(removal(event, stream, { user: event.stream, since }));
    }
  }
  return drafts;
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
