import { deepStrictEqual } from "node:assert/strict";
import { needs } from "./needs.ts";
import {
  addToDiscussion,
  addToGroup,
  attachment,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  KNOWN_BLOB,
  leaveDiscussion,
  newMessage,
  react,
  register,
  removeFromDiscussion,
  removeFromGroup,
} from "../testing/drafts.ts";
import { joinByInvite } from "../testing/group_drafts.ts";
import { eventId, messageId } from "../testing/ids.ts";
import { ann, ben, group, talk } from "../testing/scene.ts";

const nothing = { messages: [], users: [], blobs: [] };
const target = messageId(1);
const attachments = [attachment()];

Deno.test("[FACT1] a draft says which facts its decision needs", () => {
  deepStrictEqual(needs(register(ann)), nothing);
  deepStrictEqual(needs(createGroup(ann, group, [ben])), { ...nothing, users: [ben], actor: true });
  deepStrictEqual(needs(addToGroup(ann, group, { users: [ben] })), { ...nothing, users: [ben], actor: true });
  deepStrictEqual(needs(joinByInvite(ben, group, eventId(1))), { ...nothing, actor: true, inviterOf: eventId(1) });
  deepStrictEqual(needs(removeFromGroup(ann, group, { user: ben })), nothing);
  deepStrictEqual(needs(createDiscussion(ann, talk, { group, members: [ben] })), {
    ...nothing,
    group,
    users: [ben],
    actor: true,
  });
  deepStrictEqual(needs(addToDiscussion(ann, talk, { users: [ben] })), {
    ...nothing,
    ownGroup: "always",
    users: [ben],
    actor: true,
  });
  deepStrictEqual(needs(removeFromDiscussion(ann, talk, { user: ben })), { ...nothing, ownGroup: "for-rights" });
  deepStrictEqual(needs(leaveDiscussion(ann, talk)), nothing);
});

Deno.test("[FACT1] who may delete others' messages may have that right through the group", () => {
  deepStrictEqual(needs(deleteMessage(ann, talk, { target })), {
    ...nothing,
    ownGroup: "for-rights",
    messages: [target],
  });
});

Deno.test("[FACT1] messages need the messages and blobs that they name, and no other stream", () => {
  deepStrictEqual(needs(newMessage(ann, talk)), nothing);
  deepStrictEqual(needs(newMessage(ann, talk, { replyTo: target, attachments, mentions: [ben] })), {
    ...nothing,
    messages: [target],
    blobs: [KNOWN_BLOB],
  });
  deepStrictEqual(needs(editMessage(ann, talk, { target, attachments })), {
    ...nothing,
    messages: [target],
    blobs: [KNOWN_BLOB],
  });
  deepStrictEqual(needs(react(ann, talk, { target })), { ...nothing, messages: [target] });
});
