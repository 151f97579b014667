/** Answers as the history notes them. @module */
import type { z } from "zod";
import { digestOf } from "../history/digest.ts";
import { blockedMessage, type NotedItem, type NotedMessage, type SaidOutcome } from "../history/record.ts";
import type { Item, zMessage, zOutcome } from "./answers.ts";

export function notedOutcome(outcome: z.output<typeof zOutcome>): SaidOutcome {
  if (outcome.kind !== "rejected") return outcome;
  return { kind: outcome.kind, code: outcome.code };
}

export function notedItem(item: Item): NotedItem {
  switch (item.type) {
    case "event": {
      const { stream, seq, id, actor, at, body } = item.event;
      return ["event", stream, seq, id, actor, at, digestOf(body)];
    }
    case "opaque":
      return ["opaque", item.stream, item.from, item.to];
    case "joined":
      return ["joined", item.stream, item.visibleFrom, item.head];
    case "behind":
      return ["behind", item.stream, item.head];
    case "live":
      return ["live", item.incarnation, item.heads.map(({ stream, seq }) => [stream, seq])];
    case "beat":
      return ["beat", item.heads.map(({ stream, seq }) => [stream, seq])];
    case "shard":
      return ["shard", item.shard, item.status];
    case "read":
      return ["read", item.discussion, item.epoch, item.seq, item.rev];
    case "setting":
      return ["setting", item.rev];
    case "signal":
      return ["signal", item.kind, item.user];
  }
}

export function notedMessage(message: z.output<typeof zMessage>): NotedMessage {
  const { id, seq, author } = message;
  if (message.kind === "blocked") return blockedMessage({ id, seq, author });
  const { text, revision, changedSeq, reactions = [] } = message;
  return {
    ...{ id, seq, author, revision, changedSeq },
    text: message.kind === "live" ? text ?? "" : null,
    reactions: reactions.map(({ emoji, count, mine }) => `${emoji} ${count} ${mine}`),
  };
}
