/** Who is in the discussion, in what role; its owner makes moderators here. @module */
import type { DiscussionPicture, OpenDiscussion } from "@gatz/client";
import { membersNow, roleOf, type UserId } from "@gatz/domain";

interface MembersProps {
  readonly talk: OpenDiscussion;
  readonly viewer: UserId;
  readonly picture: DiscussionPicture;
  readonly nameOf: (user: UserId) => string;
}

export function Members({ talk, viewer, picture: { discussion }, nameOf }: MembersProps) {
  if (discussion === null) return null;
  const isOwner = discussion.owner === viewer;
  return (
    <p className="row" role="group" aria-label="members">
      {membersNow(discussion).map((user) => {
        const role = roleOf(discussion, user);
        const other = role === "member" ? "moderator" : "member";
        return (
          <span key={user}>
            {nameOf(user)} · {role}
            {isOwner && role !== "owner" && (
              <button
                type="button"
                className="framed"
                onClick={() => talk.act("set-role", { user, role: other })}
              >
                make {other}
              </button>
            )}
          </span>
        );
      })}
    </p>
  );
}
