/** Mutes and bans (MOD1). @module */
import { unreachable } from "../asserts.ts";
import type { Decision } from "../decision.ts";
import type { BanMember, MuteMember, Proposal, UnbanMember, UnmuteMember } from "../events.ts";
import { intervalsOf, isMember } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { DiscussionState, Sanction } from "../state.ts";
import { refuseReason } from "../text.ts";
import { isInForce, judgeRight, type Scene } from "./authority.ts";
import { refusePast } from "./decide_create.ts";
import { refuseAnswer } from "./flags.ts";

type SanctionDraft = MuteMember | BanMember;
type PardonDraft = UnmuteMember | UnbanMember;

export function decideSanction({ type, actor, body }: Proposal<SanctionDraft>, scene: Scene): Decision {
  const { state, facts } = scene;
  const bad = refuseTarget({ type, body }, state) ??
    refusePast(body.until, { at: facts.at, field: "body.until" }) ?? refuseReason(body.reason, facts.limits);
  if (bad) return bad;
  const right = judgeRight(ACTS[type], { actor, over: body.user, field: "body.user" }, scene);
  if (right.kind !== "accepted") return right;
  const present = sanctionOf({ type, body }, state);
  const same = isInForce(present, facts.at) && present.until === body.until &&
    !(type === "ban-member" && isMember(state, body.user));
  return same ? refuse("NoChange", { field: "body.user" }) : refuseAnswer(body.flag, actor, scene) ?? right;
}

/** What has run out can be taken back too: nobody need look at a clock. */
export function decidePardon({ type, actor, body }: Proposal<PardonDraft>, scene: Scene): Decision {
  const { state } = scene;
  if (intervalsOf(state, body.user).length === 0) return refuse("NotFound", { field: "body.user" });
  const right = judgeRight(ACTS[type], { actor, over: body.user, field: "body.user" }, scene);
  if (right.kind !== "accepted") return right;
  return sanctionOf({ type, body }, state) === undefined ? refuse("NoChange", { field: "body.user" }) : right;
}

const ACTS = {
  "mute-member": "mute",
  "unmute-member": "mute",
  "ban-member": "ban",
  "unban-member": "ban",
} as const satisfies Record<(SanctionDraft | PardonDraft)["type"], "mute" | "ban">;

/** Who has gone can still be banned, so that nobody escapes it by leaving; to mute is for who is here. */
function refuseTarget({ type, body }: Pick<SanctionDraft, "type" | "body">, state: DiscussionState): Rejection | null {
  const known = type === "mute-member" ? isMember(state, body.user) : intervalsOf(state, body.user).length > 0;
  return known ? null : refuse("NotFound", { field: "body.user" });
}

function sanctionOf(
  { type, body: { user } }: Pick<SanctionDraft | PardonDraft, "type" | "body">,
  { mutes, bans }: DiscussionState,
): Sanction | undefined {
  switch (type) {
    case "mute-member":
    case "unmute-member":
      return mutes?.[user];
    case "ban-member":
    case "unban-member":
      return bans?.[user];
    default:
      return unreachable(type);
  }
}
