/** Who is in the discussion, in what role; its owner makes moderators here. @module */
import { type GatzApi, newId } from "@gatz/client";
import { type DiscussionId, shardOf, type UserId } from "@gatz/domain";
import { useEffect, useState } from "react";

type Member = Awaited<ReturnType<GatzApi["discussions"]["members"]["query"]>>["members"][number];

interface MembersProps {
  readonly api: GatzApi;
  readonly discussion: DiscussionId;
  readonly viewer: UserId;
  /** Changes whenever somebody comes, goes or gets another role. */
  readonly version: unknown;
}

export function Members({ api, discussion, viewer, version }: MembersProps) {
  const [members, setMembers] = useState<readonly Member[]>([]);
  useEffect(() => {
    let over = false;
    // What fails is asked again when the members change, or the discussion is opened anew.
    api.discussions.members.query({ discussion }).then(({ members }) => over || setMembers(members), () => {});
    return () => void (over = true);
  }, [api, discussion, version]);
  const isOwner = members.some(({ id, role }) => id === viewer && role === "owner");
  const setRole = (user: UserId, role: "moderator" | "member") =>
    api.discussions.setRole.mutate({ id: newId("evt", shardOf(discussion)), discussion, user, role });
  return (
    <p className="row" role="group" aria-label="members">
      {members.map((member) => (
        <span key={member.id}>
          {member.kind === "user" ? member.handle : member.id.slice(-6)} · {member.role}
          {isOwner && member.role !== "owner" && (
            <button
              type="button"
              onClick={() => setRole(member.id, member.role === "member" ? "moderator" : "member")}
            >
              {member.role === "member" ? "make moderator" : "make member"}
            </button>
          )}
        </span>
      ))}
    </p>
  );
}
