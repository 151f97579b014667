import { unreachable } from "../asserts.ts";
import { decidedOf, judgeAdding, refuseHistory, refuseNobody } from "../adding.ts";
import type { Decision, Fact, Facts, Ground } from "../decision.ts";
import type {
  Actor,
  AddToDiscussion,
  CreateDiscussion,
  DiscussionDraft,
  Proposal,
  RemoveFromDiscussion,
} from "../events.ts";
import { intervalsOf, isMember } from "../membership.ts";
import { decideMessage } from "../message/decide.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import { refuseRemoval } from "../removal.ts";
import type { DiscussionState, GroupState } from "../state.ts";
import { refuseName, refuseReason } from "../text.ts";
import { mayModerate } from "./authority.ts";

interface DiscussionGround {
  readonly state: DiscussionState | null;
  readonly messages: Ground["messages"];
}

interface Scene {
  readonly state: DiscussionState;
  readonly facts: Facts;
}

/** Decides on a draft to a discussion (DISC1–4, MSG1–5, FACT1–2). */
export function decideDiscussion(
  ground: DiscussionGround,
  proposal: Proposal<DiscussionDraft>,
  facts: Facts,
): Decision {
  if (proposal.type === "create") return decideCreate(proposal, { state: ground.state, facts });
  const { state, messages } = ground;
  if (state === null) return refuse("NotFound", { field: "stream" });
  const scene = { state, messages, facts };
  const outsider = refuseOutsider(proposal.actor, state);
  if (outsider) return outsider;
  switch (proposal.type) {
    case "add-members":
      return decideAdd(proposal, scene);
    case "remove-member":
      return decideRemove(proposal, scene);
    case "rename":
    case "describe":
    case "join":
    case "set-role":
    case "pin-message":
    case "unpin-message":
    case "lock":
    case "unlock":
    case "close":
    case "reopen":
    case "mute-member":
    case "unmute-member":
    case "ban-member":
    case "unban-member":
    case "set-slow-mode":
    case "flag-message":
    case "resolve-flag":
    case "expunge":
    case "continued":
      // Not judged yet: the table of rights comes next.
      return proposal.actor === "system" ? { kind: "accepted", decided: {} } : refuse("Forbidden", { field: "type" });
    case "leave":
      // Any member may; `system` is no member.
      return proposal.actor === "system" ? refuse("Malformed", { field: "actor" }) : { kind: "accepted", decided: {} };
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return decideMessage(proposal, scene);
    default:
      return unreachable(proposal);
  }
}

/** For who never was a member the discussion does not exist (VIS3). */
function refuseOutsider(actor: Actor, state: DiscussionState): Rejection | null {
  const isSystem = actor === "system";
  if (!isSystem && intervalsOf(state, actor).length === 0) return refuse("NotFound", { field: "stream" });
  // Who has left is not told what became of it since (VIS4).
  if (!isSystem && !isMember(state, actor)) return refuse("NotMember", { field: "stream" });
  return state.closed && !isSystem ? refuse("Closed", { field: "stream" }) : null;
}

function decideCreate(
  { actor, body }: Proposal<CreateDiscussion>,
  { state, facts }: { state: DiscussionState | null; facts: Facts },
): Decision {
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseName(body.name, facts.limits);
  if (bad) return bad;
  const group = knownGroup(facts.group);
  if (group.kind !== "group") return group;
  if (!isMember(group, actor)) return refuse("NotFound", { field: "body.group" });
  const named = body.members.filter((user) => user !== actor);
  return { kind: "accepted", decided: decidedOf(judgeAdding(named, { facts, among: group }), readOf(group)) };
}

function decideAdd({ actor, body }: Proposal<AddToDiscussion>, { state, facts }: Scene): Decision {
  const bad = actor === "system" ? null : refuseHistory(body.historyFrom, { adder: actor, state });
  if (bad) return bad;
  const group = knownGroup(facts.group);
  if (group.kind !== "group") return group;
  // Their own removal from here is on its way (DISC2).
  if (actor !== "system" && !isMember(group, actor)) return refuse("NotMember", { field: "stream" });
  const adding = judgeAdding(body.users, { facts, to: state, among: group });
  return refuseNobody(adding, state) ?? { kind: "accepted", decided: decidedOf(adding, readOf(group)) };
}

function decideRemove({ actor, body }: Proposal<RemoveFromDiscussion>, { state, facts }: Scene): Decision {
  const bad = refuseRemoval(body, state) ?? refuseReason(body.reason, facts.limits);
  if (bad) return bad;
  if (actor === "system") return { kind: "accepted", decided: {} };
  const forbidden = refuse("Forbidden", { field: "body.user" });
  if (actor === body.user) return forbidden; // one leaves by `leave`
  const authority = mayModerate({ actor, over: body.user }, { state, facts });
  switch (authority.kind) {
    case "yes":
      return { kind: "accepted", decided: authority.decided };
    case "no":
      return forbidden;
    case "unknown":
      return { kind: "not-now", reason: "Unavailable" };
    default:
      return unreachable(authority);
  }
}

/** The group that the decision stands on, or the answer when it can't be known (FACT1). */
function knownGroup(
  fact: Fact<GroupState> = { kind: "unavailable" },
): GroupState | Exclude<Decision, { kind: "accepted" }> {
  switch (fact.kind) {
    case "known":
      return fact.value;
    case "missing":
      return refuse("NotFound", { field: "body.group" });
    case "unavailable":
      return { kind: "not-now", reason: "Unavailable" };
    default:
      return unreachable(fact);
  }
}

function readOf({ id, seq }: GroupState) {
  return { stream: id, seq };
}
