import type { Ground } from "../decision.ts";
import type { Actor } from "../events.ts";
import type { MessageId } from "../ids.ts";
import type { Scene } from "../discussion/authority.ts";
import { intervalsOf, seesSeq } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { LiveMessage, MessageState } from "../state.ts";
import { underMarks } from "./expunged.ts";

/** A discussion, and those of its messages that a draft names. */
export interface MessageScene extends Scene {
  readonly messages: Ground["messages"];
}

/** The target of a change, if the actor may see it and it is neither deleted nor expunged (MSG3, MSG5). */
export function liveTarget(id: MessageId, actor: Actor, scene: MessageScene): LiveMessage | Rejection {
  const target = seenMessage(id, actor, scene);
  if (target === undefined) return refuse("NotFound", { field: "body.target" });
  return target.kind === "live" ? target : refuse("MessageDeleted", { field: "body.target" });
}

/** A message of the discussion, as it stands, if the actor may see it. */
export function seenMessage(id: MessageId, actor: Actor, { state, messages }: MessageScene): MessageState | undefined {
  const message = messages.get(id);
  if (message === undefined || message.discussion !== state.id) return undefined;
  if (actor !== "system" && !seesSeq(intervalsOf(state, actor), message.seq)) return undefined;
  return underMarks(message, state.expunged);
}
