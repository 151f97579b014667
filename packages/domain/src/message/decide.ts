import { unreachable } from "../asserts.ts";
import type { Decision, Facts } from "../decision.ts";
import { judgeRight } from "../discussion/authority.ts";
import { judgeAnswer } from "../discussion/flags.ts";
import type {
  Decided,
  DeleteMessage,
  EditMessage,
  MessageDraft,
  NewMessage,
  Proposal,
  ReactToMessage,
} from "../events.ts";
import { isEmoji } from "../emoji.ts";
import type { UserId } from "../ids.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { LiveMessage } from "../state.ts";
import { refuseReason } from "../text.ts";
import { refuseContent } from "./content.ts";
import { liveTarget, type MessageScene, seenMessage } from "./target.ts";

/** Decides on a message event of a discussion whose member (or `system`) proposes it (MSG1–5). */
export function decideMessage(proposal: Proposal<MessageDraft>, scene: MessageScene): Decision {
  const { actor } = proposal;
  if (proposal.type === "delete-message") return decideDelete(proposal, scene);
  // Everything else says who wrote or reacted, which only a person can be.
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  switch (proposal.type) {
    case "new-message":
      return decideNew(proposal, { ...scene, actor });
    case "edit-message":
      return decideEdit(proposal, { ...scene, actor });
    case "react-to-message":
      return decideReaction(proposal, { ...scene, actor });
    default:
      return unreachable(proposal);
  }
}

type PersonsScene = MessageScene & { readonly actor: UserId };

function decideNew({ body }: NewMessage, scene: PersonsScene): Decision {
  const bad = refuseContent(body, scene.facts);
  if (bad) return bad;
  const original = body.replyTo === undefined ? undefined : seenMessage(body.replyTo, scene.actor, scene);
  if (body.replyTo !== undefined && original === undefined) return refuse("ReplyElsewhere", { field: "body.replyTo" });
  // Last, since slow mode asks to come again with the same: that has to be fine.
  const right = judgeRight("send", scene, scene);
  if (right.kind !== "accepted") return right;
  return accept(original === undefined ? {} : { replyToSeq: original.seq });
}

function decideEdit({ body }: EditMessage, scene: PersonsScene): Decision {
  const target = liveTarget(body.target, scene.actor, scene);
  if (target.kind === "rejected") return target;
  if (target.author !== scene.actor) return refuse("NotYourMessage", { field: "body.target" });
  const right = judgeRight("edit-own", scene, scene);
  if (right.kind !== "accepted") return right;
  if (body.baseRevision !== undefined && body.baseRevision !== target.revision) {
    return refuse("StaleEdit", { field: "body.baseRevision", detail: { revision: target.revision } });
  }
  return refuseContent(body, scene.facts) ?? accept({ targetSeq: target.seq });
}

function decideDelete({ body, actor }: Proposal<DeleteMessage>, scene: MessageScene): Decision {
  const target = liveTarget(body.target, actor, scene);
  if (target.kind === "rejected") return target;
  const bad = refuseReason(body.reason, scene.facts.limits);
  if (bad) return bad;
  const { author, seq: targetSeq } = target;
  const act = author === actor ? "delete-own" : "delete-others";
  const right = judgeRight(act, { actor, over: author, field: "body.target" }, scene);
  if (right.kind !== "accepted") return right;
  if (body.flag === undefined) return accept({ ...right.decided, targetSeq });
  // Who deletes their own may still answer a flag on somebody else's by a right that the group gives.
  const answer = judgeAnswer(body.flag, { actor, field: "body.flag" }, scene);
  return answer.kind === "accepted" ? accept({ ...right.decided, ...answer.decided, targetSeq }) : answer;
}

function decideReaction({ body }: ReactToMessage, scene: PersonsScene): Decision {
  const target = liveTarget(body.target, scene.actor, scene);
  if (target.kind === "rejected") return target;
  const right = judgeRight("react", scene, scene);
  if (right.kind !== "accepted") return right;
  const { emoji, on } = body;
  // Taking back asks no Unicode table: whatever is on can go.
  if (on && !isEmoji(emoji)) return refuse("NotAnEmoji", { field: "body.emoji" });
  const isOn = target.reactions.some((reaction) => reaction.emoji === emoji && reaction.user === scene.actor);
  if (isOn === on) return refuse("NoChange");
  return (on ? refuseAnotherEmoji(target, emoji, scene.facts) : null) ?? accept({ targetSeq: target.seq });
}

function refuseAnotherEmoji(target: LiveMessage, emoji: string, { limits }: Facts): Rejection | null {
  const distinct = new Set(target.reactions.map((reaction) => reaction.emoji));
  if (distinct.has(emoji) || distinct.size < limits.emojiPerMessage) return null;
  return refuse("TooManyEmoji", { field: "body.emoji", detail: { limit: limits.emojiPerMessage } });
}

function accept(decided: Decided): Decision {
  return { kind: "accepted", decided };
}
