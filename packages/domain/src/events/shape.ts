/** What all events share. @module */
import type { AnyEventId, EventId, StreamId, UserId } from "../ids.ts";
import type { Seq, Sha256 } from "../scalars.ts";

/** Who an event is by: a user, or gatz itself for effects (FACT2). */
export type Actor = UserId | "system";

/** How far back a new member sees (VIS1): everything, from the adding on, or from a seq. */
export type HistoryFrom = "all" | "now" | Seq;

/** A content-addressed attachment (BLOB1). */
export interface Attachment {
  sha256: Sha256;
  bytes: number;
  mime: string;
  name: string;
  width?: number;
  height?: number;
  thumbhash?: string;
}

export interface MessageContent {
  text: string;
  mentions: readonly UserId[];
  attachments: readonly Attachment[];
}

/**
 * What a client proposes (or an effect demands): an event that is not accepted yet. `version` is that of the body's shape (LOG7).
 */
export interface DraftShape<Stream extends StreamId, Type extends string, Body, Id extends AnyEventId = EventId> {
  readonly stream: Stream;
  readonly id: Id;
  readonly type: Type;
  readonly version: 1;
  readonly body: Readonly<Body>;
}
