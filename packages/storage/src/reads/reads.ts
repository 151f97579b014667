import { type Ground, type MessageId, shardOf, type StreamId, type UnixMs } from "@gatz/domain";
import type { Storage, StorageLimits } from "../contract.ts";
import { loadStreamStates } from "../shard/load_states.ts";
import { loadAccounts, loadProfiles } from "./accounts.ts";
import { readEvents, readEventsAbout } from "./events.ts";
import { createHeadsSeen } from "./heads_seen.ts";
import { readDiscussionRows } from "./lists/asked_for.ts";
import { readDiscussions } from "./lists/discussions.ts";
import { readGroupList } from "./lists/groups.ts";
import { readDiscussionOf, readMessages, readMessagesById } from "./messages.ts";
import { readModeration } from "./moderation_log.ts";
import type { ReadPools } from "./read_pools.ts";
import { readGround } from "./ground.ts";
import { readGroupsOf } from "./groups_of.ts";
import { readShardsOf } from "./shards_of.ts";
import { StateReads } from "./states.ts";
import { readStreamAt } from "./stream_at.ts";
import { readTimes } from "./times.ts";

/** The part of storage that reads by id and lists; live reads are beside it. */
export type Reads =
  & Pick<
    Storage,
    | "state"
    | "states"
    | "headsSeen"
    | "streamAt"
    | "profiles"
    | "accounts"
    | "account"
    | "events"
    | "messages"
    | "messagesById"
    | "eventsAbout"
    | "moderation"
    | "discussionOf"
    | "discussionsOf"
    | "discussionRows"
    | "groupList"
    | "timesOf"
    | "shardsOf"
    | "groupsOf"
  >
  & {
    /** What drafts to a stream would be decided on now; throws `ShardUnavailable`. */
    ground(stream: StreamId, messages: readonly MessageId[]): Promise<Ground & { readonly at: UnixMs }>;
  };

export function createReads(pools: ReadPools, limits: Pick<StorageLimits, "pageEvents" | "pageBytes">): Reads {
  const states = new StateReads(pools, loadStreamStates, { shardOf });
  const profiles = new StateReads(pools, loadProfiles, { shardOf });
  const accounts = new StateReads(pools, loadAccounts, { shardOf });
  return {
    streamAt: (stream, at) => readStreamAt(pools, stream, at),
    state: (stream) => states.one(stream),
    states: (streams) => states.many(streams),
    headsSeen: createHeadsSeen(pools),
    profiles: (users) => profiles.many(users),
    accounts: (users) => accounts.many(users),
    account: (user) => accounts.one(user),
    events: (stream, page) => readEvents({ pools, limits }, stream, page),
    messages: (stream, page) => readMessages(pools, stream, page),
    messagesById: (stream, ask) => readMessagesById(pools, stream, ask),
    eventsAbout: (stream, ask) => readEventsAbout(pools, stream, ask),
    moderation: (stream, page) => readModeration(pools, stream, page),
    discussionOf: (message) => readDiscussionOf(pools, message),
    discussionsOf: (user, page) => readDiscussions(pools, user, page),
    discussionRows: (user, discussions) => readDiscussionRows(pools, user, discussions),
    groupList: (user, page) => readGroupList(pools, user, page),
    timesOf: (events) => readTimes(pools, events),
    shardsOf: (user) => readShardsOf(pools, user),
    ground: (stream, messages) => readGround(pools, stream, messages),
    groupsOf: (user) => readGroupsOf(pools, user),
  };
}
