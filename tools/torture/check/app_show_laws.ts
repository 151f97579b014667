/** What apps show: never an older state after a newer, each the fold of the log, and at the end all that there is (READ0, VIS4, LIVE3). @module */
import type { PlainEvent } from "../../oracle/event.ts";
import { PlainTalk } from "../../oracle/talk.ts";
import type { NotedState } from "../history/app_record.ts";
import type { NotedMessage, RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";
import type { ReadLaws } from "./read_laws.ts";

interface Shown {
  readonly user: string;
  /** By stream. */
  readonly heads: Map<string, number>;
  /** By message: the seq of the newest change that was shown. */
  readonly changes: Map<string, number>;
  incarnation: string;
}

export class AppShowLaws {
  readonly #evidence: Evidence;
  readonly #reads: ReadLaws;
  readonly #apps = new Map<string, Shown>();
  /** By app, the streams that it has shown in calm: with their messages, and with the rest. */
  readonly #pages = new Map<string, Set<string>>();
  readonly #states = new Map<string, Set<string>>();

  constructor(evidence: Evidence, reads: ReadLaws) {
    this.#evidence = evidence;
    this.#reads = reads;
  }

  begins({ app, user }: RecordOf<"app">): void {
    this.#apps.set(app, { user, heads: new Map(), changes: new Map(), incarnation: "" });
  }

  shows(record: RecordOf<"app-shows">, { calm }: { readonly calm: boolean }): void {
    const { app, stream, incarnation, head, limit, messages, isMixed, t } = record;
    const shown = this.#of(app);
    this.#checkForward(shown, record);
    if (calm) seen(this.#pages, app).add(stream);
    if (calm && isMixed) this.#add("LIVE3", "an app that is not whole in calm", `${app}: ${stream}`);
    if (isMixed || !this.#evidence.lives.keeps(incarnation, t)) return;
    this.#reads.appPage({ user: shown.user, app, stream, limit, messages, asOf: head }, { calm });
  }

  /** Once it is calm: who is in a group or a discussion, and as what. */
  state(record: RecordOf<"app-state">): void {
    const { app, stream, head } = record;
    const { user } = this.#of(app);
    const { log } = this.#evidence;
    seen(this.#states, app).add(stream);
    const last = log.stays(stream).headFor(user, log.headOf(stream));
    if (head !== last) {
      this.#add("LIVE3", "an app that does not hold all in calm", `${app}: ${stream} at ${head} of ${last}`);
    }
    const expected = this.#stateOf(stream, user, last);
    for (const part of ["name", "members", "marks"] as const) {
      const [is, should] = [record[part], expected[part]].map((value) => JSON.stringify(value));
      if (is !== should) {
        this.#add("LOG6", `an app that shows other ${part}`, `${app}: ${stream}: ${is}, not ${should}`);
      }
    }
  }

  /** The apps that go on to the end have shown all that there is for them. */
  finish(apps: readonly string[]): void {
    const { log } = this.#evidence;
    for (const app of apps) {
      const { user } = this.#of(app);
      for (const stream of log.streams.keys()) {
        if (stream.startsWith("user_") || log.stays(stream).headFor(user, log.headOf(stream)) === 0) continue;
        const isTalk = stream.startsWith("disc_");
        // Groups that somebody has left are in no list.
        if (!isTalk && !log.stays(stream).isOpen(user)) continue;
        const isShown = seen(this.#states, app).has(stream) && (!isTalk || seen(this.#pages, app).has(stream));
        if (!isShown) this.#add("LIVE3", "an app that does not show all in calm", `${app}: ${stream}`);
      }
    }
  }

  /** In one life of the installation; in the next all is read anew (LOG9). */
  #checkForward(shown: Shown, { app, stream, incarnation, head, messages, isMixed, t }: RecordOf<"app-shows">): void {
    if (incarnation !== shown.incarnation) {
      shown.incarnation = incarnation;
      shown.heads.clear();
      shown.changes.clear();
    }
    const where = `${app} at ${t}: ${stream}`;
    const kind = "an app that shows something older than before";
    const before = shown.heads.get(stream) ?? 0;
    if (head < before) this.#add("READ0", kind, `${where}: ${head} after ${before}`);
    shown.heads.set(stream, head);
    // What is not in the log yet has no place there.
    if (isMixed) return;
    for (const { id, changedSeq } of messages.filter((message) => !isVeil(message))) {
      const known = shown.changes.get(id) ?? 0;
      if (changedSeq < known) this.#add("READ0", kind, `${where}: ${id} as of ${changedSeq} after ${known}`);
      shown.changes.set(id, changedSeq);
    }
  }

  #stateOf(stream: string, user: string, last: number): Omit<NotedState, "head"> {
    const { log } = this.#evidence;
    if (stream.startsWith("grp_")) {
      const { name, roster, isArchived } = log.group(stream).at(last);
      return { name, members: membersOf(roster), marks: isArchived ? ["archived"] : [] };
    }
    const events: readonly PlainEvent[] = log.of(stream).filter(({ seq }) => seq <= last);
    const talk = events.reduce((state, event) => state.apply(event), new PlainTalk());
    const isSeen = (id: string) => {
      const message = talk.messages.get(id);
      return message !== undefined && log.stays(stream).seesSeq(user, message.seq, last);
    };
    const marks = [
      ...(talk.isLocked ? ["locked"] : []),
      ...(talk.isClosed ? ["closed"] : []),
      ...[...talk.pins].filter(isSeen).map((id) => `pin ${id}`),
    ];
    return { name: talk.name, members: membersOf(talk.roster), marks: marks.sort() };
  }

  #of(app: string): Shown {
    const shown = this.#apps.get(app);
    if (shown === undefined) throw new Error(`an app that never began: ${app}`);
    return shown;
  }

  #add(rule: string, kind: string, what: string): void {
    this.#evidence.violations.add(rule, kind, what);
  }
}

function membersOf(roster: PlainTalk["roster"]): string[] {
  return roster.members.map((user) => `${user} ${roster.roleOf(user)}`).sort();
}

/** What stands for a message by somebody who is blocked has no place in time. */
function isVeil({ changedSeq }: NotedMessage): boolean {
  return changedSeq === 0;
}

function seen(of: Map<string, Set<string>>, app: string): Set<string> {
  const known = of.get(app) ?? new Set();
  of.set(app, known);
  return known;
}
