/** What every procedure is handed: the server's parts, and who is asking from where. @module */
import type { NotNow } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import type { Accounts } from "./auth/accounts.ts";
import type { Session, Tokens } from "./auth/tokens.ts";
import type { Peer } from "./auth/peer.ts";
import type { Config } from "./config.ts";
import type { Drain } from "./drain.ts";
import type { LiveParts } from "./live/feed.ts";
import type { Signals } from "./live/signals/signals.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { CallTrace, Tracing } from "./tracing.ts";
import type { Caller } from "./rates/caller.ts";
import type { Rates } from "./rates/rates.ts";
import type { Connection } from "./ws/connection.ts";

/** The parts that all calls share. */
export interface Services {
  readonly config: Pick<Config, "dev" | "limits">;
  readonly storage: Storage;
  readonly live: LiveParts;
  readonly signals: Signals;
  readonly tokens: Tokens;
  /** Of the users who call. */
  readonly accounts: Accounts;
  readonly metrics: Metrics;
  /** Undefined: nothing is traced. */
  readonly tracing: Tracing | undefined;
  /** Unix milliseconds of this machine: for tokens and new ids of the server's own, never for events (LOG5). */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Says whether the server is about to stop, which takes no new drafts; and waits for the calls that it took. */
  readonly drain: Drain;
  readonly rates: Rates;
}

export interface Context {
  readonly services: Services;
  /** Who is logged in, or null. Its expiry is checked at each call. */
  readonly session: Session | null;
  readonly peer: Peer;
  /** Whom calls are counted for. */
  readonly caller: Caller;
  /** Why this call is not to be served; it is one that offers drafts, which are looked up first (LOG2). */
  readonly refusal?: NotNow | null;
  /** The socket, if the call came over one. */
  readonly connection: Connection | null;
  /** Of this call, if it is traced. */
  readonly trace?: CallTrace | undefined;
}

/** A context whose caller is known. */
export interface UserContext extends Context {
  readonly session: Session;
}
