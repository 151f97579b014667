/** What of a failed call goes into the server's log: never its input, a text or a token. @module */
import { toApiError } from "./errors.ts";
import { logEvent } from "./log_events.ts";

/** What storage tells an operator. */
export function reportStorage(what: string, details: Readonly<Record<string, string | number>>): void {
  logEvent("storage.report", { what, ...details });
}

export interface FailedCall {
  readonly error: unknown;
  /** What the caller named; not to be believed unless `type` says that there is such a procedure. */
  readonly path?: string | undefined;
  readonly type?: "query" | "mutation" | "subscription" | "unknown";
}

/** Bugs are reported with the incident that the caller is told; what is unavailable as a warning; refusals are the caller's business. */
export function reportError({ error, path, type = "unknown" }: FailedCall): void {
  const known = toApiError(error);
  const procedure = type === "unknown" ? "none" : path;
  if (known.apiCode === "Internal") {
    logEvent("api.failed", { procedure, incident: known.detail.incident, cause: known.cause });
  } else if (known.apiCode === "Unavailable") {
    logEvent("api.unavailable", { procedure, reason: known.message });
  }
}
