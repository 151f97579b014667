import { unreachable } from "../asserts.ts";
import { decidedOf, judgeAdder, judgeAdding, refuseHistory, refuseNobody } from "../adding.ts";
import type { Decision, Facts } from "../decision.ts";
import type {
  Actor,
  AddToGroup,
  CreateGroup,
  DescribeGroup,
  GroupDraft,
  Proposal,
  RemoveFromGroup,
  RenameGroup,
  SetGroupAvatar,
  SetGroupRole,
  TransferOwnership,
} from "../events.ts";
import type { UserId } from "../ids.ts";
import { intervalsOf, isMember, memberCount, roleOf } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import { refuseRemoval } from "../removal.ts";
import type { GroupState } from "../state.ts";
import { isStorable, refuseDescription, refuseName, refuseReason } from "../text.ts";
import { refuseAct } from "./authority.ts";
import { directGroupId } from "./direct.ts";
import { refuseFull } from "./full.ts";
import { decideCreateInvite, decideJoinByInvite, decideRevokeInvite } from "./invites.ts";

interface Scene {
  readonly state: GroupState;
  readonly facts: Facts;
}

/** Decides on a draft to a group (GRP1–3, FACT1). */
export function decideGroup(state: GroupState | null, proposal: Proposal<GroupDraft>, facts: Facts): Decision {
  if (proposal.type === "create") return decideCreate(proposal, { state, facts });
  if (proposal.type === "join-by-invite") return decideJoinByInvite(proposal, { state, facts });
  if (state === null) return refuse("NotFound", { field: "stream" });
  const outsider = refuseOutsider(proposal.actor, state);
  if (outsider) return outsider;
  const scene = { state, facts };
  switch (proposal.type) {
    case "add-members":
      return decideAdd(proposal, scene);
    case "create-invite":
      return decideCreateInvite(proposal, scene);
    case "revoke-invite":
      return decideRevokeInvite(proposal, scene);
    default:
      return refuseInside(proposal, scene) ?? { kind: "accepted", decided: {} };
  }
}

/** What is wrong with a draft that is decided on the group alone, or null. */
function refuseInside(
  proposal: Exclude<
    Proposal<GroupDraft>,
    { type: "create" | "join-by-invite" | "add-members" | "create-invite" | "revoke-invite" }
  >,
  scene: Scene,
): Rejection | null {
  const { actor } = proposal;
  switch (proposal.type) {
    case "rename":
      return refuseRename(proposal, scene);
    case "describe":
      return refuseDescribe(proposal, scene);
    case "set-avatar":
      return refuseAvatar(proposal, scene);
    case "remove-member":
      return refuseRemove(proposal, scene);
    case "leave":
      return refuseLeave(actor, scene.state);
    case "set-role":
      return refuseSetRole(proposal, scene.state);
    case "transfer-ownership":
      return refuseTransfer(proposal, scene.state);
    case "discussion-open":
      return actor === "system" ? null : refuse("SystemOnly", { field: "type" });
    case "archive":
      return refuseAct("archive", { actor }, scene.state);
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
  { actor, stream, body }: Proposal<CreateGroup>,
  { state, facts }: { state: GroupState | null; facts: Facts },
): Decision {
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseName(body.name, facts.limits) ?? refuseDescription(body.description, facts.limits);
  if (bad) return bad;
  const named = body.members.filter((user) => user !== actor);
  if (body.direct && (named.length !== 1 || stream !== directGroupId(actor, named[0]!))) {
    return refuse("Malformed", { field: "stream" });
  }
  const held = judgeAdder(actor, { named, facts });
  if (held) return held;
  const adding = judgeAdding(named, { facts, adder: actor });
  if (body.direct && adding.added.length === 0) return refuseDirect(adding.skipped[0]?.code);
  return refuseFull(1 + adding.added.length, { facts, field: "body.members" }) ??
    { kind: "accepted", decided: decidedOf(adding) };
}

/** A direct group of one is none. */
function refuseDirect(skipped: "NotAddable" | "Unavailable" | undefined): Decision {
  if (skipped === "Unavailable") return { kind: "not-now", reason: "Unavailable" };
  return refuse("NobodyAddable", { field: "body.members" });
}

function decideAdd({ actor, body }: Proposal<AddToGroup>, { state, facts }: Scene): Decision {
  const bad = refuseAct("add", { actor }, state) ??
    (actor === "system" ? null : refuseHistory(body.historyFrom, { adder: actor, state }));
  const held = bad ?? judgeAdder(actor, { named: body.users, facts });
  if (held) return held;
  const adding = judgeAdding(body.users, { facts, adder: actor, to: state });
  return refuseNobody(adding, state) ??
    refuseFull(memberCount(state) + adding.added.length, { facts, field: "body.users" }) ??
    { kind: "accepted", decided: decidedOf(adding) };
}

function refuseRename({ actor, body: { name } }: Proposal<RenameGroup>, { state, facts }: Scene): Rejection | null {
  const bad = refuseAct("rename", { actor }, state) ?? refuseName(name, facts.limits);
  return bad ?? refuseSame(name === state.name, "body.name");
}

function refuseDescribe(
  { actor, body: { description } }: Proposal<DescribeGroup>,
  { state, facts }: Scene,
): Rejection | null {
  const bad = refuseAct("describe", { actor }, state) ?? refuseDescription(description, facts.limits);
  return bad ?? refuseSame(description === (state.description ?? ""), "body.description");
}

function refuseAvatar(
  { actor, body: { avatar } }: Proposal<SetGroupAvatar>,
  { state, facts }: Scene,
): Rejection | null {
  const bad = refuseAct("set-avatar", { actor }, state);
  if (bad) return bad;
  if (avatar === null) return refuseSame(state.avatar === undefined, "body.avatar");
  if (!isStorable(avatar.name)) return refuse("TextMalformed", { field: "body.avatar.name" });
  if (!facts.blobs.has(avatar.sha256)) return refuse("UnknownBlob", { field: "body.avatar.sha256" });
  return refuseSame(avatar.sha256 === state.avatar?.sha256, "body.avatar");
}

function refuseRemove({ actor, body }: Proposal<RemoveFromGroup>, { state, facts }: Scene): Rejection | null {
  const bad = refuseRemoval(body, state) ?? refuseReason(body.reason, facts.limits);
  if (bad) return bad;
  if (actor === body.user) return refuseOneself(actor, state); // one leaves by `leave`
  return refuseAct("remove", { actor, over: body.user, field: "body.user" }, state);
}

function refuseLeave(actor: Actor, state: GroupState): Rejection | null {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseAct("leave", { actor }, state);
  if (bad) return bad;
  // With nobody left to hand over to, who leaves archives the group.
  return actor === state.owner && memberCount(state) > 1 ? refuse("OwnerMustHandOver", { field: "actor" }) : null;
}

function refuseSetRole({ actor, body: { user, role } }: Proposal<SetGroupRole>, state: GroupState): Rejection | null {
  if (!isMember(state, user)) return refuse("NotFound", { field: "body.user" });
  if (actor === user && user === state.owner) return refuseOneself(actor, state);
  const bad = refuseAct("set-role", { actor, over: user, field: "body.user" }, state);
  return bad ?? refuseSame(roleOf(state, user) === role, "body.role");
}

function refuseTransfer({ actor, body: { to } }: Proposal<TransferOwnership>, state: GroupState): Rejection | null {
  if (!isMember(state, to)) return refuse("NotFound", { field: "body.to" });
  if (to === state.owner && actor === to) return refuse("NoChange", { field: "body.to" });
  return refuseAct("hand-over", { actor, over: to, field: "body.to" }, state);
}

/** The owner does not remove or lower themselves: somebody else has to own the group first. */
function refuseOneself(actor: UserId, state: GroupState): Rejection {
  return refuse(actor === state.owner ? "OwnerMustHandOver" : "Forbidden", { field: "body.user" });
}

function refuseSame(isSame: boolean, field: string): Rejection | null {
  return isSame ? refuse("NoChange", { field }) : null;
}
