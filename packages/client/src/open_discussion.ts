import type { DiscussionId, UserId } from "@gatz/domain";
import type { GatzApi } from "./create_client.ts";
import { DiscussionReplica } from "./discussion_replica.ts";
import { discussionSource } from "./discussion_source.ts";
import { systemTiming } from "./timing.ts";

/** Follows a discussion for a user who is signed in; `close()` ends that. */
export function openDiscussion(
  api: Pick<GatzApi, "live" | "log">,
  { discussion, viewer }: { discussion: DiscussionId; viewer: UserId },
): DiscussionReplica {
  return new DiscussionReplica({ source: discussionSource(api, discussion), discussion, viewer, timing: systemTiming });
}
