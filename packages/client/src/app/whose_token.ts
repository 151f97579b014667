/** Whose an access token says that it is: for a client that has met no server yet. @module */
import { DEFAULT_LIMITS, parseId, shardNumber } from "@gatz/domain";
import type { SelfRecord } from "../store/records.ts";

/** Of tokens that say so in the form that is read here. */
const VERSION = "gatz1";

/**
 * Null for what is no token of this form. It is not known whether it is a good one: that the server says, and until it has said the same
 * name nothing is offered in it.
 */
export function whoseToken(token: string | null): SelfRecord | null {
  const [version, payload = ""] = token?.split(".") ?? [];
  const claims = version === VERSION ? parsed(payload) : null;
  if (typeof claims !== "object" || claims === null || !("u" in claims && "h" in claims)) return null;
  const user = typeof claims.u === "string" ? parseId("user", claims.u) : null;
  const { h: home } = claims;
  if (!user?.ok || typeof home !== "number" || !Number.isInteger(home) || home < 0 || home > 4095) return null;
  return { user: user.id, home: shardNumber(home), limits: DEFAULT_LIMITS };
}

/** Undefined: it is no JSON in base64url. */
function parsed(payload: string): unknown {
  try {
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return undefined;
    throw error;
  }
}
