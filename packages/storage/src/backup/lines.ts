/** An event as a line of a backup, and back. @module */
import { type AnyEventId, idToUuid, type StreamId, type UserId, type Uuid, uuidToId } from "@gatz/domain";
import { eventCode, eventOfCode, type StreamKind, streamKind } from "../schema/codes.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { eventId, type EventRow, streamOf } from "../shard/codec.ts";

/** The texts of one event's line. */
export interface EventLine {
  readonly stream: StreamId;
  readonly seq: number;
  readonly position: number;
  /** All but position, digest and body: what an expunged event keeps. It begins at `"stream"`. */
  readonly skeleton: string;
  /** From `,"digest"` to the end, without the closing brace. */
  readonly content: string;
}

export function lineText(
  { position, skeleton, content }: Pick<EventLine, "position" | "skeleton" | "content">,
): string {
  return `{"position":${position},${skeleton}${content}}`;
}

/** How many columns {@link eventAsText} puts into one text. */
const COLUMNS = 9;

/**
 * The event `e` as one text, its columns between tabs: JSON has none inside, and few values are what the library reads quickest. What needs
 * no other name in a line is the line's text already, from the time on, and then from the digest on.
 */
export function eventAsText({ sql }: Queryable) {
  return sql`concat_ws(E'\t', e.position, e.stream, e.seq, e.id, e.type, e.version, coalesce(e.actor::text, ''),
    concat('"at":', e.at, ',"targetSeq":' || e.target_seq, ',"decided":' || e.decided::text),
    concat(',"digest":', coalesce('"' || encode(e.digest, 'hex') || '"', 'null'),
      ',"body":', coalesce(e.body::text, 'null')))`;
}

/** The line of an event that {@link eventAsText} gave. */
export function toLine(text: string, names: Names): EventLine {
  const columns = text.split("\t");
  if (columns.length !== COLUMNS) throw new Error(`an event of ${columns.length} columns`);
  const [position, stream, seq, id, code, version, actor, rest, content] = columns as Columns;
  const { kind, type } = eventOfCode(Number(code));
  const streamId = names.stream(stream, kind);
  const by = actor === "" ? "system" : names.actor(actor);
  const skeleton = `"stream":"${streamId}","seq":${seq},"id":"${eventId(type, id)}","type":"${type}",` +
    `"version":${version},"actor":"${by}",${rest}`;
  return { stream: streamId, seq: Number(seq), position: Number(position), skeleton, content };
}

type Columns = [
  ...[position: string, stream: string, seq: string, id: string, code: string, version: string],
  ...[actor: string, rest: string, content: string],
];

/** Ids that many events share, and their UUIDs. */
export class Names {
  readonly #streams = new Map<string, StreamId>();
  readonly #actors = new Map<string, UserId>();
  readonly #uuids = new Map<StreamId, Uuid>();

  /** These three are called for every event: they make no closures. */
  uuid(id: StreamId): Uuid {
    const known = this.#uuids.get(id);
    return known ?? remember(this.#uuids, id, idToUuid(id));
  }

  stream(uuid: string, kind: StreamKind): StreamId {
    const known = this.#streams.get(uuid);
    return known ?? remember(this.#streams, uuid, streamOf(kind, uuid));
  }

  actor(uuid: string): UserId {
    const known = this.#actors.get(uuid);
    return known ?? remember(this.#actors, uuid, uuidToId("user", uuid));
  }
}

const MOST_NAMES = 50_000;

function remember<K, T>(names: Map<K, T>, key: K, name: T): T {
  if (names.size === MOST_NAMES) names.clear();
  names.set(key, name);
  return name;
}

/** What a line holds. */
interface ParsedLine {
  readonly position: number;
  readonly stream: StreamId;
  readonly seq: number;
  readonly id: AnyEventId;
  readonly type: Parameters<typeof eventCode>[1];
  readonly version: number;
  readonly actor: UserId | "system";
  readonly at: number;
  readonly targetSeq?: number;
  readonly decided?: EventRow["decided"];
  readonly digest: string | null;
  readonly body: unknown;
}

/** An event of a backup: as its line, and as the row it was and will be. */
export interface ReadEvent extends EventLine {
  readonly row: EventRow;
  /** Hexadecimal. */
  readonly digest: string | null;
  /** The body as it stands in the line; null once expunged. */
  readonly bodyText: string | null;
}

/** @throws {SyntaxError} if it is not JSON; what the JSON holds is checked against the file's checksum, not here */
export function readLine(line: string, names: Names): ReadEvent {
  const parsed = JSON.parse(line) as ParsedLine; // see above
  const { position, stream, seq, id, type, version, actor, at, targetSeq = null, decided = null, digest, body } =
    parsed;
  const from = line.indexOf(`,"digest":`);
  const text = line.slice(line.indexOf(`,"body":`, from) + `,"body":`.length, -1);
  return {
    ...{ stream, seq, position, digest, bodyText: body === null ? null : text },
    skeleton: line.slice(line.indexOf(",") + 1, from),
    content: line.slice(from, -1),
    row: {
      ...{ at, seq, version, decided, body },
      stream: names.uuid(stream),
      id: idToUuid(id),
      actor: actor === "system" ? null : names.uuid(actor),
      target_seq: targetSeq,
      type: eventCode(streamKind(stream), type),
    },
  };
}

/** Undefined for a line that holds no event. */
export function readIfReadable(line: string, names: Names): ReadEvent | undefined {
  try {
    return readLine(line, names);
  } catch (error) {
    // No JSON, no such type, no id: whatever it is, it is no event.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
