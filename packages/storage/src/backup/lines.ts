/** An event as a line of a backup, and back. @module */
import { type AnyEventId, idToUuid, type StreamId, type UserId, type Uuid } from "@gatz/domain";
import { eventCode, eventOfCode, streamKind } from "../schema/codes.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { actorOf, eventId, type EventRow, streamOf } from "../shard/codec.ts";

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

/** How many columns `selectEvents` puts into one text. */
const COLUMNS = 12;

/** Each event as one text, its columns between tabs: JSON has none inside, and one column is what the library reads quickest. */
export function eventsAsText({ sql }: Queryable) {
  return sql`concat_ws(E'\t', e.position, e.stream, e.seq, e.id, e.type, e.version, coalesce(e.actor::text, ''), e.at,
    coalesce(e.target_seq::text, ''), coalesce(e.decided::text, ''), coalesce(encode(e.digest, 'hex'), ''),
    coalesce(e.body::text, '')) as event`;
}

/** The line of an event that {@link eventsAsText} selected. */
export function toLine(text: string, names: Names): EventLine {
  const columns = text.split("\t");
  if (columns.length !== COLUMNS) throw new Error(`an event of ${columns.length} columns`);
  const [position, stream, seq, id, code, version, actor, at, target, decided, digest, body] = columns as Columns;
  const { kind, type } = eventOfCode(Number(code));
  const streamId = names.stream(stream, () => streamOf(kind, stream));
  const by = actor === "" ? actorOf(null) : names.actor(actor);
  const skeleton = `"stream":"${streamId}","seq":${seq},"id":"${eventId(type, id)}","type":"${type}",` +
    `"version":${version},"actor":"${by}","at":${at}` +
    (target === "" ? "" : `,"targetSeq":${target}`) + (decided === "" ? "" : `,"decided":${decided}`);
  const content = `,"digest":${digest === "" ? null : `"${digest}"`},"body":${body === "" ? null : body}`;
  return { stream: streamId, seq: Number(seq), position: Number(position), skeleton, content };
}

type Columns = [
  ...[position: string, stream: string, seq: string, id: string, code: string, version: string],
  ...[actor: string, at: string, target: string, decided: string, digest: string, body: string],
];

/** Ids that many events share, and their UUIDs. */
export class Names {
  readonly #streams = new Map<string, StreamId>();
  readonly #actors = new Map<string, UserId>();
  readonly #uuids = new Map<StreamId, Uuid>();

  uuid(id: StreamId): Uuid {
    return remembered(this.#uuids, id, () => idToUuid(id));
  }

  stream(uuid: string, make: () => StreamId): StreamId {
    return remembered(this.#streams, uuid, make);
  }

  actor(uuid: string): UserId {
    return remembered(this.#actors, uuid, () => actorOf(uuid) as UserId); // only null is `system`
  }
}

const MOST_NAMES = 50_000;

function remembered<K, T>(names: Map<K, T>, key: K, make: () => T): T {
  const known = names.get(key);
  if (known !== undefined) return known;
  if (names.size === MOST_NAMES) names.clear();
  const name = make();
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
