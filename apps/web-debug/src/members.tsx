/** Who is in the discussion, in what role; its owner makes moderators here. @module */
import type { DiscussionPicture, OpenDiscussion } from "@gatz/client";
import { membersNow, roleOf, type UserId } from "@gatz/domain";
import type { Names } from "./shown.ts";

interface MembersProps {
  readonly talk: OpenDiscussion;
  readonly viewer: UserId;
  readonly picture: DiscussionPicture;
  readonly names: Names;
}

export function Members({ talk, viewer, picture: { discussion }, names }: MembersProps) {
  if (discussion === null) return null;
  const isOwner = discussion.owner === viewer;
  return (
    <p className="row" role="group" aria-label="members">
      {membersNow(discussion).map((user) => {
        const role = roleOf(discussion, user);
        const other = role === "member" ? "moderator" : "member";
        return (
          <span key={user}>
            {names.get(user) ?? user.slice(-6)} · {role}
            {isOwner && role !== "owner" && (
              <button
                type="button"
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
