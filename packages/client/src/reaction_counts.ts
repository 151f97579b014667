import type { Reaction, UserId } from "@gatz/domain";

/** How often a message has one emoji, and whether the viewer is among those who gave it. */
export interface ReactionCount {
  readonly emoji: string;
  readonly count: number;
  /** Whether the viewer is among the users. */
  readonly mine: boolean;
  readonly users: readonly UserId[];
}

/** A message's reactions by emoji, in the order of first use (MSG4). */
export function reactionCounts(reactions: readonly Reaction[], viewer: UserId): ReactionCount[] {
  return [...Map.groupBy(reactions, ({ emoji }) => emoji)].map(([emoji, rows]) => {
    const users = rows.map(({ user }) => user);
    return { emoji, count: users.length, mine: users.includes(viewer), users };
  });
}
