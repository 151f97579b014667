/** Proposals for tests, with what their test does not care about filled in. */
import type {
  AddToDiscussion,
  AddToGroup,
  Attachment,
  BlockUser,
  CloseDiscussion,
  CreateDiscussion,
  CreateGroup,
  DeleteMessage,
  DraftShape,
  EditMessage,
  EndAccount,
  HistoryFrom,
  LeaveDiscussion,
  LeaveGroup,
  NewMessage,
  Proposal,
  ReactToMessage,
  Register,
  RemoveFromDiscussion,
  RemoveFromGroup,
  SetHandle,
  SetProfile,
  UnblockUser,
} from "../src/events.ts";
import type { Actor } from "../src/events.ts";
import { shardOf } from "../src/ids.ts";
import type { DiscussionId, EventId, GroupId, MessageId, StreamId, UserId } from "../src/ids.ts";
import type { Sha256 } from "../src/scalars.ts";
import { eventId, messageId } from "./ids.ts";

let made = 0;

/** A number that no other draft of this run has. */
function fresh(): number {
  return ++made;
}

/** An event's draft with a new id. */
export function event<S extends StreamId, T extends string, B>(
  actor: Actor,
  draft: { stream: S; type: T; body: B },
): DraftShape<S, T, B, EventId> & { actor: Actor } {
  return { ...draft, id: eventId(fresh(), shardOf(draft.stream)), version: 1, actor };
}

export function register(stream: UserId, body: Partial<Register["body"]> = {}): Proposal<Register> {
  return event(stream, { stream, type: "register", body: { handle: `user_${fresh()}`, name: "Somebody", ...body } });
}

export function setProfile(stream: UserId, body: SetProfile["body"]): Proposal<SetProfile> {
  return event(stream, { stream, type: "set-profile", body });
}

export function setHandle(stream: UserId, handle: string): Proposal<SetHandle> {
  return event(stream, { stream, type: "set-handle", body: { handle } });
}

export function blockUser(stream: UserId, user: UserId): Proposal<BlockUser> {
  return event(stream, { stream, type: "block-user", body: { user } });
}

export function unblockUser(stream: UserId, user: UserId): Proposal<UnblockUser> {
  return event(stream, { stream, type: "unblock-user", body: { user } });
}

export function endAccount(stream: UserId): Proposal<EndAccount> {
  return event(stream, { stream, type: "end-account", body: {} });
}

export function createGroup(actor: Actor, stream: GroupId, members: readonly UserId[] = []): Proposal<CreateGroup> {
  return event(actor, { stream, type: "create", body: { name: "A group", members } });
}

export function createDiscussion(
  actor: Actor,
  stream: DiscussionId,
  body: Partial<CreateDiscussion["body"]> & { group: GroupId },
): Proposal<CreateDiscussion> {
  return event(actor, { stream, type: "create", body: { name: "A discussion", members: [], ...body } });
}

export function addToGroup(
  actor: Actor,
  stream: GroupId,
  body: { users: readonly UserId[]; historyFrom?: HistoryFrom },
): Proposal<AddToGroup> {
  return event(actor, { stream, type: "add-members", body: { historyFrom: "now" as const, ...body } });
}

export function addToDiscussion(
  actor: Actor,
  stream: DiscussionId,
  body: { users: readonly UserId[]; historyFrom?: HistoryFrom },
): Proposal<AddToDiscussion> {
  return event(actor, { stream, type: "add-members", body: { historyFrom: "all" as const, ...body } });
}

export function removeFromGroup(
  actor: Actor,
  stream: GroupId,
  body: RemoveFromGroup["body"],
): Proposal<RemoveFromGroup> {
  return event(actor, { stream, type: "remove-member", body });
}

export function removeFromDiscussion(
  actor: Actor,
  stream: DiscussionId,
  body: RemoveFromDiscussion["body"],
): Proposal<RemoveFromDiscussion> {
  return event(actor, { stream, type: "remove-member", body });
}

export function closeDiscussion(
  actor: Actor,
  stream: DiscussionId,
  body: CloseDiscussion["body"] = {},
): Proposal<CloseDiscussion> {
  return event(actor, { stream, type: "close", body });
}

export function leaveGroup(actor: Actor, stream: GroupId): Proposal<LeaveGroup> {
  return event(actor, { stream, type: "leave", body: {} });
}

export function leaveDiscussion(actor: Actor, stream: DiscussionId): Proposal<LeaveDiscussion> {
  return event(actor, { stream, type: "leave", body: {} });
}

export function newMessage(
  actor: Actor,
  stream: DiscussionId,
  body: Partial<NewMessage["body"]> = {},
): Proposal<NewMessage> {
  const id = messageId(fresh(), shardOf(stream));
  return {
    stream,
    id,
    type: "new-message",
    version: 1,
    actor,
    body: { text: "hello", mentions: [], attachments: [], ...body },
  };
}

export function editMessage(
  actor: Actor,
  stream: DiscussionId,
  body: Partial<EditMessage["body"]> & { target: MessageId },
): Proposal<EditMessage> {
  return event(actor, {
    stream,
    type: "edit-message",
    body: { text: "hello again", mentions: [], attachments: [], ...body },
  });
}

export function deleteMessage(
  actor: Actor,
  stream: DiscussionId,
  body: DeleteMessage["body"],
): Proposal<DeleteMessage> {
  return event(actor, { stream, type: "delete-message", body });
}

export function react(
  actor: Actor,
  stream: DiscussionId,
  body: Partial<ReactToMessage["body"]> & { target: MessageId },
): Proposal<ReactToMessage> {
  return event(actor, { stream, type: "react-to-message", body: { emoji: "👍", on: true, ...body } });
}

export const KNOWN_BLOB = "a".repeat(64) as Sha256;
export const UNKNOWN_BLOB = "b".repeat(64) as Sha256;

export function attachment(sha256: Sha256 = KNOWN_BLOB): Attachment {
  return { sha256, bytes: 1_024, mime: "image/png", name: "a.png" };
}
