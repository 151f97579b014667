import { DeadlinePassed, isConnectionError, isDataError, ServerUnreachable, sqlState } from "../postgres/errors.ts";
import type { FlushProgress } from "./flush.ts";
import { ForeignFold } from "./load_states.ts";

/** Why a flush failed, and so what becomes of its drafts. */
export interface Failure {
  /**
   * `doubtful`: the COMMIT's answer never came. In all others nothing was committed. `data`: some of the drafts are why, and others may do.
   * `lost`: a connection broke, which another may not. `refused`: the server can't or won't now.
   */
  readonly kind: "doubtful" | "data" | "lost" | "refused";
  readonly cause: unknown;
  /** Of `data`: the same draft would fail for ever. */
  readonly isFinal: boolean;
}

// Unique violation, and the same row twice in one statement: they say that gatz is wrong about what is stored, not that the draft is.
const NOT_THE_DRAFTS_FAULT = new Set(["21000", "23505"]);

export function classify(error: unknown, { isCommitting, refused }: FlushProgress): Failure {
  const cause = refused ?? error;
  const kind = kindOf(cause, { isDoubtful: isCommitting && refused === undefined });
  return { kind, cause, isFinal: isDataError(cause) && !NOT_THE_DRAFTS_FAULT.has(sqlState(cause) ?? "") };
}

function kindOf(cause: unknown, { isDoubtful }: { isDoubtful: boolean }): Failure["kind"] {
  if (isDoubtful) return "doubtful";
  if (cause instanceof ServerUnreachable || cause instanceof DeadlinePassed) return "refused";
  if (isConnectionError(cause)) return "lost";
  if (isDataError(cause) || cause instanceof ForeignFold) return "data";
  // Neither Postgres nor the connection: a bug that some draft meets must not stop the others.
  return sqlState(cause) === undefined ? "data" : "refused";
}
