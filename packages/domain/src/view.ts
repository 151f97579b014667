import type { LogEvent } from "./events.ts";
import { applyToMessages, foldStream, NOTHING } from "./fold.ts";
import type { Folded } from "./fold.ts";
import type { MessageId, UserId } from "./ids.ts";
import { underMarks, withMark } from "./message/expunged.ts";
import type { ExpungeMarks } from "./message/expunged.ts";
import { intervalsOf, visibleRanges } from "./membership.ts";
import type { Seq } from "./scalars.ts";
import type { MessageState, StreamState } from "./state.ts";
import { visible } from "./visible.ts";

/**
 * A stream as one viewer sees it (VIS4), from all of its events. `state` is the stream's as of the last seq that the viewer may see:
 * for an ex-member, as it stood when they left. `messages` is the fold of the visible events alone, marks among them (MOD1). Who never was a member gets
 * {@link NOTHING}.
 */
export function viewOf(events: readonly LogEvent[], viewer: UserId): Folded {
  const { state: present } = foldStream(events);
  const head = present === null ? undefined : viewersHead(present, viewer);
  if (present === null || head === undefined) return NOTHING;
  const messages = new Map<MessageId, MessageState>();
  let marks: ExpungeMarks;
  for (const event of events) {
    if (visible(event, viewer, present) === "opaque") continue;
    applyToMessages(messages, event);
    if (event.type === "expunge") marks = withMark(marks, event);
  }
  for (const [id, message] of messages) messages.set(id, underMarks(message, marks));
  const { state } = head === present.seq ? { state: present } : foldStream(events.filter((event) => event.seq <= head));
  return { state, messages };
}

/** The last seq that a viewer may see of a stream, or undefined for who never was a member. */
export function viewersHead(state: StreamState, viewer: UserId): Seq | undefined {
  if (state.kind === "user") return state.id === viewer ? state.seq : undefined;
  return visibleRanges(intervalsOf(state, viewer), state.seq).at(-1)?.to;
}
