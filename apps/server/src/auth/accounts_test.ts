import { strict as assert } from "node:assert";
import { makeId, type Seq, seq, shardNumber, unixMs, type UserId, type UserState } from "@gatz/domain";
import { type Account, ShardUnavailable } from "@gatz/storage/contract";
import { Accounts } from "./accounts.ts";

const userOf = (n: number): UserId =>
  makeId("user", { shard: shardNumber(n), unixMs: 1_700_000_000_000, random: new Uint8Array(8).fill(n) });
const [ann, ben, cyd] = [userOf(1), userOf(2), userOf(3)];

const state = (at: number, rest: Partial<UserState> = {}): UserState => ({
  ...{ kind: "user", id: ann, seq: seq(at), handle: "ann", name: "Ann", createdAt: unixMs(1), inbox: {} },
  profileSeq: seq(1),
  ...rest,
});

/** Accounts whose reads are answered by hand. */
function stage() {
  const reads: PromiseWithResolvers<Account | null>[] = [];
  const clock = { now: 0, isFollowed: true, isWrittenHere: true };
  const accounts = new Accounts({
    storage: {
      account: () => {
        const read = Promise.withResolvers<Account | null>();
        reads.push(read);
        return read.promise;
      },
    },
    owners: () => new Map([[shardNumber(1), { kind: clock.isWrittenHere ? "here" : "unknown" }]]),
    isFollowed: () => clock.isFollowed,
    now: () => clock.now,
  });
  const answer = (account: Partial<Account> & { seq: Seq }) => reads.at(-1)!.resolve(account); // it was asked
  return { accounts, reads, clock, answer };
}

const silence = () => new ShardUnavailable(shardNumber(1), 100);

Deno.test("[BLK1] a user's account is read once; from then on it is known at once, and follows what the hub tells", async () => {
  const { accounts, reads, answer } = stage();
  const asked = [accounts.blocks(ann), accounts.blocks(ann)];
  answer({ seq: seq(3), blocks: [ben] });
  for (const { blocks, read } of await Promise.all(asked)) assert.deepEqual([[...blocks], read], [[ben], {}]);
  accounts.changed(state(4, { blocks: [ben, cyd] }));
  accounts.changed(state(3, { blocks: [] }));
  const known = accounts.of(ann);
  assert.ok(!(known instanceof Promise));
  assert.deepEqual([known.ended, [...known.blocks]], [false, [ben, cyd]]);
  assert.equal(reads.length, 1);
  accounts.forget(ann);
  assert.ok(accounts.of(ann) instanceof Promise);
  assert.equal(reads.length, 2);
});

Deno.test("[USR4] what the hub tells while an account is read is not undone by what the read found", async () => {
  const { accounts, answer } = stage();
  const asked = accounts.of(ann);
  accounts.changed(state(5, { endedAt: unixMs(9) }));
  answer({ seq: seq(4) });
  assert.equal((await asked)?.ended, true);
  const known = accounts.of(ann);
  assert.ok(!(known instanceof Promise) && known.ended);
});

Deno.test("[BLK1] what was asked for before a user changed it does not serve after", async () => {
  const { accounts, reads } = stage();
  const before = accounts.blocks(ann);
  accounts.forget(ann);
  const after = accounts.blocks(ann);
  assert.equal(reads.length, 2);
  reads[1]!.resolve({ seq: seq(4), blocks: [ben] });
  assert.deepEqual([...(await after).blocks], [ben]);
  reads[0]!.resolve({ seq: seq(3) });
  await before;
  assert.deepEqual([...(await accounts.blocks(ann)).blocks], [ben]);
});

Deno.test("[BLK1] of a stream that another node writes blocks are read each time; what was known serves if that is not answered", async () => {
  const { accounts, reads, clock, answer } = stage();
  clock.isWrittenHere = false;
  for (const blocks of [[ben], [ben, cyd]]) {
    const asked = accounts.blocks(ann);
    answer({ seq: seq(3 + blocks.length), blocks });
    assert.deepEqual([...(await asked).blocks], blocks);
  }
  assert.ok(!(accounts.of(ann) instanceof Promise), "whether it has ended the hub tells");
  const silent = accounts.blocks(ann);
  reads.at(-1)!.reject(silence());
  assert.deepEqual([...(await silent).blocks], [ben, cyd]);
  assert.equal(reads.length, 3);
});

Deno.test("[BLK1] what a user has just changed is read anew, and what was known serves if that is not answered", async () => {
  const { accounts, reads, answer } = stage();
  const asked = accounts.blocks(ann);
  answer({ seq: seq(3), blocks: [ben] });
  await asked;
  accounts.forget(ann);
  const again = accounts.blocks(ann);
  reads.at(-1)!.reject(silence());
  assert.deepEqual(await again, { blocks: new Set([ben]), read: {} });
});

Deno.test("[BLK1] what the hub tells late of an older change does not pass for what a user has just changed", async () => {
  const { accounts, reads, answer } = stage();
  const asked = accounts.blocks(ann);
  answer({ seq: seq(3) });
  await asked;
  // Answered as their event 5, while the hub has still to tell of 4.
  accounts.forget(ann);
  accounts.changed(state(4, { blocks: [cyd] }));
  const after = accounts.blocks(ann);
  assert.equal(reads.length, 2);
  answer({ seq: seq(5), blocks: [ben, cyd] });
  assert.deepEqual([...(await after).blocks], [ben, cyd]);
  assert.ok(!(accounts.of(ann) instanceof Promise));
});

Deno.test("[LIVE6] who watches an account while its shard is silent is told once it is found to have ended", async () => {
  const { accounts, reads, clock, answer } = stage();
  const silent = accounts.of(ann);
  reads[0]!.reject(silence());
  assert.equal(await silent, null, "nobody is locked out for that");
  let told = 0;
  accounts.whenEnded(ann, () => told++);
  clock.now += 1_000;
  const asked = accounts.of(ann);
  answer({ seq: seq(9), endedAt: unixMs(8) });
  assert.equal((await asked)?.ended, true);
  assert.equal(told, 1);
});

Deno.test("[USR4] of a shard whose news does not come yet nothing is kept", async () => {
  const { accounts, reads, clock, answer } = stage();
  clock.isFollowed = false;
  const asked = accounts.of(ann);
  answer({ seq: seq(4) });
  assert.equal((await asked)?.ended, false);
  clock.isFollowed = true;
  const again = accounts.of(ann);
  answer({ seq: seq(5), endedAt: unixMs(9) });
  assert.equal((await again)?.ended, true);
  assert.equal(reads.length, 2);
});

Deno.test("[SHARD2] a shard that does not answer keeps nobody waiting, and is not asked again at once", async () => {
  const { accounts, reads, clock } = stage();
  const asked = accounts.blocks(ann);
  reads[0]!.reject(silence());
  const { blocks, read } = await asked;
  assert.deepEqual([blocks.size, read], [0, { blocksUnknown: true }]);
  assert.equal(await accounts.of(ann), null);
  assert.equal(reads.length, 1);
  clock.now += 1_000;
  const late = accounts.of(ann);
  assert.equal(reads.length, 2);
  // Not answered at all: it is given up in time, and serves when it is there.
  assert.equal(await late, null);
  reads[1]!.resolve({ seq: seq(4) });
  await Promise.resolve();
  clock.now += 1_000;
  assert.equal((await accounts.of(ann))?.ended, false);
  assert.equal(reads.length, 2);
});

Deno.test("[SHARD2] what is wrong in another way is not taken for silence", async () => {
  const { accounts, reads } = stage();
  const asked = accounts.of(ann);
  reads[0]!.reject(new TypeError("a bug"));
  await assert.rejects(async () => await asked, TypeError);
});

Deno.test("[LIVE6] who watches is told of an account's end, also of one that was known before, and not after that", async () => {
  const { accounts, answer } = stage();
  const told: string[] = [];
  const unwatch = accounts.whenEnded(ann, () => told.push("gone"));
  accounts.whenEnded(ann, () => told.push("first"));
  accounts.changed(state(2, { blocks: [ben] }));
  unwatch();
  const asked = accounts.of(ann);
  answer({ seq: seq(2) });
  await asked;
  accounts.changed(state(3, { endedAt: unixMs(9) }));
  accounts.whenEnded(ann, () => told.push("late"));
  assert.deepEqual(told, ["first", "late"]);
});
