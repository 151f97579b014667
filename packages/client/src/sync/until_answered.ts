import { isTrouble } from "../server/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

export interface Patience {
  readonly timing: Timing;
  /** Aborted when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/** Asks until there is an answer, or a trouble that asking again does not mend; null: it is not wanted any more. */
export async function untilAnswered<T extends object>(
  question: () => Promise<T | Trouble>,
  { timing, signal }: Patience,
): Promise<T | Trouble | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    const answer = await question();
    if (!isTrouble(answer) || !answer.again) return answer;
    await timing.wait(Math.max(answer.retryAfterMs, timing.retryDelayMs(failures)), signal);
  }
  return null;
}
