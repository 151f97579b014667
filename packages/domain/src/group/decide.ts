import { unreachable } from "../asserts.ts";
import { decidedOf, judgeAdding, refuseHistory, refuseNobody } from "../adding.ts";
import type { Decision, Facts } from "../decision.ts";
import type { Actor, AddToGroup, CreateGroup, GroupDraft, Proposal, RemoveFromGroup } from "../events.ts";
import { intervalsOf, isMember, memberCount } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import { refuseRemoval } from "../removal.ts";
import type { GroupState } from "../state.ts";
import { refuseName, refuseReason } from "../text.ts";

interface Scene {
  readonly state: GroupState;
  readonly facts: Facts;
}

/** Decides on a draft to a group (GRP1–2, FACT1). */
export function decideGroup(state: GroupState | null, proposal: Proposal<GroupDraft>, facts: Facts): Decision {
  if (proposal.type === "create") return decideCreate(proposal, { state, facts });
  if (state === null) return refuse("NotFound", { field: "stream" });
  const outsider = refuseOutsider(proposal.actor, state);
  if (outsider) return outsider;
  switch (proposal.type) {
    case "add-members":
      return decideAdd(proposal, { state, facts });
    case "remove-member":
      return decideRemove(proposal, { state, facts });
    case "rename":
    case "describe":
    case "set-avatar":
    case "set-role":
    case "transfer-ownership":
    case "create-invite":
    case "revoke-invite":
    case "join-by-invite":
    case "discussion-open":
    case "archive":
      // Not judged yet: comes next.
      return proposal.actor === "system" ? { kind: "accepted", decided: {} } : refuse("Forbidden", { field: "type" });
    case "leave":
      return decideLeave(proposal.actor, state);
    default:
      return unreachable(proposal);
  }
}

/** For who never was a member the group does not exist (VIS3). */
function refuseOutsider(actor: Actor, state: GroupState): Rejection | null {
  if (actor === "system" || isMember(state, actor)) return null;
  return refuse(intervalsOf(state, actor).length === 0 ? "NotFound" : "NotMember", { field: "stream" });
}

function decideCreate(
  { actor, body }: Proposal<CreateGroup>,
  { state, facts }: { state: GroupState | null; facts: Facts },
): Decision {
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseName(body.name, facts.limits);
  if (bad) return bad;
  const adding = judgeAdding(body.members.filter((user) => user !== actor), { facts });
  return refuseFull(1 + adding.added.length, { facts, field: "body.members" }) ??
    { kind: "accepted", decided: decidedOf(adding) };
}

function decideAdd({ actor, body }: Proposal<AddToGroup>, { state, facts }: Scene): Decision {
  const bad = actor === "system" ? null : refuseHistory(body.historyFrom, { adder: actor, state });
  if (bad) return bad;
  const adding = judgeAdding(body.users, { facts, to: state });
  return refuseNobody(adding, state) ??
    refuseFull(memberCount(state) + adding.added.length, { facts, field: "body.users" }) ??
    { kind: "accepted", decided: decidedOf(adding) };
}

function refuseFull(count: number, { facts, field }: { facts: Facts; field: string }): Rejection | null {
  const limit = facts.limits.members;
  return count <= limit ? null : refuse("GroupFull", { field, detail: { limit } });
}

function decideRemove({ actor, body }: Proposal<RemoveFromGroup>, { state, facts }: Scene): Decision {
  const bad = refuseRemoval(body, state) ?? refuseReason(body.reason, facts.limits);
  if (bad) return bad;
  if (actor !== "system" && actor !== state.owner) return refuse("Forbidden", { field: "body.user" });
  // A group always has its owner; `system` too has to hand over first (USR4).
  return body.user === state.owner
    ? refuse("OwnerMustHandOver", { field: "body.user" })
    : { kind: "accepted", decided: {} };
}

function decideLeave(actor: Actor, state: GroupState): Decision {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  return actor === state.owner ? refuse("OwnerMustHandOver", { field: "actor" }) : { kind: "accepted", decided: {} };
}
