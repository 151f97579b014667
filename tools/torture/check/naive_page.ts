/** A page of messages as it should be (VIS4). @module */
import { PlainMessages } from "../../oracle/messages.ts";
import type { NotedMessage } from "../history/record.ts";
import type { FinalLog } from "./final_log.ts";

export interface PageAsked {
  readonly user: string;
  readonly stream: string;
  readonly before: number | null;
  readonly limit: number;
  readonly asOf: number;
}

export class NaivePages {
  readonly #talks = new Map<string, PlainMessages>();

  constructor(private readonly log: FinalLog) {}

  /** Newest first. */
  page({ user, stream, before, limit, asOf }: PageAsked): NotedMessage[] {
    const stays = this.log.stays(stream);
    return this.#talk(stream).seen((event) => stays.sees(user, event, asOf))
      .filter(({ seq }) => seq < (before ?? Infinity))
      .take(limit)
      .map(({ reactions, ...message }) => ({ ...message, reactions: shown(reactions, user) }))
      .toArray();
  }

  #talk(stream: string): PlainMessages {
    const known = this.#talks.get(stream) ?? new PlainMessages(this.log.of(stream));
    this.#talks.set(stream, known);
    return known;
  }
}

function shown(reactions: readonly { emoji: string; user: string }[], viewer: string): string[] {
  return [...Map.groupBy(reactions, ({ emoji }) => emoji)].map(([emoji, all]) =>
    `${emoji} ${all.length} ${all.some(({ user }) => user === viewer)}`
  );
}
