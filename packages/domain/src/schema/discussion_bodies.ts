/** The bodies of what clients propose to discussions, but for messages (DISC1). @module */
import { z } from "zod";
import type {
  BanMember,
  Because,
  CreateDiscussion,
  DescribeDiscussion,
  Expunge,
  FlagMessage,
  JoinWindow,
  MuteMember,
  PinMessage,
  RemoveFromDiscussion,
  RenameDiscussion,
  ResolveFlag,
  SetDiscussionRole,
  SetSlowMode,
  UnmuteMember,
} from "../events.ts";
import { because, INPUT_BOUNDS, zDescription, zName, zReason, zSeq, zUnixMs, zUserIds } from "./bodies.ts";
import { zDiscussionId, zEventId, zGroupId, zMessageId, zUserId } from "./ids.ts";

export const zJoinWindow = z.strictObject({
  until: zUnixMs,
  historyFrom: z.enum(["all", "now"]),
}) satisfies z.ZodType<JoinWindow>;
export const zCreateDiscussionBody = z.strictObject({
  group: zGroupId,
  name: zName,
  members: zUserIds,
  description: zDescription.min(1).optional(),
  curatedBy: z.literal("moderators").optional(),
  join: zJoinWindow.optional(),
  continues: z.strictObject({ discussion: zDiscussionId, message: zMessageId }).optional(),
}) satisfies z.ZodType<CreateDiscussion["body"]>;
/** Of groups too. */
export const zRenameBody = z.strictObject({ name: zName }) satisfies z.ZodType<RenameDiscussion["body"]>;
export const zDescribeDiscussionBody = z.strictObject({
  description: zDescription.optional(),
  curatedBy: z.enum(["members", "moderators"]).optional(),
}) satisfies z.ZodType<DescribeDiscussion["body"]>;
export const zRemoveFromDiscussionBody = z.strictObject({
  user: zUserId,
  since: zSeq.optional(),
  ...because,
}) satisfies z.ZodType<RemoveFromDiscussion["body"]>;
export const zSetDiscussionRoleBody = z.strictObject({
  user: zUserId,
  role: z.enum(["owner", "moderator", "member"]),
}) satisfies z.ZodType<SetDiscussionRole["body"]>;
/** Of pinning and unpinning. */
export const zPinBody = z.strictObject({ target: zMessageId }) satisfies z.ZodType<PinMessage["body"]>;
/** Of locking and closing. */
export const zBecauseBody = z.strictObject(because) satisfies z.ZodType<Because>;
/** Of muting and banning. */
export const zSanctionBody = z.strictObject({
  user: zUserId,
  until: zUnixMs.optional(),
  ...because,
}) satisfies z.ZodType<MuteMember["body"] & BanMember["body"]>;
/** Of what takes them back. */
export const zPardonBody = z.strictObject({ user: zUserId }) satisfies z.ZodType<UnmuteMember["body"]>;
export const zSetSlowModeBody = z.strictObject({
  seconds: z.int().min(0).max(INPUT_BOUNDS.seconds),
  until: zUnixMs.optional(),
}) satisfies z.ZodType<SetSlowMode["body"]>;
export const zFlagMessageBody = z.strictObject({
  target: zMessageId,
  reason: zReason.optional(),
}) satisfies z.ZodType<FlagMessage["body"]>;
export const zResolveFlagBody = z.strictObject({
  flag: zEventId,
  verdict: z.enum(["upheld", "dismissed"]),
  reason: zReason.optional(),
}) satisfies z.ZodType<ResolveFlag["body"]>;
/** A person purges; erasing and retention are gatz's own. */
export const zExpungeBody = z.strictObject({
  author: zUserId,
  upToSeq: zSeq,
  why: z.literal("purge"),
  ...because,
}) satisfies z.ZodType<Expunge["body"]>;
