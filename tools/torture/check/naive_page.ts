/** A page of messages as it should be, folded from a discussion's rows in the plainest way (VIS4). @module */
import type { NotedMessage } from "../history/record.ts";
import type { FinalLog, LogRow } from "./final_log.ts";
import type { AllStays } from "./stays.ts";

export interface PageAsked {
  readonly user: string;
  readonly stream: string;
  readonly before: number | null;
  readonly limit: number;
  readonly asOf: number;
}

/** A discussion's rows, by what they are about. */
interface Talk {
  readonly messages: readonly LogRow[];
  readonly about: ReadonlyMap<number, readonly LogRow[]>;
}

export class NaivePages {
  readonly #talks = new Map<string, Talk>();

  constructor(private readonly log: FinalLog, private readonly stays: AllStays) {}

  /** Newest first. */
  page({ user, stream, before, limit, asOf }: PageAsked): NotedMessage[] {
    const { messages, about } = this.#talk(stream);
    const end = Math.min(before ?? Infinity, asOf + 1);
    const page: NotedMessage[] = [];
    for (let i = messages.length - 1; i >= 0 && page.length < limit; i--) {
      const message = messages[i]!;
      if (message.seq >= end || !this.stays.sees(user, message, asOf)) continue;
      const changes = (about.get(message.seq) ?? []).filter((row) => this.stays.sees(user, row, asOf));
      page.push(folded(message, changes, user));
    }
    return page;
  }

  #talk(stream: string): Talk {
    const known = this.#talks.get(stream);
    if (known !== undefined) return known;
    const rows = this.log.of(stream);
    const talk = {
      messages: rows.filter(({ type }) => type === "new-message"),
      about: Map.groupBy(rows.filter(({ targetSeq }) => targetSeq !== null), ({ targetSeq }) => targetSeq ?? 0),
    };
    this.#talks.set(stream, talk);
    return talk;
  }
}

function folded({ id, seq, actor, body }: LogRow, changes: readonly LogRow[], user: string): NotedMessage {
  let text = body.text ?? "";
  let revision = 0;
  let changedSeq = seq;
  let reactions: { emoji: string; by: string }[] = [];
  for (const change of changes) {
    if (change.type === "delete-message") {
      return { id, seq, author: actor, text: null, revision, changedSeq: change.seq, reactions: [] };
    }
    if (change.type === "edit-message") {
      text = change.body.text ?? "";
      revision++;
      changedSeq = change.seq;
    }
    if (change.type === "react-to-message") {
      const { emoji = "", on } = change.body;
      const isSame = (one: { emoji: string; by: string }) => one.emoji === emoji && one.by === change.actor;
      if (on !== true) reactions = reactions.filter((one) => !isSame(one));
      else if (!reactions.some(isSame)) reactions.push({ emoji, by: change.actor });
    }
  }
  return { id, seq, author: actor, text, revision, changedSeq, reactions: shown(reactions, user) };
}

function shown(reactions: readonly { emoji: string; by: string }[], user: string): string[] {
  return [...Map.groupBy(reactions, ({ emoji }) => emoji)].map(([emoji, all]) =>
    `${emoji} ${all.length} ${all.some(({ by }) => by === user)}`
  );
}
