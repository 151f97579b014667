import { unreachable } from "../asserts.ts";
import type { Decision, Facts, Ground } from "../decision.ts";
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
import type { MessageId, UserId } from "../ids.ts";
import { intervalsOf, seesSeq } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { mayModerate } from "../discussion/authority.ts";
import { refuse } from "../refuse.ts";
import type { DiscussionState, LiveMessage, MessageState } from "../state.ts";
import { refuseReason } from "../text.ts";
import { refuseContent } from "./content.ts";

/** A message draft is decided on: its discussion, and who proposes, already known to be a member (or `system`). */
interface Scene {
  readonly state: DiscussionState;
  readonly messages: Ground["messages"];
  readonly facts: Facts;
}

/** Decides on a message event of a discussion whose member (or `system`) proposes it (MSG1–5). */
export function decideMessage(proposal: Proposal<MessageDraft>, scene: Scene): Decision {
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

type PersonsScene = Scene & { readonly actor: UserId };

function decideNew({ body }: NewMessage, scene: PersonsScene): Decision {
  const bad = refuseContent(body, scene.facts);
  if (bad) return bad;
  if (body.replyTo === undefined) return accept({});
  const original = seen(body.replyTo, scene);
  return original ? accept({ replyToSeq: original.seq }) : refuse("ReplyElsewhere", { field: "body.replyTo" });
}

function decideEdit({ body }: EditMessage, scene: PersonsScene): Decision {
  const target = liveTarget(body.target, scene);
  if (target.kind === "rejected") return target;
  if (target.author !== scene.actor) return refuse("NotYourMessage", { field: "body.target" });
  if (body.baseRevision !== undefined && body.baseRevision !== target.revision) {
    return refuse("StaleEdit", { field: "body.baseRevision", detail: { revision: target.revision } });
  }
  return refuseContent(body, scene.facts) ?? accept({ targetSeq: target.seq });
}

function decideDelete({ body, actor }: Proposal<DeleteMessage>, scene: Scene): Decision {
  const target = liveTarget(body.target, { ...scene, actor });
  if (target.kind === "rejected") return target;
  const bad = refuseReason(body.reason, scene.facts.limits);
  if (bad) return bad;
  const { seq: targetSeq } = target;
  if (actor === "system" || target.author === actor) return accept({ targetSeq });
  const authority = mayModerate({ actor, over: target.author }, scene);
  if (authority.kind === "yes") return accept({ targetSeq, ...authority.decided });
  // Messages go on without their group: only who did ask for it hears that it does not answer.
  const unanswered = authority.kind === "unknown" && scene.facts.group !== undefined;
  return unanswered ? { kind: "not-now", reason: "Unavailable" } : refuse("Forbidden", { field: "body.target" });
}

function decideReaction({ body }: ReactToMessage, scene: PersonsScene): Decision {
  const target = liveTarget(body.target, scene);
  if (target.kind === "rejected") return target;
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

/** The target of a change, if the actor may see it and it is live (MSG3, MSG5). */
function liveTarget(id: MessageId, scene: Scene & { readonly actor: UserId | "system" }): LiveMessage | Rejection {
  const target = seen(id, scene);
  if (target === undefined) return refuse("NotFound", { field: "body.target" });
  return target.kind === "live" ? target : refuse("MessageDeleted", { field: "body.target" });
}

function seen(id: MessageId, scene: Scene & { readonly actor: UserId | "system" }): MessageState | undefined {
  const message = scene.messages.get(id);
  if (message === undefined || message.discussion !== scene.state.id) return undefined;
  const visible = scene.actor === "system" || seesSeq(intervalsOf(scene.state, scene.actor), message.seq);
  return visible ? message : undefined;
}

function accept(decided: Decided): Decision {
  return { kind: "accepted", decided };
}
