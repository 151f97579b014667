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
  if (version !== VERSION) return null;
  try {
    const { u, h } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const user = parseId("user", u);
    return user.ok ? { user: user.id, home: shardNumber(h), limits: DEFAULT_LIMITS } : null;
  } catch {
    // Whatever it is that can't be read here, the token is none of this form.
    return null;
  }
}
