/** What a replica must show once all is quiet: the discussion's messages as its viewer may see them (VIS4, LIVE3). */
import { PlainMessages } from "../../../tools/oracle/messages.ts";
import type { History, ShownMessage } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInReplicas({ replicas }: Pick<History, "replicas">, logs: PlainLogs): Generator<string> {
  for (const { user, stream, problem, messages } of replicas) {
    const stays = logs.stays(stream);
    const seen = new PlainMessages(logs.of(stream)).seen((event) => stays.sees(user, event));
    const expected = [...seen].reverse().map(({ id, revision, text, reactions }): ShownMessage => {
      return { id, revision, text, reactions: reactions.map(({ emoji, user }) => `${emoji} ${user}`).sort() };
    });
    const [has, wanted] = [JSON.stringify(messages), JSON.stringify(expected)];
    if (has !== wanted) yield `[VIS4] ${user}'s replica (${problem}) shows ${has}, and should ${wanted}`;
  }
}
