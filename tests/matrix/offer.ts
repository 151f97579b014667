/** Offers past the API: what a place needs is not what a case is about. @module */
import { strict as assert } from "node:assert";
import { type Draft, type EventId, type Proposal, type Seq, shardOf, type StreamId, type UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { answersTo } from "@gatz/testing/answers.ts";
import { freshId } from "@gatz/testing/test_server.ts";

const DEADLINE_MS = 10_000;

/** The seqs of what was offered; all of it has to be accepted. */
export async function offer(storage: Storage, stream: StreamId, proposals: readonly Proposal[]): Promise<Seq[]> {
  assert.ok(proposals.every((proposal) => proposal.stream === stream));
  const { outcomes, isFirst } = await answersTo(storage, proposals, { deadlineMs: DEADLINE_MS });
  return outcomes.map((outcome) => {
    const isAccepted = outcome.kind === "accepted" || (outcome.kind === "duplicate" && !isFirst);
    assert.ok(isAccepted, `${JSON.stringify(outcome)} to ${JSON.stringify(proposals)}`);
    return outcome.seq;
  });
}

export function by({ user }: { readonly user: UserId }, draft: Draft): Proposal {
  return { ...draft, actor: user };
}

export function newEvent(stream: StreamId): EventId {
  return freshId("evt", shardOf(stream));
}
