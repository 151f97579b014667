/** What a replica is made of, and what it asks of the client's other parts. @module */
import type { Incarnation, Seq, StreamId } from "@gatz/domain";
import type { Begun, Listing } from "../list/contract.ts";
import type { Server } from "../server/contract.ts";
import type { Store } from "../store/contract.ts";
import type { SelfRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import type { StoreBounds } from "./eviction.ts";

/** The lists, as they are kept current. */
export interface ListsPart extends Listing {
  /** Reads the first pages, for a client that has nothing: where its feed begins. */
  begin(): Promise<Begun>;
  /** The newest seq of a stream that is known to be there, of those that the user sees; undefined: it is in no list. */
  known(stream: StreamId): Seq | undefined;
  /** Whether what an event means for the lists can be told from what is here, or could not be had: before, no cursor is worth storing. */
  readonly isSettled: boolean;
}

/** Drafts on their way, as they learn what they wait for. */
export interface OutboxPart {
  /** A stream's events are stored, or were seen where nothing is stored of it, up to here. */
  arrived(stream: StreamId, seq: Seq): void;
  /** The feed has brought all that was in the log a moment ago; of which streams something is kept. */
  caughtUp(isKept: (stream: StreamId) => boolean): void;
  /** Which life of the installation is talked to; perhaps the same as before. */
  incarnation(incarnation: Incarnation): void;
  /** Whether the server can be asked. */
  connected(connected: boolean): void;
}

/** What the parts are made with. */
export interface PartsKit {
  /** Notices another life of the installation in whatever it answers (LOG9): the parts ask through this one. */
  readonly server: Server;
  readonly store: Store;
  readonly timing: Timing;
}

export interface ReplicaOptions<L extends ListsPart, O extends OutboxPart> {
  readonly server: Server;
  readonly store: Store;
  readonly timing: Timing;
  readonly outbox: (kit: PartsKit) => O | Promise<O>;
  /** Called once it is known whose client this is. `onChange`: there is something to drain. */
  readonly lists: (
    kit: PartsKit & { readonly self: SelfRecord; readonly outbox: O; readonly onChange: () => void },
  ) => L;
  readonly bounds?: StoreBounds;
  /** Whose client this will be, as its token says; for a store that is nobody's yet. Null, or left out: nobody can tell. */
  readonly whose?: () => Promise<SelfRecord | null>;
  /** Told of what must not happen; the client goes on without what it happened to. */
  readonly onBug: (bug: unknown) => void;
}

/** Whose client this is; there once the server or the store has said so. */
export interface Session<L> {
  readonly self: SelfRecord;
  readonly lists: L;
}
