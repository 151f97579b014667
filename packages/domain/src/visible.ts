import { unreachable } from "./asserts.ts";
import { ofKind } from "./of_kind.ts";
import type { Visibility, Visible } from "./decision.ts";
import { discussionEventTo } from "./discussion/visible.ts";
import type { LogEvent } from "./events.ts";
import { publicForm } from "./public_form.ts";
import { groupEventTo } from "./group/visible.ts";
import type { UserId } from "./ids.ts";
import { intervalsOf, seesSeq } from "./membership.ts";
import type { StreamState } from "./state.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";
import { userEventTo } from "./user/visible.ts";

/**
 * How much of an event a viewer gets (VIS1, VIS2). `state` is the stream's, at the event or newer: stays only ever grow, and one that
 * ended later had its end after the event.
 */
export const visible: Visible = (event, viewer, state) => {
  if (!isWithin(event, viewer, state)) return "opaque";
  return form(event, viewer, state);
};

/** The event in the form in which a viewer gets it, the same for all who get that form (VIS2); null: to them it is opaque. */
export function formFor(event: LogEvent, viewer: UserId, state: StreamState): LogEvent | null {
  const form = visible(event, viewer, state);
  switch (form) {
    case "full":
      return event;
    case "public":
      return publicForm(event);
    case "opaque":
      return null;
    default:
      return unreachable(form);
  }
}

/** Whether the event, and its target if it has one, lie in the viewer's stays. */
function isWithin(event: LogEvent, viewer: UserId, state: StreamState): boolean {
  if (state.kind === "user") return state.id === viewer;
  const stays = intervalsOf(state, viewer);
  const { targetSeq } = event.decided;
  return seesSeq(stays, event.seq) && (targetSeq === undefined || seesSeq(stays, targetSeq));
}

function form(event: LogEvent, viewer: UserId, state: StreamState): Visibility {
  if (isDiscussionDraft(event)) return discussionEventTo(event, viewer, ofKind(state, "discussion"));
  return isGroupDraft(event) ? groupEventTo(event, viewer, ofKind(state, "group")) : userEventTo(event);
}
