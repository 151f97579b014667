/** Who is near a user: whom their presence is for, and whom it is not, as their own stream has it. @module */
import { type GroupId, isGroupStream, type LogEvent, type UserId, type UserState } from "@gatz/domain";

export interface Circle {
  readonly groups: readonly GroupId[];
  readonly blocks: readonly UserId[];
}

export const NOBODY_NEAR: Circle = { groups: [], blocks: [] };

export function changesCircle(event: LogEvent): boolean {
  switch (event.type) {
    case "added-to":
      return isGroupStream(event.body.stream);
    case "left-group":
    case "block-user":
    case "unblock-user":
      return true;
    default:
      return false;
  }
}

export function circleOf({ inbox, blocks = [] }: UserState): Circle {
  // The keys of an inbox are the ids of groups.
  const groups = (Object.keys(inbox) as GroupId[]).filter((group) => {
    const own = inbox[group]!.streams[group];
    return own !== undefined && own.ended === undefined;
  });
  return { groups, blocks };
}
