/** Events as rows of a shard's log, and back. @module */
import {
  type Actor,
  type AnyEventId,
  canonicalContent,
  type Decided,
  type EventType,
  type LogEvent,
  type Proposal,
  type Seq,
  type StreamId,
  type StreamKind,
  type UnixMs,
  unreachable,
  upcast,
  uuidToId,
} from "@gatz/domain";
import { eventOfCode } from "../schema/codes.ts";
import { hmacSha256 } from "./hmac.ts";

/** A row of `events`, without its position and digest. */
export interface EventRow {
  at: number;
  stream: string;
  id: string;
  /** Null: `system`. */
  actor: string | null;
  seq: number;
  target_seq: number | null;
  type: number;
  version: number;
  decided: StoredDecided | null;
  body: unknown;
}

/** `targetSeq` has a column of its own. */
export type StoredDecided = Omit<Decided, "targetSeq">;

/** The bytes of an event's digest (LOG2). */
const DIGEST_BYTES = 16;

/** The keyed digest of a draft's content, which tells a retry from the reuse of an id (LOG2). */
export function contentDigest(key: Uint8Array, proposal: Proposal): Uint8Array {
  let mac = MACS.get(key);
  if (mac === undefined) MACS.set(key, mac = hmacSha256(key));
  return mac(canonicalContent(proposal)).subarray(0, DIGEST_BYTES);
}

const MACS = new WeakMap<Uint8Array, (text: string) => Uint8Array>();

/** What of a decision has no column of its own; null if that is nothing. */
export function storedDecided({ targetSeq: _column, ...rest }: Decided): StoredDecided | null {
  return Object.keys(rest).length === 0 ? null : rest;
}

/** The body without what most messages leave empty: the log is what fills the disk. */
export function storedBody(event: LogEvent | Proposal): unknown {
  if (event.type !== "new-message" && event.type !== "edit-message") return event.body;
  const { mentions, attachments, ...rest } = event.body;
  return {
    ...rest,
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

/** Throws `AssertionFailed` or `Error` for a row that this node's version does not know (LOG7). */
export function eventOf(row: EventRow): LogEvent {
  const { kind, type } = eventOfCode(row.type);
  return upcast({
    id: eventId(type, row.id),
    stream: streamOf(kind, row.stream),
    seq: row.seq as Seq, // a row's numbers were checked on the way in
    type,
    version: row.version,
    actor: actorOf(row.actor),
    at: row.at as UnixMs,
    body: wholeBody(type, row.body),
    decided: row.target_seq === null ? row.decided : { ...row.decided, targetSeq: row.target_seq as Seq },
  });
}

function wholeBody(type: EventType, body: unknown): unknown {
  if (type !== "new-message" && type !== "edit-message") return body;
  return { mentions: [], attachments: [], ...(body as Record<string, unknown>) }; // storedBody wrote an object
}

/** An event's id as it is shown: a message's is a `msg_` (ID3). */
export function eventId(type: EventType, uuid: string): AnyEventId {
  return type === "new-message" ? uuidToId("msg", uuid) : uuidToId("evt", uuid);
}

export function streamOf(kind: StreamKind, uuid: string): StreamId {
  switch (kind) {
    case "user":
      return uuidToId("user", uuid);
    case "group":
      return uuidToId("grp", uuid);
    case "discussion":
      return uuidToId("disc", uuid);
    default:
      return unreachable(kind);
  }
}

/** A stored actor: null is gatz itself. */
export function actorOf(uuid: string | null): Actor {
  return uuid === null ? "system" : uuidToId("user", uuid);
}
