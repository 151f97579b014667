/** How a client stands with its server, for an app to show. @module */
import type { ShardNumber, StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";

/** How the client stands with its server. */
export type Standing =
  /** The first attempt to reach a server is under way. */
  | { readonly kind: "connecting" }
  /** No server is reached; what is stored is there, and drafts wait. It is tried again by itself. */
  | { readonly kind: "offline" }
  /** What was missed is on its way. */
  | { readonly kind: "catching-up" }
  /** All that is committed arrives, but for what {@link ClientStatus.troubles} name. */
  | { readonly kind: "live" }
  /** The server does not take who this is: for people to read. Goes on once the app's token is one that it takes. */
  | { readonly kind: "rejected"; readonly reason: string };

/** A part of the service that does not answer; everything else goes on (LIVE8). */
export interface ShardTrouble {
  readonly status: "slow" | "down";
  /** Of those that this client knows, the ones that are not current; perhaps not all. */
  readonly streams: readonly StreamId[];
}

/** How the client stands, what of the service does not answer, and whether the store does. */
export type ClientStatus = Standing & {
  readonly troubles: ReadonlyMap<ShardNumber, ShardTrouble>;
  /** The store refuses to keep what is new: the client goes on, and will have to read it again when it is started next. */
  readonly storeFails: boolean;
};

/** Puts together what the parts say, each of what it knows. */
export class StatusBoard {
  readonly #status = new Cell<ClientStatus>({ kind: "connecting", troubles: new Map(), storeFails: false });
  /** What the feed says of shards, and what came of asking them. */
  readonly #told = new Map<ShardNumber, ShardTrouble>();
  readonly #silent = new Map<ShardNumber, ShardTrouble>();
  #link: "connecting" | "offline" | "connected" = "connecting";
  #rejection: string | null = null;
  #isStreaming = false;
  #isMissing = false;
  #storeFails = false;

  get status(): Observable<ClientStatus> {
    return this.#status;
  }

  connected(connected: boolean): void {
    this.#link = connected ? "connected" : "offline";
    // After each cut the feed says anew when it is through with what was missed.
    this.#isStreaming = false;
    if (!connected) this.#told.clear();
    this.#show();
  }

  /** The feed has brought what was missed. */
  streaming(): void {
    this.#rejection = null;
    this.#isStreaming = true;
    this.#show();
  }

  /** Null: not any more. */
  rejected(reason: string | null): void {
    this.#rejection = reason;
    this.#isStreaming = false;
    this.#show();
  }

  /** Whether something is known to be there that is held without it, of shards that answer. */
  missing(isMissing: boolean): void {
    this.#isMissing = isMissing;
    this.#show();
  }

  /** What the feed says (LIVE8). */
  shardSays(shard: ShardNumber, trouble: ShardTrouble | null): void {
    keep(this.#told, shard, trouble);
    this.#show();
  }

  /** What came of asking a shard: the streams of which something is missing, or null if it answers. */
  shardAnswers(shard: ShardNumber, missing: readonly StreamId[] | null): void {
    keep(this.#silent, shard, missing && { status: "down", streams: missing });
    this.#show();
  }

  storing(fails: boolean): void {
    this.#storeFails = fails;
    this.#show();
  }

  close(): void {
    this.#status.close();
  }

  #show(): void {
    const next = {
      ...this.#standing(),
      troubles: new Map([...this.#silent, ...this.#told]),
      storeFails: this.#storeFails,
    };
    if (!isSame(next, this.#status.snapshot())) this.#status.set(next);
  }

  #standing(): Standing {
    if (this.#rejection !== null) return { kind: "rejected", reason: this.#rejection };
    if (this.#link !== "connected") return { kind: this.#link };
    return { kind: this.#isStreaming && !this.#isMissing ? "live" : "catching-up" };
  }
}

function keep(troubles: Map<ShardNumber, ShardTrouble>, shard: ShardNumber, trouble: ShardTrouble | null): void {
  if (trouble === null) troubles.delete(shard);
  else troubles.set(shard, trouble);
}

/** Nobody is told of a change that shows nothing new. */
function isSame(a: ClientStatus, b: ClientStatus): boolean {
  return a.kind === b.kind && a.storeFails === b.storeFails &&
    (a.kind !== "rejected" || b.kind !== "rejected" || a.reason === b.reason) &&
    a.troubles.size === b.troubles.size &&
    [...a.troubles].every(([shard, { status, streams }]) => {
      const other = b.troubles.get(shard);
      return other?.status === status && other.streams.join() === streams.join();
    });
}
