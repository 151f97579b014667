/** What an app says that its user could do: a member, who has a say in names, a moderator. @module */
import type { DiscussionActs } from "../../../packages/client/src/app/acts.ts";
import type { OpenDiscussion } from "../../../packages/client/src/app/open_discussion.ts";
import type { NotedCan } from "../history/app_record.ts";

const ASKED_ABOUT: readonly Pick<DiscussionActs, "type" | "body">[] = [
  { type: "new-message", body: { text: "?", mentions: [], attachments: [] } },
  { type: "rename", body: { name: "may it be called so?" } },
  { type: "set-slow-mode", body: { seconds: 77 } },
];

export function answersOf(discussion: OpenDiscussion): NotedCan["answers"] {
  return ASKED_ABOUT.map(({ type, body }) => {
    // Each has the body that goes with its type.
    const { kind } = discussion.canDo(type, body as never);
    return { type, body: { ...body }, isAccepted: kind === "unknown" ? null : kind === "accepted" };
  });
}
