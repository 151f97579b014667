/** Proposals to groups for tests, beside those of making, adding and leaving. */
import type {
  Actor,
  ArchiveGroup,
  Attachment,
  CreateGroup,
  CreateInvite,
  DescribeGroup,
  JoinByInvite,
  Proposal,
  RenameGroup,
  RevokeInvite,
  SetGroupAvatar,
  SetGroupRole,
  TransferOwnership,
} from "../src/events.ts";
import { directCreateId, directGroupId } from "../src/group/direct.ts";
import type { EventId, GroupId, UserId } from "../src/ids.ts";
import type { Sha256 } from "../src/scalars.ts";
import { event } from "./drafts.ts";

export function renameGroup(actor: Actor, stream: GroupId, name: string): Proposal<RenameGroup> {
  return event(actor, { stream, type: "rename", body: { name } });
}

export function describeGroup(actor: Actor, stream: GroupId, description: string): Proposal<DescribeGroup> {
  return event(actor, { stream, type: "describe", body: { description } });
}

export function setGroupAvatar(actor: Actor, stream: GroupId, avatar: Attachment | null): Proposal<SetGroupAvatar> {
  return event(actor, { stream, type: "set-avatar", body: { avatar } });
}

export function setGroupRole(actor: Actor, stream: GroupId, body: SetGroupRole["body"]): Proposal<SetGroupRole> {
  return event(actor, { stream, type: "set-role", body });
}

export function transferOwnership(actor: Actor, stream: GroupId, to: UserId): Proposal<TransferOwnership> {
  return event(actor, { stream, type: "transfer-ownership", body: { to } });
}

export function createInvite(
  actor: Actor,
  stream: GroupId,
  body: Partial<CreateInvite["body"]> = {},
): Proposal<CreateInvite> {
  return event(actor, { stream, type: "create-invite", body: { hash: "c".repeat(64) as Sha256, ...body } });
}

export function revokeInvite(actor: Actor, stream: GroupId, invite: EventId): Proposal<RevokeInvite> {
  return event(actor, { stream, type: "revoke-invite", body: { invite } });
}

export function joinByInvite(actor: Actor, stream: GroupId, invite: EventId): Proposal<JoinByInvite> {
  return event(actor, { stream, type: "join-by-invite", body: { invite } });
}

export function archiveGroup(actor: Actor, stream: GroupId): Proposal<ArchiveGroup> {
  return event(actor, { stream, type: "archive", body: {} });
}

/** As the server makes it: its ids follow from the two people. */
export function createDirect(actor: UserId, other: UserId): Proposal<CreateGroup> {
  const stream = directGroupId(actor, other);
  const body = { name: "Direct", members: [other], direct: true as const };
  return { stream, id: directCreateId(actor, other), type: "create", version: 1, actor, body };
}
