/**
 * What a backup file holds: blocks of JSON lines, each block beginning with a line that says what it is (see docs/backup-format.md).
 * @module
 */
import type { DiscussionId, ShardNumber, StreamId } from "@gatz/domain";
import type { PersonalKind } from "./personal_records.ts";

export const FORMAT = 2;
/** Files of the format before have no users' own records. */
export const READ_FORMATS: readonly number[] = [1, FORMAT];

/** The first block: whose backup this is. */
export interface Header {
  readonly block: "header";
  readonly gatz: "backup";
  readonly format: number;
  readonly incarnation: string;
  /** The key of the digests (LOG2), base64url: it makes the file a secret. */
  readonly digestKey: string;
  /** For each shard, the newest position of the backup: of one moment (see cut.ts). */
  readonly positions: readonly number[];
  /** What this one goes on from: only events after those positions are in it. */
  readonly since?: { readonly sha256: string; readonly positions: readonly number[] };
  /** Set when it holds one discussion alone (BAK2): then `positions` are those of its shard's log, and mean nothing elsewhere. */
  readonly discussion?: DiscussionId;
}

/** Events of one shard, in the order of their positions, without a gap after `after`. */
export interface EventsHead {
  readonly block: "events";
  readonly shard: ShardNumber;
  readonly after: number;
  readonly events: number;
}

/** What the file holds of a shard's streams, after its last events: {@link StreamLine}s, as many blocks as it takes. */
export interface StreamsHead {
  readonly block: "streams";
  readonly shard: ShardNumber;
  readonly streams: number;
}

/** A stream of which the file holds the events `from` to `head`. */
export interface StreamLine {
  readonly stream: StreamId;
  readonly from: number;
  readonly head: number;
  /** SHA-256, in hexadecimal, of the events' skeletons, and of what expunging would take away: each followed by a newline. */
  readonly skeletons: string;
  readonly bodies: string;
}

/** Records that are not events; each file holds all of them: of the directory, or users' own, of one shard. */
export type RecordsHead =
  & { readonly block: "records"; readonly records: number }
  & (
    | { readonly of: DirectoryKind }
    | { readonly of: PersonalKind; readonly shard: ShardNumber }
  );

export type DirectoryKind = "handles" | "homes";
export type RecordKind = DirectoryKind | PersonalKind;

/** The last block. */
export interface Manifest {
  readonly block: "manifest";
  /** By shard. */
  readonly events: readonly number[];
  readonly streams: readonly number[];
  readonly records: Readonly<Partial<Record<RecordKind, number>>>;
}

export type BlockHead = Header | EventsHead | StreamsHead | RecordsHead | Manifest;

/** One block: its first line, and the others. */
export interface Block<Head extends BlockHead = BlockHead> {
  readonly head: Head;
  readonly lines: readonly string[];
}

export function isBlock<K extends BlockHead["block"]>(
  block: Block,
  kind: K,
): block is Block<Extract<BlockHead, { block: K }>> {
  return block.head.block === kind;
}
