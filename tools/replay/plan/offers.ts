import type { MessageStep, Offer, Step } from "./plan.ts";
import type { Chance } from "./random.ts";

/** How often somebody's consecutive steps go in one call, as an outbox does after being offline. */
const BUNDLED = 0.5;
const LARGEST = 20;
/** Code units of text in one call: it has to fit into one frame. */
const LARGEST_TEXT = 8_000;

/** Puts the steps of a discussion into calls: most alone, some runs of one author together. */
export function offersOf(steps: readonly Step[], chance: Chance): Offer[] {
  const offers: Offer[] = [];
  let run: MessageStep[] = [];
  const close = () => {
    const [first] = run;
    if (first && run.length > 1 && chance.once(BUNDLED)) offers.push({ kind: "bundle", by: first.by, steps: run });
    else offers.push(...run.map(single));
    run = [];
  };
  for (const step of steps) {
    if (!isMessageStep(step)) {
      close();
      offers.push(single(step));
      continue;
    }
    if (run.length > 0 && !fits(run, step)) close();
    run.push(step);
  }
  close();
  return offers;
}

function single(step: Step): Offer {
  return { kind: "single", by: step.by, step };
}

function fits(run: readonly MessageStep[], step: MessageStep): boolean {
  const text = [...run, step].reduce((sum, one) => sum + ("text" in one ? one.text.length : 0), 0);
  return run[0]!.by === step.by && run.length < LARGEST && text <= LARGEST_TEXT;
}

function isMessageStep(step: Step): step is MessageStep {
  return ["send", "edit", "delete", "react"].includes(step.kind);
}
