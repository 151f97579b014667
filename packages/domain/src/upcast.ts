import { assert } from "./asserts.ts";
import { EVENT_TYPES } from "./event_types.ts";
import type { Actor, Decided, LogEvent } from "./events.ts";
import type { AnyEventId, StreamId } from "./ids.ts";
import type { Seq, UnixMs } from "./scalars.ts";
import { streamKind } from "./streams.ts";

/** An event as some version of gatz stored it. `decided` may be left out when it is empty. */
export interface StoredEvent {
  readonly id: AnyEventId;
  readonly stream: StreamId;
  readonly seq: Seq;
  readonly type: string;
  readonly version: number;
  readonly actor: Actor;
  readonly at: UnixMs;
  readonly body: unknown;
  readonly decided?: Decided | null;
}

const NOTHING_DECIDED: Decided = Object.freeze({});

/**
 * A stored event in its present shape (LOG7); only version 1 exists. Trusts the log for the body of a type and version that it knows.
 * Throws `AssertionFailed` for those that it does not: a newer gatz wrote them.
 */
export function upcast(stored: StoredEvent): LogEvent {
  const { id, stream, seq, type, version, actor, at, body } = stored;
  const known: readonly string[] = EVENT_TYPES[streamKind(stream)];
  assert(
    known.includes(type) && version === 1,
    `event ${id} is a ${type} of version ${version}, which this gatz does not know`,
  );
  // Type and version were checked above; the body was checked when it was accepted.
  return { id, stream, seq, type, version, actor, at, body, decided: stored.decided ?? NOTHING_DECIDED } as LogEvent;
}
