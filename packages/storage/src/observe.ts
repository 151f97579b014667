/** What storage tells of its work: as it does it, and when asked. Numbers and names only, nothing of what is stored. @module */
import type { Position, ShardNumber } from "@gatz/domain";
import type { ServerName } from "./contract.ts";

/** Told as it happens. Whoever listens is called from the hot path: it counts, and returns. */
export type Observation = FlushEnded | LaneChanged;
export type Observe = (observation: Observation) => void;

export interface FlushEnded {
  readonly kind: "flush";
  readonly shard: ShardNumber;
  readonly server: ServerName;
  /** `nothing`: no draft of it was accepted. The last four failed; see `Failure`. */
  readonly outcome: "committed" | "nothing" | "shut-out" | "doubtful" | "data" | "lost" | "refused";
  /** That it took from the queue. */
  readonly drafts: number;
  /** That it appended. */
  readonly events: number;
  /** Milliseconds that its oldest draft had waited. */
  readonly waitedMs: number;
  /** Milliseconds from taking the drafts to the answer. */
  readonly ms: number;
  /** Milliseconds from sending the writes to COMMIT's answer; undefined if it did not come to that. */
  readonly commitMs: number | undefined;
}

/** `personal`: for read marks and settings; `service`: for other small writes beside the log. */
export type LanePurpose = "write" | "read" | "personal" | "service";

export interface LaneChanged {
  readonly kind: "lane";
  readonly server: ServerName;
  readonly purpose: LanePurpose;
  readonly change: "opened" | "ended" | "not-opened";
}

/** How things stand, without asking anybody. */
export interface StorageReadings {
  readonly shards: ReadonlyMap<ShardNumber, ShardReading>;
  readonly servers: ReadonlyMap<ServerName, ServerReading>;
}

export interface ShardReading {
  readonly status: "ok" | "slow" | "down";
  /** Whether this process writes it, as far as it knows. */
  readonly isOwner: boolean;
  readonly queuedDrafts: number;
  readonly queuedBytes: number;
  /** The newest position known to be committed. */
  readonly head: Position;
}

export interface ServerReading {
  /** It lately did not answer, and is not asked until a probe is answered. */
  readonly isSkipped: boolean;
  readonly lanes: Readonly<Record<LanePurpose, LaneReading>>;
}

export interface LaneReading {
  readonly open: number;
  readonly used: number;
  /** How many wait for one. */
  readonly waiting: number;
}

/** How far an offer has come: told to who offers, if they ask (`OfferOptions.onStep`). */
export type OfferStep =
  /** It waits for its shard's next flush. */
  | { readonly kind: "queued" }
  /** Accepted or not; if it is written at all, it is now. Told again when a flush is tried again. */
  | { readonly kind: "decided" }
  /** The commit is durable; these positions are its events'. */
  | { readonly kind: "committed"; readonly positions: readonly Position[] };
