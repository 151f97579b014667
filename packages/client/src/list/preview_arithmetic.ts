/**
 * What a row's preview becomes when the message it shows is changed, where that is certain: in a discussion of many, all of their clients
 * would else ask at once. Null: only the server can say.
 * @module
 */
import {
  type DeleteMessage,
  type EditMessage,
  type EventOf,
  evolveMessage,
  type LiveMessage,
  type ReactionCount,
  REACTORS_SHOWN,
  type ReactToMessage,
  type ShownLiveMessage,
  type Tombstone,
  type UserId,
} from "@gatz/domain";

export function previewEdited(preview: ShownLiveMessage, event: EventOf<EditMessage>): ShownLiveMessage | null {
  const next = evolveMessage(unreacted(preview), event);
  return next?.kind === "live" ? { ...next, reactions: preview.reactions } : null;
}

export function previewDeleted(preview: ShownLiveMessage, event: EventOf<DeleteMessage>): Tombstone | null {
  const next = evolveMessage(unreacted(preview), event);
  return next?.kind === "deleted" ? next : null;
}

/** Of a message that the viewer has seen all changes of. */
export function previewReacted(
  preview: ShownLiveMessage,
  { actor, body: { emoji, on } }: EventOf<ReactToMessage>,
  viewer: UserId,
): ShownLiveMessage | null {
  const user = actor as UserId; // people react
  const { reactions } = preview;
  const at = reactions.findIndex((one) => one.emoji === emoji);
  const before = reactions[at];
  if (before === undefined) {
    const first = { emoji, count: 1, mine: user === viewer, users: [user] };
    return on ? { ...preview, reactions: [...reactions, first] } : null;
  }
  const after = on
    ? oneMore(before, { user, viewer })
    : oneLess(before, { user, viewer, isLast: at === reactions.length - 1 });
  if (after === null) return null;
  return {
    ...preview,
    reactions: reactions.flatMap((one) => one !== before ? [one] : after.count === 0 ? [] : [after]),
  };
}

// What was on is not put on again, and what was off is not taken back (MSG5).
function oneMore(
  { count, mine, users, emoji }: ReactionCount,
  { user, viewer }: { readonly user: UserId; readonly viewer: UserId },
): ReactionCount | null {
  if (users.includes(user)) return null;
  const shown = users.length < REACTORS_SHOWN ? [...users, user] : users;
  return { emoji, count: count + 1, mine: mine || user === viewer, users: shown };
}

function oneLess(
  { count, mine, users, emoji }: ReactionCount,
  { user, viewer, isLast }: { readonly user: UserId; readonly viewer: UserId; readonly isLast: boolean },
): ReactionCount | null {
  const at = users.indexOf(user);
  const isAll = count === users.length;
  // Who comes next among those shown, and which emoji then comes before which, is not known of more than these.
  if (at >= 0 && !isAll) return null;
  if (at === 0 && count > 1 && !isLast) return null;
  if (at < 0 && isAll) return null;
  return { emoji, count: count - 1, mine: mine && user !== viewer, users: users.filter((other) => other !== user) };
}

/** The message as it is folded; its reactions are counted apart. */
function unreacted(preview: ShownLiveMessage): LiveMessage {
  return { ...preview, reactions: [] };
}
