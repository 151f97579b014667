import assert from "node:assert/strict";
import { type Outcome, seq, shardNumber, shardOf, unixMs } from "@gatz/domain";
import { messageProposal } from "../../testing/drafts.ts";
import { DEFAULT_STORAGE_LIMITS } from "../contract.ts";
import type { Forward, Forwarded, ForwardOptions, NodeId } from "./contract.ts";
import { OfferRouter } from "./offer_router.ts";

const [SELF, OTHER, THIRD] = ["self" as NodeId, "other" as NodeId, "third" as NodeId];
const proposal = messageProposal();
const shard = shardOf(proposal.stream);
const offer = { kind: "bundle", stream: proposal.stream, proposals: [proposal] } as const;
const ack: Outcome = { kind: "accepted", id: proposal.id, seq: seq(1), at: unixMs(1) };
const rejected: Outcome = { kind: "rejected", code: "NotMember" };
const LOST: Forwarded = { kind: "lost" };

interface Scene {
  /** Who the fence names, by how often it was asked. */
  readonly owners?: readonly (NodeId | null)[];
  /** What each forward comes to. */
  readonly forwards: readonly (Forwarded | ((options: ForwardOptions) => Promise<Forwarded>))[];
  /** From which try on this node writes the shard itself, and what it then decides. */
  readonly here?: { readonly from: number; readonly outcome: Outcome };
  readonly deadlineMs?: number;
  readonly limits?: { readonly queueDrafts: number; readonly queueBytes: number };
}

/** Offers once, and says what comes of it and to whom it was forwarded. */
function play({ owners = [OTHER], forwards, here, deadlineMs = 1_000, limits }: Scene) {
  const to: NodeId[] = [];
  let asked = 0;
  let changed = () => {};
  const forward: Forward = async (_offer, options) => {
    to.push(options.to.node);
    const next = forwards[Math.min(to.length, forwards.length) - 1]!;
    return typeof next === "function" ? await next(options) : next;
  };
  const router = new OfferRouter({
    node: SELF,
    shards: new Map([[shard, {
      isWrittenHere: () => here !== undefined && to.length >= here.from,
      owner: () => {
        const node = owners[Math.min(asked++, owners.length - 1)]!;
        return Promise.resolve(node === null ? null : { node, url: "http://127.0.0.1:1" });
      },
      onOwnerChange: (call) => {
        changed = call;
        return () => changed = () => {};
      },
    }]]),
    here: () => Promise.resolve([here?.outcome ?? { kind: "not-now", reason: "Unavailable", retryAfterMs: 1 }]),
    limits: limits ?? DEFAULT_STORAGE_LIMITS,
  });
  router.join({ url: null, forward });
  const outcomes = router.offer(offer, { deadlineMs });
  return { outcomes, to, ownerChanges: () => changed() };
}

const kindsOf = async (scene: Scene) => {
  const { outcomes, to } = play(scene);
  return { kinds: (await outcomes).map(({ kind }) => kind), to };
};

Deno.test("[LOG4] what the owner answers is the answer", async () => {
  for (const outcome of [ack, rejected]) {
    assert.deepEqual(await kindsOf({ forwards: [{ kind: "answered", outcomes: [outcome] }] }), {
      ...{ kinds: [outcome.kind], to: [OTHER] },
    });
  }
});

Deno.test("[LOG4] who does not write the shard any more is asked no more: the fence names another", async () => {
  const forwards: Forwarded[] = [{ kind: "not-here" }, { kind: "answered", outcomes: [ack] }];
  assert.deepEqual(await kindsOf({ owners: [OTHER, THIRD], forwards }), { kinds: ["accepted"], to: [OTHER, THIRD] });
});

Deno.test("[LOG2] [LOG4] after a lost answer an ack is believed, whoever gives it", async () => {
  const answered: Forwarded = { kind: "answered", outcomes: [{ ...ack, kind: "duplicate" }] };
  assert.deepEqual((await kindsOf({ forwards: [LOST, answered] })).kinds, ["duplicate"]);
  assert.deepEqual((await kindsOf({ forwards: [LOST], here: { from: 1, outcome: ack } })).kinds, ["accepted"]);
});

Deno.test("[LOG4] after a lost answer nothing but an ack is: the first try may still be under way", async () => {
  const notNow: Outcome = { kind: "not-now", reason: "Busy", retryAfterMs: 1 };
  for (const outcome of [rejected, notNow]) {
    const forwards: Forwarded[] = [LOST, { kind: "answered", outcomes: [outcome] }];
    assert.deepEqual((await kindsOf({ forwards })).kinds, ["unknown"]);
    assert.deepEqual((await kindsOf({ forwards: [LOST], here: { from: 1, outcome } })).kinds, ["unknown"]);
  }
  assert.deepEqual((await kindsOf({ forwards: [LOST], deadlineMs: 200 })).kinds, ["unknown"]);
  assert.deepEqual((await kindsOf({ forwards: [LOST, { kind: "unreachable" }], deadlineMs: 200 })).kinds, ["unknown"]);
});

Deno.test("[LOG4] [SHARD2] where nothing was sent, nothing was done: not-now, and soon", async () => {
  for (const owners of [[null], [SELF], [OTHER]]) {
    const began = performance.now();
    const { kinds } = await kindsOf({ owners, forwards: [{ kind: "unreachable" }], deadlineMs: 60_000 });
    assert.deepEqual(kinds, ["not-now"]);
    assert.ok(performance.now() - began < 20_000, "long before the deadline");
  }
});

Deno.test("[SHARD2] what is under way to one shard's owner is bounded", async () => {
  const forwards: Forwarded[] = [{ kind: "answered", outcomes: [ack] }];
  const limits = { queueDrafts: 0, queueBytes: 1_000_000 };
  const { outcomes, to } = play({ forwards, limits });
  assert.deepEqual((await outcomes)[0], { kind: "not-now", reason: "Busy", retryAfterMs: 100 });
  assert.deepEqual(to, []);
});

Deno.test("[LOG4] an owner that is silent is not waited for once another node has the shard", async () => {
  const silent = ({ signal }: ForwardOptions) =>
    new Promise<Forwarded>((resolve) => signal.addEventListener("abort", () => resolve(LOST)));
  const { outcomes, ownerChanges, to } = play({
    ...{ owners: [OTHER, THIRD], forwards: [silent, { kind: "answered", outcomes: [ack] } as const] },
    deadlineMs: 60_000,
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  ownerChanges();
  assert.deepEqual((await outcomes).map(({ kind }) => kind), ["accepted"]);
  assert.deepEqual(to, [OTHER, THIRD]);
});

Deno.test("[LOG4] an offer is answered by its deadline, though nobody says who writes its shard", async () => {
  const router = new OfferRouter({
    node: "00000000-0000-4000-8000-000000000000" as NodeId,
    shards: new Map([[
      shardNumber(0),
      { isWrittenHere: () => false, owner: () => new Promise<never>(() => {}), onOwnerChange: () => () => {} },
    ]]),
    here: () => Promise.reject(new Error("it is not written here")),
    limits: DEFAULT_STORAGE_LIMITS,
  });
  router.join({ url: null, forward: () => Promise.reject(new Error("there is nobody")) });
  const proposal = messageProposal();
  const outcomes = await router.offer({ kind: "bundle", stream: proposal.stream, proposals: [proposal] }, {
    deadlineMs: 200,
  });
  assert.deepEqual(outcomes.map(({ kind }) => kind), ["not-now"]);
});
