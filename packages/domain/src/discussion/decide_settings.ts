/** What a discussion is called, says of itself, and lets people do (DISC1, DISC4). @module */
import type { Decision } from "../decision.ts";
import type {
  CloseDiscussion,
  DescribeDiscussion,
  LockDiscussion,
  Proposal,
  RenameDiscussion,
  ReopenDiscussion,
  SetSlowMode,
  UnlockDiscussion,
} from "../events.ts";
import { refuse } from "../refuse.ts";
import { refuseDescription, refuseName, refuseReason } from "../text.ts";
import { judgeRight, type Scene } from "./authority.ts";
import { refusePast } from "./decide_create.ts";
import { refuseAnswer } from "./flags.ts";

export function decideRename({ actor, body }: Proposal<RenameDiscussion>, scene: Scene): Decision {
  const { state, facts } = scene;
  const bad = refuseName(body.name, facts.limits);
  if (bad) return bad;
  const right = judgeRight("rename", { actor }, scene);
  if (right.kind !== "accepted") return right;
  return body.name === state.name ? refuse("NoChange", { field: "body.name" }) : right;
}

export function decideDescribe({ actor, body }: Proposal<DescribeDiscussion>, scene: Scene): Decision {
  const { state, facts } = scene;
  const { description, curatedBy } = body;
  const bad = refuseDescription(description, facts.limits);
  if (bad) return bad;
  const right = judgeRight(curatedBy === undefined ? "describe" : "say-who-curates", { actor }, scene);
  if (right.kind !== "accepted") return right;
  const says = description === undefined || description === (state.description ?? "");
  const isCurated = curatedBy === undefined || curatedBy === (state.curatedBy ?? "members");
  return says && isCurated ? refuse("NoChange", { field: "body" }) : right;
}

export function decideUnlocked(
  { type, actor, body }: Proposal<LockDiscussion | UnlockDiscussion>,
  scene: Scene,
): Decision {
  const changes = (type === "lock") !== (scene.state.locked ?? false);
  return judgeSwitch("lock", { actor, body, changes }, scene);
}

export function decideOpen(
  { type, actor, body }: Proposal<CloseDiscussion | ReopenDiscussion>,
  scene: Scene,
): Decision {
  return judgeSwitch("close", { actor, body, changes: (type === "close") !== scene.state.closed }, scene);
}

function judgeSwitch(
  act: "lock" | "close",
  { actor, body, changes }: Pick<Proposal<LockDiscussion>, "actor" | "body"> & { changes: boolean },
  scene: Scene,
): Decision {
  const bad = refuseReason(body.reason, scene.facts.limits);
  if (bad) return bad;
  const right = judgeRight(act, { actor }, scene);
  if (right.kind !== "accepted") return right;
  return changes ? refuseAnswer(body.flag, actor, scene) ?? right : refuse("NoChange", { field: "stream" });
}

export function decideSlowMode({ actor, body }: Proposal<SetSlowMode>, scene: Scene): Decision {
  const { state: { slowMode }, facts: { at, limits } } = scene;
  const { seconds, until } = body;
  if (seconds > limits.slowModeSeconds) {
    return refuse("PeriodInvalid", { field: "body.seconds", detail: { limit: limits.slowModeSeconds } });
  }
  const bad = refusePast(until, { at, field: "body.until" });
  if (bad) return bad;
  const right = judgeRight("slow-mode", { actor }, scene);
  if (right.kind !== "accepted") return right;
  const same = seconds === (slowMode?.seconds ?? 0) && (seconds === 0 || until === slowMode?.until);
  return same ? refuse("NoChange", { field: "body.seconds" }) : right;
}
