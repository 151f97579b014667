/** What most tests of the API begin with: people in a group, and a discussion of theirs. @module */
import { strict as assert } from "node:assert";
import { type DiscussionId, type GroupId, type Outcome, type ShardNumber, shardOf } from "@gatz/domain";
import { isNoAnswer } from "@gatz/testing/answers.ts";
import { freshId, type Person } from "@gatz/testing/test_server.ts";

export interface Talk {
  readonly group: GroupId;
  readonly discussion: DiscussionId;
  /** The discussion's. */
  readonly shard: ShardNumber;
}

/** Fails unless the draft was accepted. */
export function sent(outcome: Outcome): void {
  assert.equal(outcome.kind, "accepted", JSON.stringify(outcome));
}

/** A group of these people, and a discussion of all of them in it: one event each. */
export async function talk(owner: Person, others: readonly Person[]): Promise<Talk> {
  const [group, discussion] = [freshId("grp", owner.home), freshId("disc", owner.home)];
  const members = others.map(({ user }) => user);
  const id = () => freshId("evt", owner.home);
  const grouped = { id: id(), stream: group, name: "Group", members };
  await made(async () => [(await owner.api.groups.create.mutate(grouped)).outcome]);
  const begun = { id: id(), stream: discussion, group, name: "Talk", members };
  await made(async () => (await owner.api.discussions.create.mutate(begun)).outcomes);
  return { group, discussion, shard: shardOf(discussion) };
}

const PAUSE_MS = 20;
const WITHIN_MS = 30_000;

/** Offers as clients do (LOG4): what is not decided, or of which nobody knows, is offered again. Fails unless all of it is accepted. */
async function made(offer: () => Promise<readonly Outcome[]>): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  for (let isFirst = true;; isFirst = false) {
    const outcomes = await offer();
    if (!outcomes.some(isNoAnswer) || performance.now() > end) {
      // An offer without an answer may have been taken.
      return outcomes.filter(({ kind }) => isFirst || kind !== "duplicate").forEach(sent);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Ends them all with one `await using`, the last first. */
export function disposeAll(...parts: AsyncDisposable[]): AsyncDisposable {
  const stack = new AsyncDisposableStack();
  for (const part of parts) stack.use(part);
  return stack;
}
