/** The bodies of what clients propose to groups (GRP1–3). @module */
import { z } from "zod";
import type {
  CreateGroup,
  CreateInvite,
  DescribeGroup,
  RemoveFromGroup,
  RevokeInvite,
  SetGroupAvatar,
  SetGroupRole,
  TransferOwnership,
} from "../events.ts";
import { INPUT_BOUNDS, zAttachment, zDescription, zName, zReason, zSeq, zSha256, zUnixMs, zUserIds } from "./bodies.ts";
import { zEventId, zUserId } from "./ids.ts";

/** A direct group is made by the server alone. */
export const zCreateGroupBody = z.strictObject({
  name: zName,
  members: zUserIds,
  description: zDescription.min(1).optional(),
}) satisfies z.ZodType<CreateGroup["body"]>;
export const zDescribeGroupBody = z.strictObject({ description: zDescription }) satisfies z.ZodType<
  DescribeGroup["body"]
>;
export const zSetGroupAvatarBody = z.strictObject({ avatar: zAttachment.nullable() }) satisfies z.ZodType<
  SetGroupAvatar["body"]
>;
export const zRemoveFromGroupBody = z.strictObject({
  user: zUserId,
  since: zSeq.optional(),
  reason: zReason.optional(),
}) satisfies z.ZodType<RemoveFromGroup["body"]>;
export const zSetGroupRoleBody = z.strictObject({
  user: zUserId,
  role: z.enum(["moderator", "member"]),
}) satisfies z.ZodType<SetGroupRole["body"]>;
export const zTransferOwnershipBody = z.strictObject({ to: zUserId }) satisfies z.ZodType<TransferOwnership["body"]>;
export const zCreateInviteBody = z.strictObject({
  hash: zSha256,
  expiresAt: zUnixMs.optional(),
  maxUses: z.int().min(1).max(INPUT_BOUNDS.inviteUses).optional(),
}) satisfies z.ZodType<CreateInvite["body"]>;
export const zRevokeInviteBody = z.strictObject({ invite: zEventId }) satisfies z.ZodType<RevokeInvite["body"]>;
