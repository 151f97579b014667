/** Goes through logs for what should not have been accepted: a decision on a state that was not true any more shows here. @module */
import type { PlainEvent } from "./event.ts";
import { PlainGroup } from "./group.ts";
import type { PlainLogs } from "./logs.ts";
import { PlainPerson } from "./person.ts";
import { wrongInGroup, wrongInPerson, wrongInTalk } from "./rights.ts";
import { PlainTalk } from "./talk.ts";

/** Each event of a person that what was before it forbids (DISC4, MSG2–5, GRP2–3), and why. */
export function* unlawful(logs: PlainLogs): Generator<readonly [event: PlainEvent, wrong: string]> {
  for (const [stream, events] of logs.streams) {
    const judge = judgeOf(stream, logs);
    for (const event of events) {
      const wrong = judge(event);
      if (wrong !== null && event.actor !== "system") yield [event, wrong];
    }
  }
}

/** Says of each event in turn what was wrong with it. */
function judgeOf(stream: string, logs: PlainLogs): (event: PlainEvent) => string | null {
  if (stream.startsWith("disc_")) return judgeOfTalk(logs);
  const state = stream.startsWith("grp_") ? new PlainGroup() : new PlainPerson();
  return (event) => {
    const wrong = state instanceof PlainGroup ? wrongInGroup(event, state) : wrongInPerson(event, state);
    state.apply(event);
    return wrong;
  };
}

function judgeOfTalk(logs: PlainLogs): (event: PlainEvent) => string | null {
  const talk = new PlainTalk();
  return (event) => {
    const read = event.decided.basis?.find((one) => one.stream.startsWith("grp_"));
    const wrong = wrongInTalk(event, talk, read === undefined ? null : logs.group(read.stream).at(read.seq));
    talk.apply(event);
    return wrong;
  };
}
