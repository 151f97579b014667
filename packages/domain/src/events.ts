import type { DiscussionDraft, MessageDraft } from "./events/discussion.ts";
import type { GroupDraft } from "./events/group.ts";
import type { Actor } from "./events/shape.ts";
import type { UserDraft } from "./events/user.ts";
import type { StreamId, UserId } from "./ids.ts";
import type { Seq, UnixMs } from "./scalars.ts";

export type * from "./events/discussion.ts";
export type * from "./events/group.ts";
export type * from "./events/shape.ts";
export type * from "./events/user.ts";

export type Draft = DiscussionDraft | GroupDraft | UserDraft;
export type EventType = Draft["type"];

/** A draft and who proposes it. */
export type Proposal<D extends Draft = Draft> = D & { readonly actor: Actor };

export type SkipCode = "NotAddable" | "Unavailable";

/** What the decision adds to the draft (LOG1). Nothing is stored for empty fields. */
export interface Decided {
  /** The streams, other than this one, on whose state it was decided, each at the seq that was read (FACT1). */
  basis?: readonly { stream: StreamId; seq: Seq }[];
  /** The seq of the body's `target`. */
  targetSeq?: Seq;
  /** Who wrote the message that is flagged (MOD2). */
  author?: UserId;
  /** The seq of the body's `replyTo`. */
  replyToSeq?: Seq;
  /** People named in the body whom the decision left out. */
  skipped?: readonly { user: UserId; code: SkipCode }[];
  /** A right that came from the group, not from this stream (LOG8). */
  right?: "group-owner" | "group-moderator";
}

/** An accepted fact: the draft unchanged, and what the decision adds. */
export type EventOf<D extends Draft> = D extends Draft
  ? Readonly<D> & { readonly actor: Actor; readonly seq: Seq; readonly at: UnixMs; readonly decided: Decided }
  : never;
export type DiscussionEvent = EventOf<DiscussionDraft>;
export type MessageEvent = EventOf<MessageDraft>;
export type GroupEvent = EventOf<GroupDraft>;
export type UserEvent = EventOf<UserDraft>;
/** Any event of any stream. (`Event` is taken by the platform.) */
export type LogEvent = EventOf<Draft>;

/** Whether an event is one of the four about messages. */
export function isMessageEvent(event: LogEvent): event is MessageEvent {
  switch (event.type) {
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return true;
    default:
      return false;
  }
}
