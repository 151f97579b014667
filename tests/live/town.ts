/** A small town for tests of feeds: who lives where, and their discussions. */
import type { DiscussionId, GroupId, LogEvent, UserId } from "@gatz/domain";
import { createDiscussion, createGroup, newMessage, register } from "../../packages/domain/testing/drafts.ts";
import { discussionId, groupId, userId } from "../../packages/domain/testing/ids.ts";
import { MemoryLog } from "./memory_log.ts";
import { brief, type Reader } from "./reader.ts";

/** Shard 0: Ann, the group; 1: Ben; 2: the discussions; 3: Cyd, and one discussion far away. */
export const [ann, ben, cyd]: [UserId, UserId, UserId] = [userId(1, 0), userId(2, 1), userId(3, 3)];
export const group: GroupId = groupId(4, 0);
export const talk: DiscussionId = discussionId(5, 2);
export const other: DiscussionId = discussionId(6, 2);
export const far: DiscussionId = discussionId(7, 3);

/** All are in the group; Ann has made the discussion with these members. */
export function town({ members = [ben] }: { members?: UserId[] } = {}): MemoryLog {
  const log = new MemoryLog({ shards: 4 });
  for (const user of [ann, ben, cyd]) log.accept(register(user));
  log.accept(createGroup(ann, group, [ben, cyd]));
  log.accept(createDiscussion(ann, talk, { group, members }));
  log.deliverEffects();
  return log;
}

export function say(log: MemoryLog, text = "hello", discussion = talk): LogEvent {
  return log.accept(newMessage(ann, discussion, { text }));
}

export const briefs = (reader: Reader, stream = talk): string[] => reader.of(stream).map(brief);
