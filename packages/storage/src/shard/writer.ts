/** The one writer of a shard in this process: drafts queue here, and each flush takes all that wait (group commit). @module */
import type { NotNowReason, Position, ShardNumber } from "@gatz/domain";
import type { ServerName, StorageConfig } from "../contract.ts";
import type { NodeAddress } from "../nodes/contract.ts";
import type { Fence } from "../log/fences.ts";
import type { RingEntry } from "../log/ring.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { describeError, isConnectionError, sqlState } from "../postgres/errors.ts";
import type { FlushEnded, Observe } from "../observe.ts";
import { isPowerOfTwo, type Report } from "../report.ts";
import type { Bundle } from "./bundle.ts";
import { ShardCache, type StreamEntry } from "./cache.ts";
import { type Claim, flush, type Flushed, FlushProgress } from "./flush.ts";
import { classify, type Failure } from "./failure.ts";
import type { Lease } from "./ownership.ts";
import { dayOf } from "./project.ts";
import { BundleQueue } from "./queue.ts";
import type { FlushScheduler, Slot, Waiter } from "./scheduler.ts";
import type { ShardStore } from "./shard_store.ts";
import { startStopwatch } from "./stopwatch.ts";

export interface WriterOptions {
  readonly shard: ShardNumber;
  readonly server: ServerName;
  readonly store: ShardStore;
  readonly isServerDown: () => boolean;
  readonly scheduler: FlushScheduler;
  readonly limits: StorageConfig["limits"];
  readonly lease: () => Lease | undefined;
  /** How other nodes reach this one. */
  readonly address: () => NodeAddress;
  /** Another writer's epoch was met. */
  readonly onShutOut: () => void;
  /** The log moved; `entries` are what this writer appended, empty if somebody else did. */
  readonly onLog: (moved: { before: number; after: number; entries: readonly RingEntry[] }) => void;
  /** Effects wait in the outbox for these shards; undefined: nobody knows for which. */
  readonly onEffects: (targets: ReadonlySet<ShardNumber> | undefined) => void;
  readonly report: Report;
  readonly observe: Observe;
}

const MAX_BATCH = 512;
const LOOK_AGAIN_MS = 1_000;
const RETRY_MS = { first: 0, second: 50, longest: 1_000 } as const;

/** What the epoch is raised for anew when it changes. */
interface Right {
  readonly lease: Lease;
  readonly url: string | null;
}

export class ShardWriter implements Waiter {
  readonly #options: WriterOptions;
  readonly #queue: BundleQueue;
  readonly #cache: ShardCache;
  /** Under which lease and address the epoch was raised to which value. */
  #claimed: (Right & { readonly epoch: number }) | undefined;
  /** What the shard was last claimed by, whatever came of it. */
  #tried: Right | undefined;
  /** Flushes that failed one after the other. */
  #failures = 0;
  #activeSince: number | undefined;
  #isWaiting = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Of a shard that was closed for writing, the last time that it was looked at. */
  #reopening: ReturnType<typeof setTimeout> | undefined;
  #isDraining = false;
  #idle = Promise.withResolvers<void>();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#queue = new BundleQueue(options.limits);
    this.#cache = new ShardCache(options.limits);
    this.#idle.resolve();
  }

  /** Whether its flushes succeed; `slow`: one is under way for long. */
  get health(): "ok" | "slow" | "down" {
    if (this.#failures > 1) return "down";
    const age = this.#activeSince === undefined ? 0 : performance.now() - this.#activeSince;
    return this.#failures > 0 || age > this.#options.limits.flushAgeMs ? "slow" : "ok";
  }

  /** Whether this process writes the shard, as far as it knows. */
  get isOwner(): boolean {
    return this.#options.lease() !== undefined;
  }

  /** How much waits for a flush. */
  get queued(): { readonly drafts: number; readonly bytes: number } {
    return this.#queue.size;
  }

  /** Queues a bundle, which is answered in any case: at the latest at its deadline. */
  offer(bundle: Bundle): void {
    const refusal = this.#refusalOf(bundle);
    if (refusal) return bundle.notNow(refusal, retryAfterMs(refusal));
    this.#queue.push(bundle);
    bundle.onStep?.({ kind: "queued" });
    this.wake();
  }

  /** Flushes if there is something to flush, or to find out after a failure, and nothing under way. */
  wake(): void {
    if (this.#isWaiting || (this.#queue.isEmpty && !this.#isCurious)) return;
    this.#isWaiting = true;
    this.#idle = Promise.withResolvers<void>();
    if (this.#failures === 0) return this.#options.scheduler.request(this);
    this.#retry = setTimeout(() => this.start(this.#options.scheduler.outside()), this.#pauseMs());
  }

  /** For the scheduler. */
  oldest(): number {
    return this.#queue.oldest;
  }

  start(slot: Slot): void {
    this.#activeSince = performance.now();
    void this.#turn(slot).finally(() => {
      slot.done();
      this.#activeSince = undefined;
      this.#isWaiting = false;
      this.#idle.resolve();
      this.wake();
    });
  }

  /** What the fence says, read beside any flush: another node may have taken the shard while this one had nothing to write. */
  seen({ epoch, owner }: Pick<Fence, "epoch" | "owner">): void {
    const { lease, address } = this.#options;
    const claimed = this.#claimed;
    if (claimed === undefined || claimed.lease !== lease() || owner === null || owner.node === address().node) return;
    if (epoch > claimed.epoch) this.#shutOut("newer-epoch");
  }

  /** Takes no more; resolves when what was queued is answered. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    while (this.#isWaiting) await this.#idle.promise;
    clearTimeout(this.#retry);
    clearTimeout(this.#reopening);
  }

  /** Whether it flushes though nobody waits: to find out where the shard is after a failure, or to say that it has taken it. */
  get #isCurious(): boolean {
    return !this.#isDraining && (this.#failures > 0 || this.#isToAnnounce);
  }

  /** Only who can be reached takes a shard before it has something to write: others forward to it then. */
  get #isToAnnounce(): boolean {
    const lease = this.#options.lease();
    const { url } = this.#options.address();
    if (lease === undefined || url === null) return false;
    return !isSame(this.#claimed, { lease, url }) && !isSame(this.#tried, { lease, url });
  }

  #refusalOf(bundle: Bundle): NotNowReason | undefined {
    if (this.#isDraining) return "Draining";
    if (!this.#options.lease() || this.#options.isServerDown()) return "Unavailable";
    return this.#queue.hasRoomFor(bundle) ? undefined : "Busy";
  }

  #pauseMs(): number {
    const { first, second, longest } = RETRY_MS;
    return this.#failures <= 1 ? first : Math.min(second * 2 ** (this.#failures - 2), longest);
  }

  async #turn(slot: Slot): Promise<void> {
    const bundles = this.#queue.take(MAX_BATCH);
    // With none it finds out whether the shard is well again, and where its log is.
    if (bundles.length > 0 || this.#failures > 0 || this.#isToAnnounce) await this.#flush(bundles, slot);
    this.#queue.flushed();
  }

  async #flush(bundles: readonly Bundle[], slot: Slot): Promise<void> {
    const lease = this.#options.lease();
    if (!lease) {
      // There is nothing to find out any more: a new lease wakes it.
      this.#failures = 0;
      return this.#refuse(bundles);
    }
    const progress = new FlushProgress();
    const { claim, right } = this.#claim(lease);
    const ended = startStopwatch(this.#options, { bundles, progress });
    try {
      const flushed = await this.#attempt({ bundles, claim, progress, onFence: () => slot.holdsFence() });
      ended(outcomeOf(flushed), flushed.batch.accepted.length);
      this.#done(flushed, right);
    } catch (error) {
      progress.isOver = true;
      const failure = classify(error, progress);
      if (failure.kind === "doubtful") noteSent(bundles, progress);
      ended(failure.kind);
      await this.#failed(failure, bundles, slot);
    }
  }

  #claim(lease: Lease): { claim: Claim; right: Right } {
    const by = this.#options.address();
    const right = { lease, url: by.url };
    this.#tried = right;
    const claimed = this.#claimed;
    if (claimed === undefined || !isSame(claimed, right)) return { right, claim: { kind: "takes", by } };
    return { right, claim: { kind: "holds", epoch: claimed.epoch } };
  }

  async #attempt(
    { bundles, claim, progress, onFence }: {
      bundles: readonly Bundle[];
      claim: Claim;
      progress: FlushProgress;
      onFence: () => void;
    },
  ): Promise<Flushed> {
    const { store, limits } = this.#options;
    return await store.transact(async (transaction) => {
      try {
        return await flush({ transaction, bundles, cache: this.#cache, claim, limits, onFence }, progress);
      } catch (error) {
        // After COMMIT was sent there is nothing to roll back; and a lost lane is not used again.
        if (!progress.isCommitting && !isConnectionError(error)) await transaction.rollback();
        throw error;
      }
    }, deadlineIn(limits.flushDeadlineMs));
  }

  /** After a transaction that ended well: first the cache, then the callers, then the log's readers. */
  #done({ outcomes, batch, loaded, before, after, shutOut }: Flushed, right: Right): void {
    this.#failures = 0;
    clearTimeout(this.#reopening);
    if (shutOut) this.#shutOut(shutOut);
    else {
      this.#reopening = undefined;
      this.#claimed = { ...right, epoch: after.epoch };
      this.#cache.advance(after, {
        streams: [...loaded.streams, ...[...batch.streams].map(([id, entry]) => [id, activeToday(entry)] as const)],
        messages: [...loaded.messages, ...batch.messages],
      });
    }
    for (const [bundle, answers] of outcomes) {
      bundle.committing = false;
      if (!shutOut) bundle.onStep?.({ kind: "committed", positions: positionsOf(bundle, batch) });
      if (answers) bundle.settle(answers);
      else bundle.notNow("Unavailable", retryAfterMs("Unavailable"));
    }
    const entries = batch.accepted.map(({ committed, draft }) => ({ committed, bytes: draft.bytes }));
    this.#options.onLog({ before: before.position, after: after.position, entries });
    const targets = new Set(batch.accepted.flatMap(({ effectTargets }) => effectTargets));
    if (targets.size > 0) this.#options.onEffects(targets);
  }

  #shutOut(why: NonNullable<Flushed["shutOut"]>): void {
    const { shard, server, report, onShutOut } = this.#options;
    const isKnown = why === "not-writable" && this.#reopening !== undefined;
    if (!isKnown) report(`stopped writing a shard: ${why}`, { shard, server });
    this.#claimed = this.#reopening = undefined;
    if (why === "newer-epoch") onShutOut();
    else this.#reopening = setTimeout(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  /** A shard that was closed for writing may be open again; until this node has taken it, others find nobody in the fence to forward to. */
  #lookAgain(): void {
    this.#tried = undefined;
    this.wake();
  }

  async #failed(failure: Failure, bundles: readonly Bundle[], slot: Slot): Promise<void> {
    const isDoubtful = failure.kind === "doubtful";
    for (const bundle of bundles) {
      bundle.committing = false;
      bundle.doubtful ||= isDoubtful;
    }
    this.#cache.clear();
    if (failure.kind === "data") return await this.#split(failure, bundles, slot);
    this.#failures++;
    if (isPowerOfTwo(this.#failures)) this.#report("a flush failed", failure);
    if (isDoubtful) this.#options.onEffects(undefined);
    // What may have been committed is looked up again before anybody is told anything; and a connection that broke while idle says nothing.
    const isRetried = (bundle: Bundle) => bundle.doubtful || (failure.kind === "lost" && this.#failures === 1);
    this.#queue.unshift(bundles.filter((bundle) => !bundle.isSettled && isRetried(bundle)));
    this.#refuse(bundles.filter((bundle) => !isRetried(bundle)));
  }

  /** One of the drafts, or what is stored of its stream, makes the whole transaction fail: the halves go alone, down to that one. */
  async #split(failure: Failure, bundles: readonly Bundle[], slot: Slot): Promise<void> {
    const middle = bundles.length >> 1;
    if (middle > 0) {
      await this.#flush(bundles.slice(0, middle), slot);
      await this.#flush(bundles.slice(middle), slot);
      return;
    }
    const [bundle] = bundles;
    const run = bundle?.split();
    if (run) return await this.#flushInOrder(run, slot);
    this.#report("a draft can't be stored", failure);
    if (failure.isFinal) bundle?.settle([{ kind: "rejected", code: "Malformed", field: "body" }]);
    else this.#refuse(bundles);
  }

  /** Of a run of effects, none is tried before those in front of it are answered (SHARD3). */
  async #flushInOrder([first, second]: readonly [Bundle, Bundle], slot: Slot): Promise<void> {
    await this.#flush([first], slot);
    if (first.isAnswered) await this.#flush([second], slot);
    else this.#refuse([second]);
  }

  #refuse(bundles: readonly Bundle[]): void {
    for (const bundle of bundles) bundle.notNow("Unavailable", Math.max(this.#pauseMs(), retryAfterMs("Unavailable")));
  }

  #report(what: string, { kind, cause }: Failure): void {
    const { shard, server, report } = this.#options;
    report(what, { shard, server, kind, error: describeError(cause), state: sqlState(cause) ?? "none" });
  }
}

function noteSent(bundles: readonly Bundle[], { batch }: FlushProgress): void {
  const drafts = new Set(batch?.accepted.map(({ draft }) => draft));
  for (const bundle of bundles) bundle.noteSent(drafts);
}

function retryAfterMs(reason: NotNowReason): number {
  return reason === "Busy" ? 100 : 500;
}

function outcomeOf({ shutOut, batch }: Flushed): FlushEnded["outcome"] {
  if (shutOut) return "shut-out";
  return batch.accepted.length > 0 ? "committed" : "nothing";
}

function positionsOf({ drafts }: Bundle, { accepted }: Flushed["batch"]): Position[] {
  return accepted.filter(({ draft }) => drafts.includes(draft)).map(({ committed }) => committed.position);
}

function isSame(one: Right | undefined, { lease, url }: Right): boolean {
  return one?.lease === lease && one.url === url;
}

function activeToday(entry: StreamEntry): StreamEntry {
  return { ...entry, activeOn: dayOf(entry.lastAt) };
}
