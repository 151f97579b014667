import { unreachable } from "./asserts.ts";
import type { Needed, Needs } from "./decision.ts";
import type { Attachment, DiscussionDraft, Draft, GroupDraft, UserDraft } from "./events.ts";
import type { Sha256 } from "./scalars.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";

const NOTHING: Needs = Object.freeze({ messages: [], users: [], blobs: [] });

/** What must be read before `decide` can be asked about a draft: messages with the stream's state, all else as facts. */
export const needs: Needed = (draft: Draft) => {
  if (isDiscussionDraft(draft)) return needsOfDiscussion(draft);
  return isGroupDraft(draft) ? needsOfGroup(draft) : needsOfUser(draft);
};

function needsOfDiscussion(draft: DiscussionDraft): Needs {
  switch (draft.type) {
    case "create":
      return { ...NOTHING, group: draft.body.group, users: draft.body.members };
    case "add-members":
      return { ...NOTHING, ownGroup: true, users: draft.body.users };
    case "remove-member":
      return { ...NOTHING, ownGroup: true };
    case "leave":
      return NOTHING;
    case "new-message": {
      const { replyTo, attachments } = draft.body;
      return { ...NOTHING, messages: replyTo === undefined ? [] : [replyTo], blobs: hashes(attachments) };
    }
    case "edit-message":
      return { ...NOTHING, messages: [draft.body.target], blobs: hashes(draft.body.attachments) };
    case "delete-message":
    case "react-to-message":
      return { ...NOTHING, messages: [draft.body.target] };
    default:
      return unreachable(draft);
  }
}

function needsOfGroup(draft: GroupDraft): Needs {
  switch (draft.type) {
    case "create":
      return { ...NOTHING, users: draft.body.members };
    case "add-members":
      return { ...NOTHING, users: draft.body.users };
    case "remove-member":
    case "leave":
      return NOTHING;
    default:
      return unreachable(draft);
  }
}

function needsOfUser(draft: UserDraft): Needs {
  switch (draft.type) {
    case "register":
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
