/** What there is to show of a stream: plain values, new ones whenever something changed, and the same objects where nothing did. @module */
import {
  type AnyEventId,
  type BlockedMessage,
  type DiscussionState,
  type GroupState,
  intervalsOf,
  type LiveMessage,
  type MessageId,
  type RejectionCode,
  type Seq,
  type StreamState,
  type Tombstone,
  type UserId,
  visibleRanges,
} from "@gatz/domain";
import { type DraftsOnTop, draftsOnTop, type OnTop } from "./drafts_on_top.ts";
import { messagesToShow } from "./picture_messages.ts";

/**
 * `loading`: nothing of it is here yet. `missing`: it is not there for this viewer. `ready`: as much as is here can be shown, from the
 * store too.
 */
export type PictureStatus = "loading" | "ready" | "missing";

/** What a reply shows of the message that it answers; without reactions. */
export type Quote =
  | Pick<LiveMessage, "kind" | "id" | "seq" | "author" | "text" | "attachments">
  | Pick<Tombstone | BlockedMessage, "kind" | "id" | "seq" | "author">;

/** A message as it is to be shown: live, a tombstone, or of somebody whom the viewer blocks; with what the viewer has just done to it. */
export type PictureMessage = (LiveMessage | Tombstone | BlockedMessage) & {
  /** It is, or is changed by, a draft of the viewer's that has not arrived yet. */
  readonly pending?: true;
  /** The server will refuse that draft, as far as can be told from here. A change that will be refused is not shown. */
  readonly doomed?: RejectionCode;
  /** Of a reply: what it answers; left out while that is not held. */
  readonly quote?: Quote;
};

export interface StatePicture<S extends StreamState> {
  readonly status: PictureStatus;
  /** The viewer's form, with what the viewer's drafts would make of it. Null: not known yet. */
  readonly state: S | null;
  /** What is confirmed reaches up to here; 0: nothing is. */
  readonly asOf: Seq;
  /** Something newer is known to be there, or has to be asked for. */
  readonly isBehind: boolean;
  /** Drafts that have not arrived yet, and why the server will refuse some of them, as far as can be told from here. */
  readonly drafts: ReadonlySet<AnyEventId>;
  readonly doomed: ReadonlyMap<AnyEventId, RejectionCode>;
}

/** What there is to show of a group. */
export type GroupPicture = Omit<StatePicture<GroupState>, "state"> & { readonly group: GroupState | null };

/** What there is to show of a discussion: a plain value, and what did not change is the same object as in the one before. */
export interface DiscussionPicture extends Omit<StatePicture<DiscussionState>, "state"> {
  readonly discussion: DiscussionState | null;
  /** In the order of the discussion; the viewer's own that have not arrived yet come last. */
  readonly messages: readonly PictureMessage[];
  readonly byId: ReadonlyMap<MessageId, PictureMessage>;
  /** There are older ones that the viewer may see. */
  readonly hasOlder: boolean;
  /** The messages that are, or are changed by, drafts that have not arrived yet. */
  readonly pending: ReadonlySet<MessageId>;
}

export interface Drawing extends DraftsOnTop {
  /** Whom the user blocks, as it was last known; counts while their own state is not here. */
  readonly blocks?: ReadonlySet<UserId> | null;
  /** The server said that it is not there. */
  readonly isMissing?: boolean;
}

/** A discussion as its viewer is shown it. Costs a walk over the list of the held messages, and folds only the drafts. */
export function drawDiscussion(drawing: Drawing): DiscussionPicture {
  const top = draftsOnTop(drawing);
  const { state: discussion, ...shared } = drawState(drawing, top, "discussion");
  const messages = messagesToShow(drawing, top);
  let byId: ReadonlyMap<MessageId, PictureMessage> | undefined;
  return {
    ...{ ...shared, discussion, messages, pending: top.touched, hasOlder: hasOlder(drawing) },
    // Many redraw without looking anything up.
    get byId() {
      return byId ??= new Map(messages.map((message) => [message.id, message]));
    },
  };
}

export function drawGroup(drawing: Drawing): GroupPicture {
  const { state: group, ...shared } = drawState(drawing, draftsOnTop(drawing), "group");
  return { ...shared, group };
}

/** A user's own stream: their profile, and whom they block. */
export function drawSelf(drawing: Omit<Drawing, "self">): StatePicture<Extract<StreamState, { kind: "user" }>> {
  return drawState(drawing, draftsOnTop({ ...drawing, self: null }), "user");
}

function drawState<K extends StreamState["kind"]>(
  { held, isMissing = false }: Pick<Drawing, "held" | "isMissing">,
  { state, pending, doomed, head }: OnTop,
  kind: K,
): StatePicture<Extract<StreamState, { kind: K }>> {
  const isHere = head > 0 || state != null;
  return {
    status: isMissing ? "missing" : isHere ? "ready" : "loading",
    // A stream's id says its kind, and states are of the stream.
    state: state?.kind === kind ? state as Extract<StreamState, { kind: K }> : null,
    asOf: head,
    // What was made here, and nobody knows of yet, is whole.
    isBehind: held.missing() !== null || (held.isToBeOpenedAnew && !(head === 0 && isHere)),
    drafts: new Set(pending.map(({ id }) => id)),
    doomed,
  };
}

/** Where the viewer's stays are not known, older things may be there. */
function hasOlder({ held: { state, viewer, from } }: Pick<Drawing, "held">): boolean {
  if (state === null || state.kind === "user") return from > 1;
  const oldest = visibleRanges(intervalsOf(state, viewer), state.seq)[0]?.from;
  return oldest !== undefined && oldest < from;
}
