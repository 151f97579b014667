/**
 * Makes a person's ten thousand discussions through storage, in this process, by the writers that a server uses.
 * Prints `{discussions}`, those that were made in their order. Usage: grow.ts 'a Plan as JSON'
 */
import {
  type DiscussionId,
  type GroupId,
  type Proposal,
  type ShardNumber,
  shardNumber,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { openStorageHere } from "../open_storage.ts";
import { freshId } from "../rooms.ts";

export interface Plan {
  /** One a shard: makes what is there. */
  readonly owners: readonly UserId[];
  /** In all of them. */
  readonly busy: UserId;
  /** In every so many-eth. */
  readonly calm: UserId;
  readonly calmIn: number;
  readonly perShard: number;
}

const PER_GROUP = 125;
/** Of each shard, under way at once. */
const UNDER_WAY = 24;
const DEADLINE_MS = 60_000;

const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/lists/town.ts wrote it
const storage = await openStorageHere();
const made = await Promise.all(plan.owners.map((owner, n) => ofShard(storage, { owner, shard: shardNumber(n) })));
await storage.close();
console.log(JSON.stringify({ discussions: made.flat() }));
Deno.exit(0);

async function ofShard(
  storage: Storage,
  { owner, shard }: { owner: UserId; shard: ShardNumber },
): Promise<DiscussionId[]> {
  const made: DiscussionId[] = [];
  for (let first = 0; first < plan.perShard; first += PER_GROUP) {
    const group: GroupId = freshId("grp", shard);
    const members = [plan.busy, plan.calm];
    const id = freshId("evt", shard);
    await offer(storage, [{
      stream: group,
      id,
      type: "create",
      version: 1,
      actor: owner,
      body: { name: "many", members },
    }]);
    const numbers = Array.from({ length: Math.min(PER_GROUP, plan.perShard - first) }, (_, n) => first + n);
    while (numbers.length > 0) {
      const some = numbers.splice(0, UNDER_WAY).map((n) => discussion(storage, { owner, shard, group, n }));
      made.push(...await Promise.all(some));
    }
  }
  return made;
}

async function discussion(
  storage: Storage,
  { owner, shard, group, n }: { owner: UserId; shard: ShardNumber; group: GroupId; n: number },
): Promise<DiscussionId> {
  const stream: DiscussionId = freshId("disc", shard);
  const members = n % plan.calmIn === shard % plan.calmIn ? [plan.busy, plan.calm] : [plan.busy];
  const body = { group, name: `the ${n}th of ${shard}`, members };
  const said = { text: `What about the ${n}th?`, mentions: [], attachments: [] };
  await offer(storage, [
    { stream, id: freshId("evt", shard), type: "create", version: 1, actor: owner, body },
    { stream, id: freshId("msg", shard), type: "new-message", version: 1, actor: owner, body: said },
  ]);
  return stream;
}

async function offer(storage: Storage, drafts: readonly Proposal[]): Promise<void> {
  const outcomes = await storage.offer(drafts[0]!.stream, drafts, { deadlineMs: DEADLINE_MS });
  const refused = outcomes.find(({ kind }) => kind !== "accepted");
  if (refused || outcomes.length < drafts.length) throw new Error(`not accepted: ${JSON.stringify(refused)}`);
}
