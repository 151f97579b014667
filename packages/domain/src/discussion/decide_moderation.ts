/** Pins, flags, purges, and the link to a discussion that goes on from here (DISC1, DISC3, MOD1–2). @module */
import type { Decision } from "../decision.ts";
import type {
  Actor,
  Continued,
  Expunge,
  FlagMessage,
  PinMessage,
  Proposal,
  ResolveFlag,
  UnpinMessage,
} from "../events.ts";
import { intervalsOf } from "../membership.ts";
import { liveTarget, type MessageScene, seenMessage } from "../message/target.ts";
import { refuse } from "../refuse.ts";
import { refuseReason } from "../text.ts";
import { judgeRight, type Scene } from "./authority.ts";
import { judgeAnswer, refuseAnswer } from "./flags.ts";

export function decidePin({ actor, body }: Proposal<PinMessage>, scene: MessageScene): Decision {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const { state: { pins = [] }, facts: { limits } } = scene;
  const target = liveTarget(body.target, actor, scene);
  if (target.kind === "rejected") return target;
  const right = judgeRight("pin", { actor }, scene);
  if (right.kind !== "accepted") return right;
  if (pins.some(({ message }) => message === body.target)) return refuse("NoChange", { field: "body.target" });
  if (pins.length >= limits.pins) {
    return refuse("TooManyPins", { field: "body.target", detail: { limit: limits.pins } });
  }
  return { kind: "accepted", decided: { ...right.decided, targetSeq: target.seq } };
}

/** Of a message that was deleted since, too. */
export function decideUnpin({ actor, body }: Proposal<UnpinMessage>, scene: MessageScene): Decision {
  const target = seenMessage(body.target, actor, scene);
  if (target === undefined) return refuse("NotFound", { field: "body.target" });
  const right = judgeRight("pin", { actor }, scene);
  if (right.kind !== "accepted") return right;
  const isPinned = scene.state.pins?.some(({ message }) => message === body.target) ?? false;
  if (!isPinned) return refuse("NoChange", { field: "body.target" });
  return { kind: "accepted", decided: { ...right.decided, targetSeq: target.seq } };
}

export function decideFlag({ actor, body }: Proposal<FlagMessage>, scene: MessageScene): Decision {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const { state: { flags = [] }, facts: { limits } } = scene;
  const own = flags.filter(({ by }) => by === actor);
  const target = liveTarget(body.target, actor, scene);
  if (target.kind === "rejected") return target;
  const bad = refuseReason(body.reason, limits);
  if (bad) return bad;
  const right = judgeRight("flag", { actor }, scene);
  if (right.kind !== "accepted") return right;
  // One flag of each person on each message is enough.
  if (own.some(({ message }) => message === body.target)) return refuse("NoChange", { field: "body.target" });
  // Nobody alone can take the room that all have together.
  const limit = own.length >= limits.openFlagsPerMember ? limits.openFlagsPerMember : limits.openFlags;
  if (own.length >= limits.openFlagsPerMember || flags.length >= limits.openFlags) {
    return refuse("TooManyFlags", { field: "body.target", detail: { limit } });
  }
  return { kind: "accepted", decided: { targetSeq: target.seq, author: target.author } };
}

export function decideResolve({ actor, body }: Proposal<ResolveFlag>, scene: Scene): Decision {
  const bad = refuseReason(body.reason, scene.facts.limits);
  return bad ?? judgeAnswer(body.flag, { actor, field: "body.flag" }, scene);
}

/** One event, however many messages it is about (MOD1). */
export function decideExpunge({ actor, body }: Proposal<Expunge>, scene: Scene): Decision {
  const { state, facts } = scene;
  const { author, upToSeq, why, reason, flag } = body;
  if (actor !== "system" && why !== "purge") return refuse("SystemOnly", { field: "body.why" });
  if (intervalsOf(state, author).length === 0) return refuse("NotFound", { field: "body.author" });
  // Nobody is silenced in advance: that is what muting is for.
  if (actor !== "system" && upToSeq > state.seq) return refuse("NotFound", { field: "body.upToSeq" });
  const bad = refuseReason(reason, facts.limits);
  if (bad) return bad;
  const right = judgeRight("purge", { actor, over: author, field: "body.author" }, scene);
  if (right.kind !== "accepted") return right;
  const reached = state.expunged?.[author]?.at(-1)?.upToSeq ?? 0;
  if (reached >= Math.min(upToSeq, state.seq)) return refuse("NoChange", { field: "body.upToSeq" });
  return refuseAnotherMark(actor, scene) ?? refuseAnswer(flag, actor, scene) ?? right;
}

/** Each mark is kept for ever, since who left between two of them sees the first only (VIS4). What gatz itself erases is bounded by the people. */
function refuseAnotherMark(actor: Actor, { state: { expunged = {} }, facts: { limits } }: Scene): Decision | null {
  const marks = Object.values(expunged).reduce((count, ofOne) => count + ofOne.length, 0);
  if (actor === "system" || marks < limits.purges) return null;
  return refuse("TooManyPurges", { field: "body.upToSeq", detail: { limit: limits.purges } });
}

/** A new discussion goes on from the target, which says so (DISC3). */
export function decideContinued({ actor, body }: Proposal<Continued>, scene: MessageScene): Decision {
  if (actor !== "system") return refuse("SystemOnly", { field: "type" });
  const target = seenMessage(body.target, actor, scene);
  if (target === undefined) return refuse("NotFound", { field: "body.target" });
  return { kind: "accepted", decided: { targetSeq: target.seq } };
}
