/** What every log must be like, whoever wrote it (LOG1, LOG3, LOG5). */
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { PlainTalk } from "../../../tools/oracle/talk.ts";
import type { History } from "../history.ts";

export function* brokenInLogs({ shards }: History): Generator<string> {
  const ids = new Map<string, string>();
  for (const { shard, log, positions } of shards) {
    const heads = new Map<string, PlainEvent>();
    for (const [i, event] of log.entries()) {
      if (positions[i] !== i + 1) yield `[LOG3] shard ${shard}: position ${positions[i]} where ${i + 1} belongs`;
      const before = heads.get(event.stream);
      if (event.seq !== (before?.seq ?? 0) + 1) yield `[LOG1] ${event.stream}: ${event.seq} after ${before?.seq ?? 0}`;
      if (before !== undefined && event.at < before.at) {
        yield `[LOG5] ${event.stream}: ${event.seq} is earlier than ${before.seq}`;
      }
      heads.set(event.stream, event);
      const uuid = event.id.slice(event.id.indexOf("_") + 1);
      if (ids.has(uuid)) yield `[LOG2] ${event.id} is in the log twice: in ${ids.get(uuid)} and in ${event.stream}`;
      ids.set(uuid, event.stream);
    }
  }
}

/** Nothing was accepted that its stream's own events forbid (DISC4, MSG2–5): a decision on a state that was not true any more shows here. */
export function* brokenInDecisions({ shards }: History): Generator<string> {
  for (const { log } of shards) {
    for (const [stream, events] of Map.groupBy(log, (event) => event.stream)) {
      if (!stream.startsWith("disc_")) continue;
      const talk = new PlainTalk();
      for (const event of events) {
        const wrong = event.actor === "system" ? null : forbidden(talk, event);
        if (wrong !== null) yield `[MSG5] ${stream} ${event.seq}: ${event.type} by ${event.actor}, ${wrong}`;
        talk.apply(event);
      }
    }
  }
}

function forbidden(talk: PlainTalk, { type, actor, body, seq }: PlainEvent): string | null {
  if (type === "create") return seq === 1 ? null : "in a discussion that exists";
  if (!talk.members.has(actor)) return "who is no member";
  if (type === "remove-member" && !talk.members.has(body.user ?? "")) return "of who is no member";
  if (body.target === undefined) return null;
  const target = talk.messages.get(body.target);
  if (target === undefined) return "of a message that does not exist";
  if (!target.isLive) return "of a deleted message";
  if (type === "edit-message" && target.author !== actor) return "of somebody else's message";
  if (type !== "react-to-message") return null;
  return target.reactions.has(`${body.emoji} ${actor}`) === body.on ? "which changes nothing" : null;
}
