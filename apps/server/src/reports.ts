/** What of a failed call goes into the server's log: never its input, a text or a token. @module */
import { getLogger } from "@logtape/logtape";
import { toApiError } from "./errors.ts";

const log = getLogger(["gatz", "api"]);
const storageLog = getLogger(["gatz", "storage"]);

/** What storage tells an operator. */
export function reportStorage(what: string, details: Readonly<Record<string, string | number>>): void {
  storageLog.warn(what, { ...details });
}

/** Bugs are reported with the incident that the caller is told; what is unavailable as a warning; refusals are the caller's business. */
export function reportError({ error, path }: { error: unknown; path?: string | undefined }): void {
  const known = toApiError(error);
  if (known.apiCode === "Internal") {
    log.error("{path} failed, incident {incident}: {cause}", {
      path,
      incident: known.detail.incident,
      cause: known.cause,
    });
  } else if (known.apiCode === "Unavailable") {
    log.warn("{path}: {message}", { path, message: known.message });
  }
}
