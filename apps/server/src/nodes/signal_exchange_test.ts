import assert from "node:assert/strict";
import { type ShardNumber, shardNumber } from "@gatz/domain";
import type { NodeId, ShardOwner } from "@gatz/storage/contract";
import { until } from "@gatz/testing/eventually.ts";
import { SignalExchange, type SignalLink, type SignalsHere } from "./signal_exchange.ts";

const SHARD = shardNumber(3);
const [OWNER, OTHER] = ["018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"] as NodeId[];
const NOT_ABORTED = new AbortController().signal;
const HERE: SignalsHere = { receive: () => Promise.resolve(), snapshot: () => [], repeat: () => {}, gone: () => [] };

function exchangeOf(
  { owner, linkTo, hint = () => {}, here = HERE }: {
    owner: ShardOwner;
    here?: SignalsHere;
    linkTo: () => SignalLink;
    hint?: (shard: ShardNumber) => void;
  },
): SignalExchange {
  return new SignalExchange({
    ...{ here, linkTo, hint },
    owners: () => new Map([[SHARD, owner]]),
    limits: { nodeSignals: 10, presenceGraceMs: 10 },
    traffic: { lostSignals: 0 },
  });
}

Deno.test("[LOG3] who writes a shard tells who follows that there is news, and it looks: much news is told once", async () => {
  const noLink = () => assert.fail("the owner follows nobody");
  const owner = exchangeOf({ owner: { kind: "here" }, linkTo: noLink });
  const link: SignalLink = {
    give: () => Promise.resolve(false),
    follow: async ({ begun, messages }) => {
      begun();
      const room = { room: () => Promise.resolve() } as never; // of a connection nothing else is asked
      for await (const some of owner.follow(OTHER!, { connection: room, signal: NOT_ABORTED })) {
        messages(JSON.parse(JSON.stringify(some)));
      }
    },
  };
  const hinted: ShardNumber[] = [];
  const address = { node: OWNER!, url: "http://127.0.0.1:1" };
  const other = exchangeOf({
    owner: { kind: "elsewhere", address },
    linkTo: () => link,
    hint: (shard) => hinted.push(shard),
  });
  await until(() => {
    owner.announce(SHARD);
    return hinted.length > 0;
  });
  hinted.length = 0;
  for (let n = 0; n < 1_000; n++) owner.announce(SHARD);
  await until(() => hinted.length > 0);
  assert.deepEqual(hinted, [SHARD]);
  // Word of a shard that the teller does not write is no word.
  owner.take([{ kind: "news", shard: SHARD }], OTHER!);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(hinted.length, 1);
  other.stop();
  owner.stop();
});

Deno.test("[LIVE7] a node that has said something and is gone before it follows is missed as one that has followed; one that follows is not", async () => {
  const gone: NodeId[] = [];
  const here = { ...HERE, gone: (node: NodeId) => (gone.push(node), []) };
  const linkTo = () => assert.fail("the owner follows nobody");
  const owner = exchangeOf({ owner: { kind: "here" }, linkTo, here });
  const typing = { kind: "status", user: "user_1", status: "away" };
  owner.take([typing], OTHER!);
  await until(() => gone.length > 0);
  // It was slow, and is there after all.
  owner.take([typing], OTHER!);
  const end = new AbortController();
  const connection = { room: () => Promise.resolve() } as never; // of a connection nothing else is asked
  const followed = Array.fromAsync(owner.follow(OTHER!, { connection, signal: end.signal }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(gone, [OTHER]);
  end.abort();
  await followed;
  await until(() => gone.length > 1);
  owner.stop();
});
