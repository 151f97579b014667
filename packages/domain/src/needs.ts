import { unreachable } from "./asserts.ts";
import type { Needed, Needs } from "./decision.ts";
import type { Attachment, DiscussionDraft, Draft, GroupDraft, UserDraft } from "./events.ts";
import type { Sha256 } from "./scalars.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";

/** Who adds people does not add those whom they block (BLK1). */
const ADDER = Object.freeze({ actor: true as const });
const NOTHING: Needs = Object.freeze({ messages: [], users: [], blobs: [] });

/** What must be read before `decide` can be asked about a draft: messages with the stream's state, all else as facts. */
export const needs: Needed = (draft: Draft) => {
  if (isDiscussionDraft(draft)) return needsOfDiscussion(draft);
  return isGroupDraft(draft) ? needsOfGroup(draft) : needsOfUser(draft);
};

function needsOfDiscussion(draft: DiscussionDraft): Needs {
  switch (draft.type) {
    case "create": {
      const { group, members, continues: source } = draft.body;
      return { ...NOTHING, group, users: members, ...ADDER, ...(source !== undefined && { source }) };
    }
    case "add-members":
      return { ...NOTHING, ownGroup: "always", users: draft.body.users, ...ADDER };
    case "join":
      return { ...NOTHING, ownGroup: "always" };
    // What a right held through the group may allow (DISC4).
    case "rename":
    case "describe":
    case "remove-member":
    case "lock":
    case "unlock":
    case "close":
    case "reopen":
    case "mute-member":
    case "unmute-member":
    case "ban-member":
    case "unban-member":
    case "set-slow-mode":
    case "resolve-flag":
    case "expunge":
      return { ...NOTHING, ownGroup: "for-rights" };
    case "leave":
    case "set-role":
      return NOTHING;
    case "pin-message":
    case "unpin-message":
      return { ...NOTHING, ownGroup: "for-rights", messages: [draft.body.target] };
    case "flag-message":
    case "continued":
      return { ...NOTHING, messages: [draft.body.target] };
    case "new-message": {
      const { replyTo, attachments } = draft.body;
      return { ...NOTHING, messages: replyTo === undefined ? [] : [replyTo], blobs: hashes(attachments) };
    }
    case "edit-message":
      return { ...NOTHING, messages: [draft.body.target], blobs: hashes(draft.body.attachments) };
    case "delete-message":
      return { ...NOTHING, ownGroup: "for-rights", messages: [draft.body.target] };
    case "react-to-message":
      return { ...NOTHING, messages: [draft.body.target] };
    default:
      return unreachable(draft);
  }
}

function needsOfGroup(draft: GroupDraft): Needs {
  switch (draft.type) {
    case "create":
      return { ...NOTHING, users: draft.body.members, ...ADDER };
    case "add-members":
      return { ...NOTHING, users: draft.body.users, ...ADDER };
    case "set-avatar":
      return { ...NOTHING, blobs: draft.body.avatar === null ? [] : hashes([draft.body.avatar]) };
    case "rename":
    case "describe":
    case "remove-member":
    case "leave":
    case "set-role":
    case "transfer-ownership":
    case "create-invite":
    case "revoke-invite":
    case "discussion-open":
    case "archive":
      return NOTHING;
    case "join-by-invite":
      return { ...NOTHING, ...ADDER, inviterOf: draft.body.invite };
    default:
      return unreachable(draft);
  }
}

function needsOfUser(draft: UserDraft): Needs {
  switch (draft.type) {
    case "set-profile": {
      const { avatar } = draft.body;
      return avatar ? { ...NOTHING, blobs: hashes([avatar]) } : NOTHING;
    }
    case "register":
    case "set-handle":
    case "block-user":
    case "unblock-user":
    case "end-account":
    case "added-to":
    case "removed-from":
    case "left-group":
      return NOTHING;
    default:
      return unreachable(draft);
  }
}

function hashes(attachments: readonly Attachment[]): readonly Sha256[] {
  return attachments.map((attachment) => attachment.sha256);
}
