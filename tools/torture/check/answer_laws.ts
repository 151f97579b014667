/** What an answer must be like by itself: a bundle is committed together, up to its first refusal (LOG4). @module */
import type { RecordOf, SaidOutcome } from "../history/record.ts";
import type { Violations } from "./violation.ts";

export function checkAnswer(
  { outcomes }: RecordOf<"answer">,
  { drafts, stream, op }: RecordOf<"offer">,
  violations: Violations,
): void {
  const where = () => `${drafts.length} drafts to ${stream}, offer ${op}: ${JSON.stringify(outcomes)}`;
  if (!isTriedAsFarAsItGoes(outcomes, drafts.length)) {
    violations.add("LOG4", "a bundle that does not end at its first refusal", where());
  }
  let before: number | undefined;
  outcomes.forEach((outcome, i) => {
    if (isAck(outcome) && outcome.id !== drafts[i]?.id) violations.add("LOG4", "an ack of another draft", where());
    if (outcome.kind !== "accepted") return;
    if (before !== undefined && outcome.seq !== before + 1) violations.add("LOG4", "a bundle that was split", where());
    before = outcome.seq;
  });
}

/** All are acked, or all up to the last, or nobody knows of any from some draft on. */
function isTriedAsFarAsItGoes(outcomes: readonly SaidOutcome[], drafts: number): boolean {
  const end = outcomes.findIndex((outcome) => !isAck(outcome));
  if (end < 0) return outcomes.length === drafts;
  return end === outcomes.length - 1 && outcomes.length <= drafts ||
    outcomes.length === drafts && outcomes.slice(end).every(({ kind }) => kind === "unknown");
}

function isAck(outcome: SaidOutcome): outcome is Extract<SaidOutcome, { kind: "accepted" | "duplicate" }> {
  return outcome.kind === "accepted" || outcome.kind === "duplicate";
}
