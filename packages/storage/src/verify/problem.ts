import { canonicalJson, type Json, type ShardNumber, type StreamId } from "@gatz/domain";

/** What is compared with what. */
export type Check =
  | "reach" // a shard answers
  | "fence" // the fence's position is the newest event's
  | "positions" // no gaps in the shard's log (LOG3)
  | "place" // ids are on the shard that they name (ID1)
  | "row" // an event's row can be read
  | "seqs" // no gaps in a stream, in the order of the positions (LOG1)
  | "time" // `at` never decreases in a stream (LOG5)
  | "checksum" // a backup holds what it says of itself (BAK1)
  | "digest" // the content is what was accepted (LOG2)
  | "authority" // who acted might, by the state before (LOG8)
  | "fold" // the stream's events can be folded
  | "cause" // what gatz itself did answers an event (FACT2)
  | "effects" // what an event causes is in the other stream's log, or in the outbox (SHARD3)
  | "outbox" // what is in the outbox is caused by an event
  | "head" // `streams` (LOG6, and so on)
  | "state" // `stream_states`
  | "members"
  | "messages" // `message_changes`
  | "reactions"
  | "inbox"
  | "reads" // users' own records (LOG1): `reads` and `reads_head`
  | "settings";

/** One difference between what is stored and what the log says. */
export interface Problem {
  shard: ShardNumber;
  stream?: StreamId;
  check: Check;
  what: string;
  expected: Json;
  found: Json;
}

/** Takes problems as they are found. */
export type Report = (problem: Problem) => void;

/** A value as it would look after a way through JSON: undefined fields are gone. */
export function asJson(value: unknown): Json {
  return value === undefined ? null : JSON.parse(canonicalJson(value)) as Json;
}
