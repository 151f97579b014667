/** Why a question to the API has no answer, and whether asking again may bring one. @module */
import type { AppRouter } from "@gatz/server";
import { isTRPCClientError, type TRPCClientError } from "@trpc/client";

/** A question that got no answer: `again`, whether asking once more may bring one. */
export interface Trouble {
  readonly kind: "trouble";
  readonly again: boolean;
  /** What the server said; without one the connection was lost, or the mistake is the client's. */
  readonly code?: TroubleCode;
  /** For people; null if nothing but the connection was lost. */
  readonly problem: string | null;
  /** The server does not want to be asked earlier; 0 if it did not say. */
  readonly retryAfterMs: number;
}

export type TroubleCode = NonNullable<TRPCClientError<AppRouter>["data"]>["code"];

/** Whether what an error says may pass by itself. (A token that a function gives has been renewed before it comes to this.) */
const PASSES: Readonly<Record<TroubleCode, boolean>> = {
  Malformed: false,
  Unauthenticated: false,
  Forbidden: false,
  NotFound: false,
  UnknownProcedure: false,
  HandleTaken: false,
  RateLimited: true,
  TooSlow: true,
  TooLarge: false,
  Unavailable: true,
  Internal: true,
};

/** The connection was lost, or the server ended what it was doing: nobody's mistake. */
export const CUT: Trouble = { kind: "trouble", again: true, problem: null, retryAfterMs: 0 };

export function troubleOf(error: unknown): Trouble {
  if (!isTRPCClientError<AppRouter>(error)) return { ...CUT, again: false, problem: String(error) };
  // An error without data did not come from the server.
  if (!error.data) return CUT;
  const { code, retryAfterMs = 0 } = error.data;
  // A newer server may know codes that are not listed here: they cost nothing but time.
  return { kind: "trouble", again: PASSES[code] ?? true, code, problem: error.message, retryAfterMs };
}
