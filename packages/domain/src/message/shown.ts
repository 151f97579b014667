import type { UserId } from "../ids.ts";
import type { LiveMessage, MessageState, Reaction, Tombstone } from "../state.ts";

/** One emoji on a message, as one viewer is shown it: in the order of its first remaining user (MSG4). */
export interface ReactionCount {
  readonly emoji: string;
  readonly count: number;
  /** Whether the viewer is among the users. */
  readonly mine: boolean;
  /** The first few: {@link REACTORS_SHOWN}. */
  readonly users: readonly UserId[];
}

/** A message as one viewer is shown it: its reactions are counted, so that it is small however many there are. */
export type ShownMessage = ShownLiveMessage | Tombstone;
export type ShownLiveMessage = Omit<LiveMessage, "reactions"> & { readonly reactions: readonly ReactionCount[] };

/** How many of those who reacted with one emoji are named (MSG4). */
export const REACTORS_SHOWN = 10;

export function shownTo(viewer: UserId, message: MessageState): ShownMessage {
  if (message.kind === "deleted") return message;
  return { ...message, reactions: countReactions(message.reactions, viewer) };
}

function countReactions(reactions: readonly Reaction[], viewer: UserId): ReactionCount[] {
  const byEmoji = Map.groupBy(reactions, ({ emoji }) => emoji);
  return [...byEmoji].map(([emoji, same]) => ({
    emoji,
    count: same.length,
    mine: same.some(({ user }) => user === viewer),
    users: same.slice(0, REACTORS_SHOWN).map(({ user }) => user),
  }));
}
