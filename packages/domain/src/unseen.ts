/** Whether what a client would decide rests on what its user does not see, so that who sees more could decide otherwise (VIS4). @module */
import type { Decision } from "./decision.ts";
import type { Proposal } from "./events.ts";
import type { MessageId, UserId } from "./ids.ts";
import { intervalsOf, visibleRanges } from "./membership.ts";
import type { DiscussionState, MessageState, StreamState } from "./state.ts";
import { moderates, seesAll } from "./state_for.ts";

/** What it was decided on: states in the user's form, and the messages that are held. */
interface Ground {
  readonly stream: StreamState | null;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
}

/** Fields that name what may be there without being seen: messages that are not held, flags and invites of others, people who have gone. */
const NAMING: ReadonlySet<string> = new Set([
  ...["body.target", "body.replyTo", "body.flag", "body.invite", "body.user", "body.author"] as const,
]);

export function restsOnUnseen(decision: Decision, proposal: Proposal, { stream, messages }: Ground): boolean {
  if (decision.kind === "not-now") return decision.reason === "Unavailable";
  if (decision.kind === "rejected" && NAMING.has(decision.field ?? "")) {
    if (decision.code === "NotFound" || decision.code === "ReplyElsewhere") return true;
  }
  const { actor } = proposal;
  if (stream?.kind !== "discussion" || actor === "system") return false;
  if (isAboutWhatChangedUnseen(proposal, { actor, stream, messages })) return true;
  const isOpen = decision.kind === "accepted" || decision.code === "NoChange";
  return isOpen && restsOnHiddenList(proposal, { actor, stream });
}

/** Since a message of an earlier stay, much may have happened to it. */
function isAboutWhatChangedUnseen(
  { body }: Proposal,
  { actor, stream, messages }: { actor: UserId; stream: DiscussionState; messages: Ground["messages"] },
): boolean {
  const target = "target" in body ? messages.get(body.target as MessageId) : undefined; // only messages are targets
  const newest = visibleRanges(intervalsOf(stream, actor), stream.seq).at(-1);
  return target !== undefined && newest !== undefined && target.seq < newest.from;
}

/** Whether there may be sanctions, flags, pins or purges that are not in the actor's form of the state. */
function restsOnHiddenList({ type }: Proposal, { actor, stream }: { actor: UserId; stream: DiscussionState }): boolean {
  switch (type) {
    case "mute-member":
    case "unmute-member":
    case "ban-member":
    case "unban-member":
      return !moderates(actor, stream);
    case "flag-message":
      return !moderates(actor, stream) || !seesAll(actor, stream);
    case "pin-message":
    case "expunge":
      return !seesAll(actor, stream);
    default:
      return false;
  }
}
