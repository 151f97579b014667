import assert from "node:assert/strict";
import { until } from "@gatz/testing/eventually.ts";
import { DEFAULT_LIMITS, type Proposal, shardNumber, type Uuid } from "@gatz/domain";
import { registerProposal } from "../../testing/drafts.ts";
import { DEFAULT_STORAGE_LIMITS } from "../contract.ts";
import type { NodeAddress, NodeId } from "../nodes/contract.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { LaneLost } from "../postgres/errors.ts";
import type { KnownEvent } from "./batch.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import type { FlushProgress } from "./flush.ts";
import type { Wanted } from "./ground.ts";
import { prepareDraft } from "./prepared.ts";
import { FlushScheduler } from "./scheduler.ts";
import type { FlushTransaction, ShardStore, Written } from "./shard_store.ts";
import { ShardWriter } from "./writer.ts";

const shard = shardNumber(0);
const limits = { ...DEFAULT_STORAGE_LIMITS, ...DEFAULT_LIMITS };
const HERE: NodeAddress = { node: "00000000-0000-4000-8000-000000000000" as NodeId, url: "http://here" };

/** A shard that holds ids alone, whose answers to COMMIT can be lost, and whose fence can be closed. */
class IdStore implements ShardStore, FlushTransaction {
  readonly known = new Map<Uuid, KnownEvent>();
  readonly takenBy: NodeAddress[] = [];
  writable = true;
  epoch = 0;
  position = 0;
  /** The answer to the COMMIT of this one is lost. */
  loses: string | undefined;
  /** Awaited by each transaction before it begins. */
  gate: Promise<void> = Promise.resolve();

  transact<T>(work: (transaction: FlushTransaction) => Promise<T>): Promise<T> {
    return work(this);
  }

  async begin({ ids }: Wanted) {
    await this.gate;
    const { epoch, position, writable } = this;
    return {
      fence: { epoch, position, writable, clock: 1_000 },
      known: new Map([...this.known].filter(([id]) => ids.has(id))),
      loaded: await this.load(),
    };
  }

  load() {
    return Promise.resolve({ streams: new Map(), messages: new Map(), taken: new Set<never>() });
  }

  commit({ batch, epoch, takenBy }: Written, progress: FlushProgress): Promise<void> {
    progress.startCommit();
    this.epoch = epoch;
    if (takenBy !== null) this.takenBy.push(takenBy);
    for (const { draft, committed: { position, event: { id, seq, at, actor } } } of batch.accepted) {
      this.position = position;
      this.known.set(draft.uuid, { ack: { id, seq, at }, digest: draft.digest, actor });
    }
    if (!batch.accepted.some(({ draft }) => draft.proposal.id === this.loses)) return Promise.resolve();
    return Promise.reject(new LaneLost("no answer"));
  }

  rollback(): Promise<void> {
    return Promise.resolve();
  }
}

function writerOn(store: ShardStore): ShardWriter {
  const lease = { shard };
  return new ShardWriter({
    shard,
    server: "a",
    store,
    isServerDown: () => false,
    scheduler: new FlushScheduler(limits),
    limits,
    lease: () => lease,
    address: () => HERE,
    onShutOut: () => {},
    onLog: () => {},
    onEffects: () => {},
    report: () => {},
    observe: () => {},
  });
}

function offer(writer: ShardWriter, ...proposals: Proposal[]): Promise<string[]> {
  const drafts = proposals.map((proposal) => prepareDraft(proposal, { digestKey: new Uint8Array(32) }));
  const bundle = new Bundle({ drafts, facts: NO_FACTS, kind: "bundle", deadline: deadlineIn(5_000) });
  writer.offer(bundle);
  return bundle.outcomes.then((outcomes) => outcomes.map(({ kind }) => kind));
}

const reworded = (proposal: ReturnType<typeof registerProposal>): Proposal => ({
  ...proposal,
  body: { ...proposal.body, name: "Somebody else" },
});

Deno.test("[LOG2] beside a draft whose COMMIT is in doubt, what was acked before stays a duplicate", async () => {
  const store = new IdStore();
  const writer = writerOn(store);
  const old = registerProposal();
  assert.deepEqual(await offer(writer, old), ["accepted"]);
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const first = offer(writer, registerProposal());
  const young = registerProposal();
  store.loses = young.id;
  // While the first is under way, these two wait for the next flush.
  const together = [offer(writer, young), offer(writer, old)];
  gate.resolve();
  assert.deepEqual(await first, ["accepted"]);
  assert.deepEqual(await Promise.all(together), [["accepted"], ["duplicate"]]);
  await writer.drain();
});

Deno.test("[LOG4] where nothing may be written, a bundle of ids that were used for other content ends at the first", async () => {
  const store = new IdStore();
  const writer = writerOn(store);
  const [one, two] = [registerProposal(), registerProposal()];
  for (const proposal of [one, two]) assert.deepEqual(await offer(writer, proposal), ["accepted"]);
  store.writable = false;
  assert.deepEqual(await offer(writer, reworded(one), reworded(two)), ["rejected"]);
  assert.deepEqual(await offer(writer, one, two), ["duplicate", "duplicate"]);
  await writer.drain();
});

Deno.test("[SHARD1] a shard that was closed while a node took it is taken once it is open, though nobody offers anything", async () => {
  const store = new IdStore();
  store.writable = false;
  const writer = writerOn(store);
  writer.wake();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(store.takenBy, []);
  store.writable = true;
  await until(() => store.takenBy.length > 0);
  assert.deepEqual(store.takenBy, [HERE]);
  await writer.drain();
});
