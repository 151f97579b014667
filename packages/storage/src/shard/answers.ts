import type { Ack, Outcome, Rejection } from "@gatz/domain";

/** Whether an outcome settles its draft for good: offered again it would be told the same. */
export function isAnswer(outcome: Outcome): outcome is Ack | Rejection {
  return outcome.kind === "accepted" || outcome.kind === "duplicate" || outcome.kind === "rejected";
}
