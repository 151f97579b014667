/** Who comes to a discussion, who goes, and in what role (DISC2–4, FACT1–2, VIS1). @module */
import { decidedOf, isYetToCome, judgeAdder, judgeAdding, refuseHistory, refuseNobody } from "../adding.ts";
import type { Decision } from "../decision.ts";
import type {
  AddToDiscussion,
  JoinDiscussion,
  LeaveDiscussion,
  Proposal,
  RemoveFromDiscussion,
  SetDiscussionRole,
} from "../events.ts";
import { intervalsOf, isMember, roleOf } from "../membership.ts";
import { refuse } from "../refuse.ts";
import { refuseRemoval } from "../removal.ts";
import { refuseReason } from "../text.ts";
import { isInForce, judgeRight, type Scene, throughGroup } from "./authority.ts";
import { knownGroup, readOf } from "./decide_create.ts";
import { refuseAnswer } from "./flags.ts";

export function decideAdd({ actor, body }: Proposal<AddToDiscussion>, scene: Scene): Decision {
  const { state, facts } = scene;
  const right = judgeRight("add", { actor }, scene);
  if (right.kind !== "accepted") return right;
  const history = judgeHistory({ actor, body }, scene);
  if (history.kind !== "accepted") return history;
  const group = knownGroup(facts.group);
  if (group.kind !== "group") return group;
  // Their own removal from here is on its way (DISC2).
  if (actor !== "system" && !isMember(group, actor)) return refuse("NotMember", { field: "stream" });
  const held = judgeAdder(actor, { named: body.users, facts });
  if (held) return held;
  const adding = judgeAdding(body.users, { facts, adder: actor, to: state, among: group });
  const nobody = refuseNobody(adding, state);
  if (nobody) return nobody;
  const through = right.decided.right ?? history.decided.right;
  return { kind: "accepted", decided: { ...decidedOf(adding, readOf(group)), ...(through && { right: through }) } };
}

/** Nobody grants more history than they see themselves, moderators aside (VIS1). */
function judgeHistory({ actor, body }: Pick<Proposal<AddToDiscussion>, "actor" | "body">, scene: Scene): Decision {
  const granted: Decision = { kind: "accepted", decided: {} };
  if (actor === "system") return granted;
  const refused = refuseHistory(body.historyFrom, { adder: actor, state: scene.state });
  if (refused === null) return granted;
  return isYetToCome(body.historyFrom, scene.state) ? refused : throughGroup(actor, scene) ?? refused;
}

/**
 * Somebody of the group comes in by themselves while the window is open. To others, and where there never was a window, there is nothing
 * to be seen (VIS3).
 */
export function decideJoin({ actor }: Proposal<JoinDiscussion>, scene: Scene): Decision {
  const { state, facts } = scene;
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  if (isMember(state, actor)) return refuse("NoChange", { field: "stream" });
  const { join } = state;
  const unseen = intervalsOf(state, actor).length === 0 ? refuse("NotFound", { field: "stream" }) : null;
  if (join === undefined) return unseen ?? refuse("NotJoinable", { field: "stream" });
  const group = knownGroup(facts.group);
  if (group.kind === "not-now") return group;
  if (group.kind !== "group" || !isMember(group, actor)) return unseen ?? refuse("NotMember", { field: "stream" });
  if (!isInForce(join, facts.at)) return refuse("NotJoinable", { field: "stream" });
  if (isInForce(state.bans?.[actor], facts.at)) return refuse("Banned", { field: "stream" });
  const right = judgeRight("join", { actor }, scene);
  return right.kind === "accepted" ? { kind: "accepted", decided: { basis: [readOf(group)] } } : right;
}

export function decideLeave({ actor }: Proposal<LeaveDiscussion>, scene: Scene): Decision {
  // Any member may; `system` is no member.
  return actor === "system" ? refuse("Malformed", { field: "actor" }) : judgeRight("leave", { actor }, scene);
}

export function decideRemove({ actor, body }: Proposal<RemoveFromDiscussion>, scene: Scene): Decision {
  const { state, facts } = scene;
  const bad = refuseRemoval(body, state) ?? refuseReason(body.reason, facts.limits);
  if (bad) return bad;
  const right = judgeRight("remove", { actor, over: body.user, field: "body.user" }, scene);
  return right.kind === "accepted" ? refuseAnswer(body.flag, actor, scene) ?? right : right;
}

/** Also a hand-over: the role that is set is then `owner`. */
export function decideRole({ actor, body }: Proposal<SetDiscussionRole>, scene: Scene): Decision {
  const { user, role } = body;
  const present = roleOf(scene.state, user);
  if (present === undefined) return refuse("NotFound", { field: "body.user" });
  const right = judgeRight("set-role", { actor, over: user, field: "body.user" }, scene);
  if (right.kind !== "accepted") return right;
  return present === role ? refuse("NoChange", { field: "body.role" }) : right;
}
