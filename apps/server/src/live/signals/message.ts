/** Signals as nodes tell each other of them. When they expire each node says by its own clock: those of two nodes may be far apart. @module */
import {
  type DiscussionId,
  type GroupId,
  MAX_SHARDS,
  PRESENCE_STATUSES,
  type PresenceStatus,
  type ShardNumber,
  shardNumber,
  shardOf,
  type UserId,
  zDiscussionId,
  zGroupId,
  zUserId,
} from "@gatz/domain";
import type { NodeId } from "@gatz/storage/contract";
import { z } from "zod";

export type SignalMessage = TypingMessage | PresenceMessage | StatusMessage;

/** What the owner of a shard tells the nodes that follow it: signals, and that there is something in a log. */
export type NodeMessage = SignalMessage | NewsMessage;

/** A shard's log goes further now. Who misses it finds out by looking (LOG3). */
export interface NewsMessage {
  readonly kind: "news";
  readonly shard: ShardNumber;
}

export interface TypingMessage {
  readonly kind: "typing";
  readonly discussion: DiscussionId;
  readonly user: UserId;
  readonly on: boolean;
}

/** Whether a user has feeds at a node, and who is to know: the people of these groups, but for those whom they block (BLK1). */
export interface PresenceMessage {
  readonly kind: "presence";
  readonly user: UserId;
  readonly node: NodeId;
  readonly status: PresenceStatus | "offline";
  readonly groups: readonly GroupId[];
  readonly blocks: readonly UserId[];
}

/** What a user says of themselves, for the nodes that they have feeds at. */
export interface StatusMessage {
  readonly kind: "status";
  readonly user: UserId;
  readonly status: PresenceStatus;
}

const zNode = z.uuid().transform((id) => id as NodeId);

/** What another node may send. Of a newer one there may be more kinds, which this one leaves out. */
export const zNodeMessage: z.ZodType<NodeMessage, unknown> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("news"), shard: z.int().min(0).max(MAX_SHARDS - 1).transform(shardNumber) }),
  z.object({ kind: z.literal("typing"), discussion: zDiscussionId, user: zUserId, on: z.boolean() }),
  z.object({
    kind: z.literal("presence"),
    user: zUserId,
    node: zNode,
    status: z.enum([...PRESENCE_STATUSES, "offline"]),
    groups: z.array(zGroupId),
    blocks: z.array(zUserId),
  }),
  z.object({ kind: z.literal("status"), user: zUserId, status: z.enum(PRESENCE_STATUSES) }),
]);

/** A newer signal about the same takes the place of one that still waits. */
export function aboutOf(message: NodeMessage): string {
  switch (message.kind) {
    case "news":
      return `news ${message.shard}`;
    case "typing":
      return `typing ${message.discussion} ${message.user}`;
    case "presence":
      return `presence ${message.node} ${message.user}`;
    case "status":
      return `status ${message.user}`;
  }
}

/** The shard whose owner passes it on to all nodes. */
export function meetingShardOf(message: SignalMessage): ShardNumber {
  return shardOf(message.kind === "typing" ? message.discussion : message.user);
}
