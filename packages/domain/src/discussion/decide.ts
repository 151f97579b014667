import { unreachable } from "../asserts.ts";
import type { Decision, Facts, Ground } from "../decision.ts";
import type { Actor, DiscussionDraft, Proposal } from "../events.ts";
import { intervalsOf, isMember } from "../membership.ts";
import { decideMessage } from "../message/decide.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { DiscussionState } from "../state.ts";
import { decideCreate } from "./decide_create.ts";
import { decideAdd, decideJoin, decideLeave, decideRemove, decideRole } from "./decide_members.ts";
import {
  decideContinued,
  decideExpunge,
  decideFlag,
  decidePin,
  decideResolve,
  decideUnpin,
} from "./decide_moderation.ts";
import { decidePardon, decideSanction } from "./decide_sanctions.ts";
import { decideDescribe, decideOpen, decideRename, decideSlowMode, decideUnlocked } from "./decide_settings.ts";

interface DiscussionGround {
  readonly state: DiscussionState | null;
  readonly messages: Ground["messages"];
}

/** Decides on a draft to a discussion (DISC1–4, MSG1–5, MOD1–2, FACT1–2); who may do what is in {@link RIGHTS}. */
export function decideDiscussion(
  { state, messages }: DiscussionGround,
  proposal: Proposal<DiscussionDraft>,
  facts: Facts,
): Decision {
  if (proposal.type === "create") return decideCreate(proposal, { state, facts });
  if (state === null) return refuse("NotFound", { field: "stream" });
  const scene = { state, messages, facts: ofOwnGroup(facts, state) };
  if (proposal.type === "join") return decideJoin(proposal, scene);
  const outsider = refuseOutsider(proposal.actor, state);
  if (outsider) return outsider;
  switch (proposal.type) {
    case "rename":
      return decideRename(proposal, scene);
    case "describe":
      return decideDescribe(proposal, scene);
    case "add-members":
      return decideAdd(proposal, scene);
    case "remove-member":
      return decideRemove(proposal, scene);
    case "leave":
      return decideLeave(proposal, scene);
    case "set-role":
      return decideRole(proposal, scene);
    case "pin-message":
      return decidePin(proposal, scene);
    case "unpin-message":
      return decideUnpin(proposal, scene);
    case "lock":
    case "unlock":
      return decideUnlocked(proposal, scene);
    case "close":
    case "reopen":
      return decideOpen(proposal, scene);
    case "mute-member":
    case "ban-member":
      return decideSanction(proposal, scene);
    case "unmute-member":
    case "unban-member":
      return decidePardon(proposal, scene);
    case "set-slow-mode":
      return decideSlowMode(proposal, scene);
    case "flag-message":
      return decideFlag(proposal, scene);
    case "resolve-flag":
      return decideResolve(proposal, scene);
    case "expunge":
      return decideExpunge(proposal, scene);
    case "continued":
      return decideContinued(proposal, scene);
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return decideMessage(proposal, scene);
    default:
      return unreachable(proposal);
  }
}

/** What was read of another group than the discussion's gives no rights here: it counts as not read. */
function ofOwnGroup(facts: Facts, { group: own }: DiscussionState): Facts {
  if (facts.group?.kind !== "known" || facts.group.value.id === own) return facts;
  const { group: _, ...rest } = facts;
  return rest;
}

/** For who never was a member the discussion does not exist (VIS3). */
function refuseOutsider(actor: Actor, state: DiscussionState): Rejection | null {
  if (actor === "system" || isMember(state, actor)) return null;
  // Who has left is not told what became of it since (VIS4).
  return refuse(intervalsOf(state, actor).length === 0 ? "NotFound" : "NotMember", { field: "stream" });
}
