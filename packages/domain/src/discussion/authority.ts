/** Judges by the table of rights whether somebody may do something in a discussion now (DISC4). @module */
import { assert, unreachable } from "../asserts.ts";
import type { Decision, Facts } from "../decision.ts";
import type { Actor, Decided } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";
import { refuse } from "../refuse.ts";
import type { UnixMs } from "../scalars.ts";
import type { DiscussionState, GroupState, Role, Sanction } from "../state.ts";
import { type Act, type Hindrance, type Least, RIGHTS } from "./rights.ts";

export interface Acting {
  readonly actor: Actor;
  /** Whom it is done to. */
  readonly over?: UserId;
  /** What a refusal for lack of the right names. */
  readonly field?: string;
}

/** A discussion, and what else its decisions stand on. */
export interface Scene {
  readonly state: DiscussionState;
  readonly facts: Facts;
}

/** What rights stand on. */
export interface RightsScene {
  readonly state: DiscussionState;
  readonly facts: Pick<Facts, "at" | "group">;
}

/**
 * Accepted: `decided` names the group's part in it, if the right is held through the group (LOG8). Not now: only the group could tell, and
 * it does not answer (FACT1); or it is too early, in slow mode. `system` may do anything.
 */
export function judgeRight(act: Act, acting: Acting, scene: RightsScene): Decision {
  const { actor } = acting;
  if (actor === "system") return { kind: "accepted", decided: {} };
  return judgeHindrances(act, actor, scene) ?? judgeRole(act, { ...acting, actor }, scene);
}

/** What keeps a person from an act for which they may have the role, or null. */
function judgeHindrances(act: Act, actor: UserId, scene: RightsScene): Decision | null {
  for (const hindrance of RIGHTS[act].notWhile) {
    const hindered = judgeHindrance(hindrance, actor, scene);
    if (hindered) return hindered;
  }
  return null;
}

function judgeHindrance(hindrance: Hindrance, actor: UserId, { state, facts }: RightsScene): Decision | null {
  switch (hindrance) {
    case "closed":
      return state.closed ? refuse("Closed", { field: "stream" }) : null;
    case "locked":
      return state.locked ? refuse("Locked", { field: "stream" }) : null;
    case "muted": {
      const mute = state.mutes?.[actor];
      if (!isInForce(mute, facts.at)) return null;
      return refuse("Muted", { field: "stream", ...(mute.until !== undefined && { detail: { until: mute.until } }) });
    }
    case "slowed":
      return judgePace(actor, { state, facts });
    default:
      return unreachable(hindrance);
  }
}

/** Whether a mute, a ban or a slow mode holds at a time (MOD1). */
export function isInForce<S extends Pick<Sanction, "until">>(sanction: S | undefined, at: UnixMs): sanction is S {
  return sanction !== undefined && (sanction.until === undefined || at < sanction.until);
}

/** Slow mode asks only for patience: what comes too early may come again. */
function judgePace(actor: UserId, { state, facts: { at } }: RightsScene): Decision | null {
  const { slowMode, lastSent } = state;
  const last = lastSent?.[actor];
  if (!isInForce(slowMode, at) || last === undefined || ownRank(state, actor) >= RANKS.moderator) return null;
  const retryAfterMs = Math.min(last + slowMode.seconds * 1_000, slowMode.until ?? Infinity) - at;
  return retryAfterMs > 0 ? { kind: "not-now", reason: "RateLimited", limiter: "slow-mode", retryAfterMs } : null;
}

function judgeRole(
  act: Act,
  { actor, over, field = "stream" }: Acting & { actor: UserId },
  scene: RightsScene,
): Decision {
  const { state } = scene;
  const { who, onThoseBelow } = RIGHTS[act];
  assert(onThoseBelow === undefined || over !== undefined, `${act} is done to somebody`);
  const forbidden = refuse("Forbidden", { field });
  // Nobody is below their own role, also who has another one through the group.
  if (onThoseBelow && over === actor) return forbidden;
  const above = onThoseBelow && over !== undefined ? ownRank(state, over) : -1;
  const holds = (rank: number) => rank >= leastRank(who, state) && rank > above;
  if (holds(ownRank(state, actor))) return { kind: "accepted", decided: {} };
  return holds(RANKS.moderator) ? throughGroup(actor, scene) ?? forbidden : forbidden;
}

const RANKS = { owner: 2, moderator: 1, member: 0 } as const satisfies Record<Role, number>;

function ownRank(state: DiscussionState, user: UserId): number {
  return RANKS[roleOf(state, user) ?? "member"];
}

function leastRank(who: Least, { curatedBy }: DiscussionState): number {
  switch (who) {
    case "anybody-of-the-group":
    case "member":
      return RANKS.member;
    case "curator":
      return curatedBy === "moderators" ? RANKS.moderator : RANKS.member;
    case "moderator":
    case "owner":
      return RANKS[who];
    default:
      return unreachable(who);
  }
}

/** The owner and the moderators of the group have a moderator's rights in the discussions that they are members of. Null: neither. */
export function throughGroup(actor: UserId, { facts: { group } }: Pick<RightsScene, "facts">): Decision | null {
  const fact = group ?? { kind: "unavailable" };
  switch (fact.kind) {
    case "unavailable":
      return { kind: "not-now", reason: "Unavailable" };
    case "missing":
      return null;
    case "known":
      return rightOf(actor, fact.value);
    default:
      return unreachable(fact);
  }
}

function rightOf(actor: UserId, group: GroupState): Decision | null {
  const role = roleOf(group, actor);
  if (role !== "owner" && role !== "moderator") return null;
  const decided: Decided = { basis: [{ stream: group.id, seq: group.seq }], right: `group-${role}` };
  return { kind: "accepted", decided };
}
