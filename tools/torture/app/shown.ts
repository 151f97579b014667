/** What gatz's client shows, in the words of the history. @module */
import type { DiscussionState, GroupState, SharedState } from "@gatz/domain";
import type { ListRow } from "../../../packages/client/src/list/contract.ts";
import type { ListedDiscussion } from "../../../packages/client/src/server/contract.ts";
import type { DiscussionPicture, PictureMessage } from "../../../packages/client/src/stream/picture.ts";
import type { NotedState } from "../history/app_record.ts";
import { blockedMessage, type NotedMessage, type NotedRow } from "../history/record.ts";
import type { Showing } from "./speech.ts";

export const ALL = Number.MAX_SAFE_INTEGER;

/** The newest messages, newest first. */
export function showing(
  { asOf, messages, hasOlder, drafts, isBehind }: DiscussionPicture,
  { viewer, most }: { readonly viewer: string; readonly most: number },
): Omit<Showing, "stream" | "incarnation"> {
  const newest = messages.toReversed().slice(0, most);
  return {
    head: asOf,
    // Of all that there is, more would be the same.
    limit: hasOlder || newest.length < messages.length ? newest.length : most,
    messages: newest.map((message) => notedMessage(message, viewer)),
    isMixed: drafts.size > 0 || isBehind,
  };
}

function notedMessage(message: PictureMessage, viewer: string): NotedMessage {
  const { id, seq, author } = message;
  switch (message.kind) {
    case "blocked":
      return blockedMessage({ id, seq, author });
    case "deleted": {
      const { revision, changedSeq } = message;
      return { id, seq, author, text: null, revision, changedSeq, reactions: [] };
    }
    case "live": {
      const { text, revision, changedSeq } = message;
      const reactions = [...Map.groupBy(message.reactions, ({ emoji }) => emoji)].map(([emoji, same]) =>
        `${emoji} ${same.length} ${same.some(({ user }) => user === viewer)}`
      );
      return { id, seq, author, text, revision, changedSeq, reactions };
    }
  }
}

function notedPreview(message: NonNullable<ListedDiscussion["preview"]>): NotedMessage {
  const { id, seq, author } = message;
  if (message.kind === "blocked") return blockedMessage({ id, seq, author });
  const { revision, changedSeq } = message;
  const isLive = message.kind === "live";
  const reactions = isLive ? message.reactions.map(({ emoji, count, mine }) => `${emoji} ${count} ${mine}`) : [];
  return { id, seq, author, text: isLive ? message.text : null, revision, changedSeq, reactions };
}

/** One that the client can't tell about is at 0, which no discussion is. */
export function shownRow(row: ListRow): NotedRow {
  if (row.kind !== "discussion") {
    return { stream: row.id, head: 0, read: null, unread: 0, mentions: 0, preview: null };
  }
  const { id: stream, head, mark, unread, mentions, preview } = row;
  const counts = { unread: unread?.count ?? 0, mentions: mentions?.count ?? 0 };
  return { stream, head, read: mark?.seq ?? null, ...counts, preview: preview && notedPreview(preview) };
}

export function discussionState(state: DiscussionState): Omit<NotedState, "head"> {
  const marks = [
    ...(state.locked === true ? ["locked"] : []),
    ...(state.closed ? ["closed"] : []),
    ...(state.pins ?? []).map(({ message }) => `pin ${message}`),
  ];
  return { name: state.name, members: membersOf(state), marks: marks.sort() };
}

export function groupState(state: GroupState): Omit<NotedState, "head"> {
  return { name: state.name, members: membersOf(state), marks: state.archived === true ? ["archived"] : [] };
}

/** Those who are in it. */
function membersOf({ members }: SharedState): string[] {
  return Object.entries(members).flatMap(([user, stays]) => {
    const last = stays.at(-1);
    return last === undefined || last.left !== undefined ? [] : [`${user} ${last.role}`];
  }).sort();
}
