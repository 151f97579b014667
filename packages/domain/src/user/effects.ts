import { erasure, removal } from "../answers.ts";
import { unreachable } from "../asserts.ts";
import type { AddedTo, Draft, EndAccount, EventOf, LeftGroup, UserEvent } from "../events.ts";
import type { DiscussionId, GroupId } from "../ids.ts";
import type { InboxEntry, InboxGroup, UserState } from "../state.ts";
import { isDiscussionStream } from "../streams.ts";
import { isStaleAdd, isUnwanted } from "./evolve.ts";

/**
 * Where an add meets a leaving of its group, a block or the account's end, the user's stream takes the user out again (FACT2). An account
 * that ends leaves everything, and all that was written becomes tombstones, in each discussion once the user is out of it (USR4).
 */
export function effectsOfUser(event: UserEvent, state: UserState): readonly Draft[] {
  switch (event.type) {
    case "register":
    case "set-profile":
    case "set-handle":
    case "block-user":
    case "unblock-user":
      return [];
    case "end-account":
      return leaveEverything(event, state);
    case "added-to":
      return undoUnwanted(event, state);
    case "removed-from":
      return state.endedAt === undefined ? [] : [erasure(event, event.body.stream, event.stream)];
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
  if (!isStale && !isUnwanted(state, event.body)) return [];
  return [removal(event, stream, { user: event.stream, since: seq })];
}

function leaveEverything(event: EventOf<EndAccount>, { inbox }: UserState): readonly Draft[] {
  const user = event.stream;
  return Object.values(inbox).flatMap((group) =>
    entriesOf(group).flatMap(([stream, { seq: since, ended }]): Draft[] => {
      if (ended === undefined) return [removal(event, stream, { user, since })];
      return isDiscussionStream(stream) ? [erasure(event, stream, user)] : [];
    })
  );
}

function leaveDiscussions(event: EventOf<LeftGroup>, { inbox, endedAt }: UserState): readonly Draft[] {
  if (endedAt !== undefined) return []; // by the account's end
  return entriesOf(inbox[event.body.group]).flatMap(([stream, { seq: since, groupSeq, ended }]) => {
    if (!isDiscussionStream(stream) || ended !== undefined || groupSeq >= event.body.groupSeq) return [];
    return [removal(event, stream, { user: event.stream, since })];
  });
}

function entriesOf(group: InboxGroup | undefined) {
  return Object.entries(group?.streams ?? {}) as [GroupId | DiscussionId, InboxEntry][]; // so its keys are typed
}
