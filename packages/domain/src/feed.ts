import type { LogEvent } from "./events.ts";
import type { DiscussionId, GroupId, StreamId, UserId } from "./ids.ts";
import type { PersonalChange } from "./personal.ts";
import type { Incarnation, Rev, Seq, UnixMs } from "./scalars.ts";
import type { DiscussionState, GroupState, Interval, Pin, Role, Sanction } from "./state.ts";
import type { ShardNumber } from "./ids.ts";
import type { Signal } from "./signal.ts";

/** A stream's newest seq. */
export interface Head {
  readonly stream: StreamId;
  readonly seq: Seq;
}

/** A stream's own part of its state as one viewer sees it: without the member list, with the viewer's own stays (LIVE3). */
export type StreamView =
  | { readonly kind: "user"; readonly id: UserId; readonly seq: Seq; readonly handle: string; readonly name: string }
  | {
    readonly kind: "group";
    readonly id: GroupId;
    readonly seq: Seq;
    readonly name: string;
    readonly owner: UserId | null;
    readonly createdAt: UnixMs;
    readonly memberCount: number;
    readonly mine: readonly Interval[];
    /** The viewer's own; null for who has left. */
    readonly role: Role | null;
  }
    & Pick<GroupState, "description" | "avatar" | "direct" | "archived">
  | {
    readonly kind: "discussion";
    readonly id: DiscussionId;
    readonly seq: Seq;
    readonly group: GroupId;
    readonly name: string;
    readonly owner: UserId | null;
    readonly closed: boolean;
    readonly createdAt: UnixMs;
    readonly memberCount: number;
    readonly mine: readonly Interval[];
    /** The viewer's own; null for who has left. */
    readonly role: Role | null;
    /** How long the viewer may not speak, if they are muted. */
    readonly muted?: Pick<Sanction, "until">;
    /** Those whose messages the viewer may see, oldest first. */
    readonly pins?: readonly Pin[];
  }
    & Pick<
      DiscussionState,
      "description" | "curatedBy" | "join" | "continues" | "locked" | "slowMode"
    >;

export type ShardStatus = "ok" | "slow" | "down";

/** What a feed brings, in the order of each stream's seqs (LIVE1–8). */
export type FeedItem =
  | { readonly type: "event"; readonly event: LogEvent }
  /** Seqs that exist and that this viewer may not see (VIS2). */
  | { readonly type: "opaque"; readonly stream: StreamId; readonly from: Seq; readonly to: Seq }
  /** A membership that began after the cursor: apply only if `head` is newer than what is held. */
  | {
    readonly type: "joined";
    readonly stream: StreamId;
    readonly visibleFrom: Seq;
    readonly head: Seq;
    readonly state: StreamView;
  }
  /** More was missed than is sent: read `log.read` from what is held up to `head`, or drop what is held. */
  | { readonly type: "behind"; readonly stream: StreamId; readonly head: Seq; readonly state?: StreamView }
  /** The cutover from backfill to streaming; `heads` of what changed since the cursor. */
  | { readonly type: "live"; readonly incarnation: Incarnation; readonly heads: readonly Head[] }
  /** `rev`, of the newest `read` or `setting` before it, if there were any since the last beat: who holds less has lost one. */
  | { readonly type: "beat"; readonly heads: readonly Head[]; readonly rev?: Rev }
  /** The user's own mark or setting as it now stands, whichever device set it (READ1); apply only if `rev` is newer than what is held. */
  | PersonalChange
  | {
    readonly type: "shard";
    readonly shard: ShardNumber;
    readonly status: ShardStatus;
    readonly streams: readonly StreamId[];
  }
  | ({ readonly type: "signal" } & Signal);

/** One delivery: as many items as waited. Its tracked id is the cursor to resume from. */
export interface FeedFrame {
  readonly items: readonly FeedItem[];
}
