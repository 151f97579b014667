import type { Decision } from "../decision.ts";
import type { Actor } from "../events.ts";
import type { EventId } from "../ids.ts";
import { refuse } from "../refuse.ts";
import type { DiscussionState, Flag } from "../state.ts";
import { judgeRight, type Scene } from "./authority.ts";

/** A flag that nobody has answered yet. */
function openFlag({ flags }: DiscussionState, id: EventId): Flag | undefined {
  return flags?.find((flag) => flag.id === id);
}

/** Refuses to let a moderator's action answer a flag that is not open, or that its actor may not resolve (MOD1); or null. */
export function refuseAnswer(id: EventId | undefined, actor: Actor, scene: Scene): Decision | null {
  if (id === undefined) return null;
  const answer = judgeAnswer(id, { actor, field: "body.flag" }, scene);
  return answer.kind === "accepted" ? null : answer;
}

/**
 * Whether somebody may resolve an open flag: on whose message it is counts, as for what else is done to them. Who is not told of flags is
 * not told either whether this one is open (MOD2).
 */
export function judgeAnswer(id: EventId, { actor, field }: { actor: Actor; field: string }, scene: Scene): Decision {
  const told = judgeRight("oversee", { actor, field }, scene);
  if (told.kind !== "accepted") return told;
  const flag = openFlag(scene.state, id);
  return flag === undefined
    ? refuse("NotFound", { field })
    : judgeRight("resolve-flag", { actor, over: flag.author, field }, scene);
}
