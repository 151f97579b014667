import type { Rejection, RejectionCode } from "./outcome.ts";

/** A final "no". `field` is a path into the draft, like `body.text`. */
export function refuse(code: RejectionCode, where: Omit<Rejection, "kind" | "code"> = {}): Rejection {
  return { kind: "rejected", code, ...where };
}
