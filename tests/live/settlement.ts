/** People, a group and discussions on real storage, offered to as `decide` wants it; for tests of feeds. */
import {
  type Actor,
  type DiscussionId,
  type GroupId,
  type Outcome,
  position,
  type Proposal,
  shardNumber,
  type UserId,
} from "@gatz/domain";
import type { Committed, Storage } from "@gatz/storage/contract";
import { strict as assert } from "node:assert";
import { createDiscussion, createGroup, register } from "../../packages/domain/testing/drafts.ts";
import { answersTo } from "@gatz/testing/answers.ts";
import { effectsArrived } from "@gatz/testing/effects.ts";
import { freshId } from "@gatz/testing/test_server.ts";

const DEADLINE_MS = 10_000;

export class Settlement implements AsyncDisposable {
  constructor(readonly storage: Storage) {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage.close();
  }

  async offer(proposal: Proposal): Promise<Outcome> {
    const [outcome] = await this.storage.offer(proposal.stream, [proposal], { deadlineMs: DEADLINE_MS });
    return outcome!;
  }

  async accept(proposal: Proposal): Promise<void> {
    const { outcomes: [outcome], isFirst } = await answersTo(this.storage, [proposal], { deadlineMs: DEADLINE_MS });
    const isAccepted = outcome?.kind === "accepted" || (outcome?.kind === "duplicate" && !isFirst);
    assert.ok(isAccepted, JSON.stringify([proposal, outcome]));
  }

  /** Somebody new, whose stream and home are on this shard. */
  async person(shard: number): Promise<UserId> {
    const user = freshId("user", shardNumber(shard));
    await this.accept(register(user));
    return user;
  }

  async group(owner: Actor, { shard, members }: { shard: number; members: readonly UserId[] }): Promise<GroupId> {
    const group = freshId("grp", shardNumber(shard));
    await this.accept(createGroup(owner, group, members));
    return group;
  }

  async discussion(
    owner: Actor,
    { shard, group, members }: { shard: number; group: GroupId; members: readonly UserId[] },
  ): Promise<DiscussionId> {
    const discussion = freshId("disc", shardNumber(shard));
    await this.accept(createDiscussion(owner, discussion, { group, members }));
    return discussion;
  }

  /** Resolves once every effect has arrived: what follows comes after it. */
  async settled(): Promise<void> {
    await effectsArrived(this.storage);
  }

  /** One shard's log, from the beginning to its fence. */
  async log(shard: number): Promise<readonly Committed[]> {
    const here = shardNumber(shard);
    const { position: head } = await this.storage.fence(here);
    const log: Committed[] = [];
    const stop = new AbortController();
    if (head > 0) {
      for await (const batch of this.storage.follow(here, position(0), stop.signal)) {
        log.push(...batch);
        if (log.length >= head) break;
      }
    }
    stop.abort();
    return log;
  }
}
