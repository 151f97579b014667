import { unreachable } from "./asserts.ts";
import type { DiscussionDraft, Draft, GroupDraft } from "./events.ts";
import { prefixOf } from "./ids.ts";
import type { DiscussionId, GroupId, StreamId, UserId } from "./ids.ts";

/** The three kinds of stream; each has its own state, `decide`, `evolve`, `effects` and `visible`. */
export type StreamKind = "user" | "group" | "discussion";

/** A stream's kind, read from its id's prefix. */
export function streamKind(stream: StreamId): StreamKind {
  const prefix = prefixOf(stream) as "user" | "grp" | "disc"; // the prefixes of a StreamId
  switch (prefix) {
    case "user":
      return "user";
    case "grp":
      return "group";
    case "disc":
      return "discussion";
    default:
      return unreachable(prefix);
  }
}

/** Whether a stream is a user's own. */
export const isUserStream = (stream: StreamId): stream is UserId => stream.startsWith("user_");
/** Whether a stream is a group's. */
export const isGroupStream = (stream: StreamId): stream is GroupId => stream.startsWith("grp_");
/** Whether a stream is a discussion's. */
export const isDiscussionStream = (stream: StreamId): stream is DiscussionId => stream.startsWith("disc_");

// A draft's type and its stream's kind fit together by the draft's own type; so the stream tells them apart, also for events and proposals.
export const isGroupDraft = <D extends Draft>(draft: D): draft is Extract<D, GroupDraft> => isGroupStream(draft.stream);
export const isDiscussionDraft = <D extends Draft>(draft: D): draft is Extract<D, DiscussionDraft> =>
  isDiscussionStream(draft.stream);
