/** How much of an event somebody gets whose stays cover it (VIS2). @module */
import type { PlainEvent } from "./event.ts";
import { Roster } from "./roster.ts";

export type Form = "full" | "public" | "opaque";

/** Whether each user moderated a stream, over its seqs. */
export class Ranks {
  /** By user: the seqs from which on they did, or did not any more. */
  readonly #turns = new Map<string, { readonly seq: number; readonly moderates: boolean }[]>();

  constructor(events: readonly PlainEvent[]) {
    const roster = new Roster();
    for (const event of events) {
      roster.apply(event);
      for (const user of roster.everMembers) this.#note(user, { seq: event.seq, moderates: roster.moderates(user) });
    }
  }

  /** The forms that an event may come in: by the viewer's role at the event, or at any time after it, up to `asOf`. */
  formsOf(event: PlainEvent, viewer: string, asOf = Infinity): ReadonlySet<Form> {
    const turns = this.#turns.get(viewer) ?? [];
    const atEvent = turns.findLast(({ seq }) => seq <= event.seq)?.moderates ?? false;
    const later = turns.filter(({ seq }) => event.seq < seq && seq <= asOf);
    const ranks = [atEvent, ...later.map(({ moderates }) => moderates)];
    return new Set(ranks.map((moderates) => formFor(event, { viewer, moderates })));
  }

  #note(user: string, turn: { readonly seq: number; readonly moderates: boolean }): void {
    const turns = this.#turns.get(user) ?? [];
    this.#turns.set(user, turns);
    if ((turns.at(-1)?.moderates ?? false) !== turn.moderates) turns.push(turn);
  }
}

function formFor(
  { stream, type, actor, body }: PlainEvent,
  { viewer, moderates }: { viewer: string; moderates: boolean },
): Form {
  if (moderates || stream.startsWith("user_")) return "full";
  if (type === "flag-message") return actor === viewer ? "full" : "opaque";
  if (type === "resolve-flag") return "opaque";
  return body.flag !== undefined || type === "create-invite" ? "public" : "full";
}

/** In which form an event was shown; null: not as it is in the log. */
export function shownAs(shown: PlainEvent, stored: PlainEvent | undefined): Exclude<Form, "opaque"> | null {
  if (stored === undefined) return null;
  const text = ordered(shown);
  if (text === ordered(stored)) return "full";
  return text === ordered(publicForm(stored)) ? "public" : null;
}

/** Without what is between moderators: the flag that is answered, an invite's hash. */
export function publicForm(event: PlainEvent): PlainEvent {
  const { flag: _, ...body } = event.body;
  return { ...event, body: event.type === "create-invite" ? { ...body, hash: "0".repeat(64) } : body };
}

/** As JSON with the fields in one order. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
