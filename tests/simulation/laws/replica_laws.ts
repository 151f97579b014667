/** What a replica must show once all is quiet: the discussion's messages as its viewer may see them (VIS4, LIVE3). */
import type { History, PlainEvent, PlainMessage } from "../history.ts";
import { isFor, staysOf } from "./plain_stream.ts";
import type { Streams } from "./session_laws.ts";

export function* brokenInReplicas({ replicas }: Pick<History, "replicas">, streams: Streams): Generator<string> {
  for (const { user, stream, problem, messages } of replicas) {
    const log = streams.get(stream) ?? [];
    const stays = staysOf(log, { stream, user });
    const expected = folded(log.filter((event) => isFor(stays, event)));
    const [has, wanted] = [JSON.stringify(messages), JSON.stringify(expected)];
    if (has !== wanted) yield `[VIS4] ${user}'s replica (${problem}) shows ${has}, and should ${wanted}`;
  }
}

/** The messages that some events of a discussion leave, in its order. */
export function folded(events: readonly PlainEvent[]): PlainMessage[] {
  const messages = new Map<string, { id: string; revision: number; text: string | null; reactions: string[] }>();
  for (const { type, id, actor, body } of events) {
    if (type === "new-message") messages.set(id, { id, revision: 0, text: body["text"] as string, reactions: [] });
    const target = messages.get(body["target"] as string);
    if (target === undefined || target.text === null) continue;
    if (type === "edit-message") Object.assign(target, { revision: target.revision + 1, text: body["text"] });
    if (type === "delete-message") Object.assign(target, { text: null, reactions: [] });
    if (type !== "react-to-message") continue;
    const reaction = `${body["emoji"]} ${actor}`;
    const others = target.reactions.filter((other) => other !== reaction);
    target.reactions = body["on"] ? [...others, reaction].sort() : others;
  }
  return [...messages.values()];
}
