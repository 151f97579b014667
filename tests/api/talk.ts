/** What most tests of the API begin with: people in a group, and a discussion of theirs. @module */
import { strict as assert } from "node:assert";
import { type DiscussionId, type GroupId, type Outcome, type ShardNumber, shardOf } from "@gatz/domain";
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
  sent((await owner.api.groups.create.mutate({ id: id(), stream: group, name: "Group", members })).outcome);
  const begun = await owner.api.discussions.create.mutate({
    ...{ id: id(), stream: discussion, group, name: "Talk", members },
  });
  begun.outcomes.forEach(sent);
  return { group, discussion, shard: shardOf(discussion) };
}

/** Ends them all with one `await using`, the last first. */
export function disposeAll(...parts: AsyncDisposable[]): AsyncDisposable {
  const stack = new AsyncDisposableStack();
  for (const part of parts) stack.use(part);
  return stack;
}
