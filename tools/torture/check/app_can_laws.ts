/** What apps say that their user could do is what the log allows (DISC4, LOG8). @module */
import type { PlainEvent } from "../../oracle/event.ts";
import type { PlainGroup } from "../../oracle/group.ts";
import { wrongInTalk } from "../../oracle/rights.ts";
import { PlainTalk } from "../../oracle/talk.ts";
import type { RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";

export class AppCanLaws {
  readonly #evidence: Evidence;
  readonly #users = new Map<string, string>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  begins({ app, user }: RecordOf<"app">): void {
    this.#users.set(app, user);
  }

  /** Once it is calm. */
  can({ app, stream, at, answers }: RecordOf<"app-can">): void {
    const { log, violations } = this.#evidence;
    const actor = this.#users.get(app);
    if (actor === undefined) throw new Error(`an app that never began: ${app}`);
    const last = log.stays(stream).headFor(actor, log.headOf(stream));
    const events: readonly PlainEvent[] = log.of(stream).filter(({ seq }) => seq <= last);
    const talk = events.reduce((state, event) => state.apply(event), new PlainTalk());
    const of = events[0]?.body.group ?? "";
    const group = log.group(of).at(log.headOf(of));
    for (const { type, body, isAccepted } of answers) {
      // How long ago somebody wrote is a matter of clocks, which may be wrong.
      if (type === "new-message" && talk.slow !== null) continue;
      const event = { id: "", stream, seq: last + 1, type, actor, at, body, decided: {} };
      const wrong = whatIsWrong(event, talk, group);
      if (isAccepted === (wrong === null)) continue;
      const what = `${app}: ${type} in ${stream}: ${isAccepted}, and it would be ${wrong ?? "accepted"}`;
      violations.add("DISC4", "an app that does not know what may be done", what);
    }
  }
}

/** By one's own right, or by that of the group. */
function whatIsWrong(event: PlainEvent, talk: PlainTalk, group: PlainGroup): string | null {
  const wrong = wrongInTalk(event, talk, null);
  if (wrong === null || !group.roster.moderates(event.actor)) return wrong;
  const decided = { right: `group-${group.roster.roleOf(event.actor)}` };
  return wrongInTalk({ ...event, decided }, talk, group);
}
