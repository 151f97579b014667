/** Proposals to discussions for tests, beside those of drafts.ts. */
import type {
  Actor,
  BanMember,
  Continued,
  DescribeDiscussion,
  Expunge,
  FlagMessage,
  JoinDiscussion,
  LockDiscussion,
  MuteMember,
  PinMessage,
  Proposal,
  RenameDiscussion,
  ReopenDiscussion,
  ResolveFlag,
  SetDiscussionRole,
  SetSlowMode,
  UnbanMember,
  UnlockDiscussion,
  UnmuteMember,
  UnpinMessage,
} from "../src/events.ts";
import type { DiscussionId, MessageId, UserId } from "../src/ids.ts";
import { event } from "./drafts.ts";

export const renameDiscussion = (actor: Actor, stream: DiscussionId, name: string): Proposal<RenameDiscussion> =>
  event(actor, { stream, type: "rename", body: { name } });

export const describeDiscussion = (
  actor: Actor,
  stream: DiscussionId,
  body: DescribeDiscussion["body"],
): Proposal<DescribeDiscussion> => event(actor, { stream, type: "describe", body });

export const join = (actor: Actor, stream: DiscussionId): Proposal<JoinDiscussion> =>
  event(actor, { stream, type: "join", body: {} });

export const setRole = (
  actor: Actor,
  stream: DiscussionId,
  body: SetDiscussionRole["body"],
): Proposal<SetDiscussionRole> => event(actor, { stream, type: "set-role", body });

export const pin = (actor: Actor, stream: DiscussionId, target: MessageId): Proposal<PinMessage> =>
  event(actor, { stream, type: "pin-message", body: { target } });

export const unpin = (actor: Actor, stream: DiscussionId, target: MessageId): Proposal<UnpinMessage> =>
  event(actor, { stream, type: "unpin-message", body: { target } });

export const lock = (
  actor: Actor,
  stream: DiscussionId,
  body: LockDiscussion["body"] = {},
): Proposal<LockDiscussion> => event(actor, { stream, type: "lock", body });

export const unlock = (actor: Actor, stream: DiscussionId): Proposal<UnlockDiscussion> =>
  event(actor, { stream, type: "unlock", body: {} });

export const reopen = (actor: Actor, stream: DiscussionId): Proposal<ReopenDiscussion> =>
  event(actor, { stream, type: "reopen", body: {} });

export const mute = (actor: Actor, stream: DiscussionId, body: MuteMember["body"]): Proposal<MuteMember> =>
  event(actor, { stream, type: "mute-member", body });

export const unmute = (actor: Actor, stream: DiscussionId, user: UserId): Proposal<UnmuteMember> =>
  event(actor, { stream, type: "unmute-member", body: { user } });

export const ban = (actor: Actor, stream: DiscussionId, body: BanMember["body"]): Proposal<BanMember> =>
  event(actor, { stream, type: "ban-member", body });

export const unban = (actor: Actor, stream: DiscussionId, user: UserId): Proposal<UnbanMember> =>
  event(actor, { stream, type: "unban-member", body: { user } });

export const slowMode = (actor: Actor, stream: DiscussionId, body: SetSlowMode["body"]): Proposal<SetSlowMode> =>
  event(actor, { stream, type: "set-slow-mode", body });

export const flag = (actor: Actor, stream: DiscussionId, body: FlagMessage["body"]): Proposal<FlagMessage> =>
  event(actor, { stream, type: "flag-message", body });

export const resolveFlag = (
  actor: Actor,
  stream: DiscussionId,
  body: Partial<ResolveFlag["body"]> & Pick<ResolveFlag["body"], "flag">,
): Proposal<ResolveFlag> =>
  event(actor, { stream, type: "resolve-flag", body: { verdict: "dismissed" as const, ...body } });

export const expunge = (
  actor: Actor,
  stream: DiscussionId,
  body: Omit<Expunge["body"], "why"> & Partial<Expunge["body"]>,
): Proposal<Expunge> => event(actor, { stream, type: "expunge", body: { why: "purge" as const, ...body } });

export const continued = (actor: Actor, stream: DiscussionId, body: Continued["body"]): Proposal<Continued> =>
  event(actor, { stream, type: "continued", body });
