/** How what answers is asked: who, what there is, and what there was. @module */
import { seq } from "@gatz/domain";
import type { Place } from "../place.ts";
import type { Calls } from "./call.ts";
import { draftOf } from "./drafts.ts";

const nothing = () => undefined;

/** What all who moderate are told, also by a right of the group. */
const flags = ({ ownersFlag, words }: Place) => [ownersFlag, words.flagReason];

export const READS: Calls = {
  "auth.me": { kind: "query", input: nothing },

  "debug.owners": { kind: "query", input: nothing },
  "debug.tail": { kind: "feed", input: () => ({ shard: 0, last: 1 }), tells: "all" },

  "discussions.byId": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ words }) => words.discussionName },
  },
  "discussions.at": {
    kind: "query",
    input: ({ discussion }) => ({ discussion, seq: 1 }),
    shows: { now: ({ words }) => words.discussionName },
  },
  "discussions.at (after they left)": {
    kind: "query",
    input: ({ discussion, seqOfLater }) => ({ discussion, seq: seqOfLater }),
    shows: { now: ({ words }) => words.discussionName },
  },
  "discussions.byUser": {
    kind: "query",
    input: () => ({ limit: 100 }),
    shows: { now: ({ words }) => words.laterText, then: ({ words }) => words.ownText },
  },
  "discussions.rows": {
    kind: "query",
    input: ({ discussion }) => ({ discussions: [discussion] }),
    shows: { now: ({ words }) => words.laterText, then: ({ words }) => words.ownText },
  },

  "discussions.members": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ cast }) => cast.other.name },
  },

  "moderation.queue": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ words }) => words.flagReason },
    tells: flags,
  },
  "moderation.evidence": {
    kind: "query",
    input: ({ discussion, seqOfFlag }) => ({ discussion, seq: seqOfFlag }),
    shows: { now: ({ words }) => words.ownText },
    tells: flags,
  },
  "moderation.sanctions": { kind: "query", input: ({ discussion }) => ({ discussion }) },
  "moderation.audit": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ words }) => words.flagReason },
    tells: flags,
  },

  "groups.byId": {
    kind: "query",
    input: ({ group }) => ({ group }),
    shows: { now: ({ words }) => words.groupName },
  },
  "groups.byUser": {
    kind: "query",
    input: () => ({ limit: 100 }),
    shows: { now: ({ words }) => words.groupName },
  },
  "groups.rows": {
    kind: "query",
    input: ({ group }) => ({ groups: [group] }),
    shows: { now: ({ words }) => words.groupName },
  },

  "reads.get": { kind: "query", input: ({ discussion }) => ({ discussions: [discussion] }) },
  "settings.ofDiscussions": { kind: "query", input: ({ discussion }) => ({ discussions: [discussion] }) },

  "groups.members": {
    kind: "query",
    input: ({ group }) => ({ group }),
    shows: { now: ({ cast }) => cast.other.name },
  },
  "groups.joinable": { kind: "query", input: ({ group }) => ({ group }) },
  "groups.invites": { kind: "query", input: ({ group }) => ({ group }) },

  "users.byId": {
    kind: "query",
    input: ({ cast }) => ({ id: cast.other.user }),
    shows: { now: ({ cast }) => cast.other.name },
    tells: ({ cast }) => [cast.other.handle, cast.other.name],
  },
  "users.byIds": {
    kind: "query",
    input: ({ cast }) => ({ ids: [cast.other.user] }),
    shows: { now: ({ cast }) => cast.other.name },
    tells: ({ cast }) => [cast.other.handle, cast.other.name],
  },
  "users.blocked": { kind: "query", input: nothing },
  "users.byHandle": {
    kind: "query",
    input: ({ cast }) => ({ handle: cast.other.handle }),
    shows: { now: ({ cast }) => cast.other.user },
    tells: ({ cast }) => [cast.other.user, cast.other.name],
  },
  "users.forDiscussion": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ cast }) => cast.other.name },
  },
  "users.forGroup": {
    kind: "query",
    input: ({ group }) => ({ group }),
    shows: { now: ({ cast }) => cast.other.name },
  },

  "messages.byDiscussion": {
    kind: "query",
    input: ({ discussion }) => ({ discussion }),
    shows: { now: ({ words }) => words.laterText, then: ({ words }) => words.text },
  },
  "messages.at": {
    kind: "query",
    input: ({ discussion }) => ({ discussion, seq: 2 }),
    shows: { now: ({ words }) => words.text },
  },
  "messages.at (after they left)": {
    kind: "query",
    input: ({ discussion, seqOfLater }) => ({ discussion, seq: seqOfLater }),
    shows: { now: ({ words }) => words.laterText },
  },
  "messages.byId": {
    kind: "query",
    input: ({ message }) => ({ id: message }),
    shows: { now: ({ words }) => words.text },
  },
  "messages.byId (after they left)": {
    kind: "query",
    input: ({ later }) => ({ id: later }),
    shows: { now: ({ words }) => words.laterText },
  },

  "log.canOffer": {
    kind: "query",
    input: (at, as) => {
      const draft = draftOf("discussion/new-message", { at, as });
      return { stream: draft.stream, drafts: [draft] };
    },
  },
  "log.read (a discussion)": {
    kind: "query",
    input: ({ discussion }) => ({ stream: discussion, fromSeq: seq(1) }),
    shows: { now: ({ words }) => words.laterText, then: ({ words }) => words.text },
  },
  "log.read (a group)": {
    kind: "query",
    input: ({ group }) => ({ stream: group, fromSeq: seq(1) }),
    shows: { now: ({ words }) => words.groupName },
  },
  "log.read (one's own)": {
    kind: "query",
    input: (_, { user }) => ({ stream: user, fromSeq: seq(1) }),
  },
  "log.read (another's own)": {
    kind: "query",
    input: ({ somebody }) => ({ stream: somebody, fromSeq: seq(1) }),
  },

  "log.open (a discussion)": {
    kind: "query",
    input: ({ discussion }) => ({ stream: discussion }),
    shows: { now: ({ words }) => words.laterText, then: ({ words }) => words.text },
  },
  "log.open (a group)": {
    kind: "query",
    input: ({ group }) => ({ stream: group }),
    shows: { now: ({ words }) => words.groupName },
  },
  "log.open (one's own)": {
    kind: "query",
    input: (_, { user }) => ({ stream: user }),
  },
  "log.open (another's own)": {
    kind: "query",
    input: ({ somebody }) => ({ stream: somebody }),
  },

  "log.hash (a discussion)": {
    kind: "query",
    input: ({ discussion }) => ({ stream: discussion, seq: 2, messages: 10 }),
  },
  "log.hash (after they left)": {
    kind: "query",
    input: ({ discussion, seqOfLater }) => ({ stream: discussion, seq: seqOfLater, messages: 10 }),
  },
  "log.hash (a group)": {
    kind: "query",
    input: ({ group }) => ({ stream: group, seq: 1, messages: 0 }),
  },

  "live.inbox": { kind: "feed", input: () => ({}), news: "discussion" },
  "live.inbox (who types)": { kind: "feed", input: () => ({}), news: "typing" },
  "live.inbox (a discussion)": {
    kind: "feed",
    input: ({ discussion }) => ({ stream: discussion, fromSeq: seq(1) }),
    news: "discussion",
  },
  "live.inbox (a group)": {
    kind: "feed",
    input: ({ group }) => ({ stream: group, fromSeq: seq(1) }),
    news: "group",
  },
  "live.inbox (another's own)": { kind: "feed", input: ({ somebody }) => ({ stream: somebody }) },
};
