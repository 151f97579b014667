/** Offers as clients do (LOG4): what was not decided, or nobody knows of, is offered again with the same ids. @module */
import { type Outcome, type Proposal } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { strict as assert } from "node:assert";

const PAUSE_MS = 20;

export interface Answers {
  /** One for each draft that was tried; the last ones where the time was over first. */
  readonly outcomes: readonly Outcome[];
  /** Whether it took one offer. Else a duplicate may be what an offer without an answer has left. */
  readonly isFirst: boolean;
}

/** What drafts to one stream are answered in the end; deadlines in milliseconds. */
export async function answersTo(
  storage: Pick<Storage, "offer">,
  proposals: readonly Proposal[],
  { deadlineMs = 5_000, withinMs = 30_000 }: { readonly deadlineMs?: number; readonly withinMs?: number } = {},
): Promise<Answers> {
  const [first] = proposals;
  assert.ok(first, "something is offered");
  const end = performance.now() + withinMs;
  for (let isFirst = true;; isFirst = false) {
    const outcomes = await storage.offer(first.stream, proposals, { deadlineMs });
    if (!outcomes.some(isNoAnswer) || performance.now() > end) return { outcomes, isFirst };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Nothing was decided, or nobody knows. */
export const isNoAnswer = ({ kind }: Outcome) => kind === "not-now" || kind === "unknown";
