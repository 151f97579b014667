/** One flush: a READ COMMITTED transaction of two round trips that appends what a batch of drafts comes to. @module */
import type { DomainLimits, Outcome } from "@gatz/domain";
import type { NodeAddress } from "../nodes/contract.ts";
import { isServersAnswer, LaneLost } from "../postgres/errors.ts";
import { Batch, type BatchGround } from "./batch.ts";
import type { Bundle } from "./bundle.ts";
import type { LogPoint, ShardCache } from "./cache.ts";
import { type HeldFence, type KnownEvents, type Loaded, wantedBy } from "./ground.ts";
import { goesOn, judgeBundle, outcomeOfKnown } from "./judge.ts";
import { project } from "./project.ts";
import type { FlushTransaction } from "./shard_store.ts";

/** What the writer believes of its right to write; see ownership.ts. */
export type Claim =
  /** It wrote last under this epoch. */
  | { readonly kind: "holds"; readonly epoch: number }
  /** It holds the shard's lock newly: this flush raises the epoch, so that whoever wrote before is shut out. */
  | { readonly kind: "takes"; readonly by: NodeAddress };

export interface FlushOptions {
  readonly transaction: FlushTransaction;
  readonly bundles: readonly Bundle[];
  readonly cache: ShardCache;
  readonly claim: Claim;
  readonly limits: DomainLimits;
  /** Called when the fence is this transaction's own. */
  readonly onFence: () => void;
}

/** How far a flush came; kept by the caller, who needs it when the flush throws. */
export class FlushProgress {
  /** The COMMIT was sent, or may have been: only its answer tells. */
  isCommitting = false;
  /** What it was to write. */
  batch: Batch | undefined;
  /** When it was, on the monotonic clock. */
  committingSince: number | undefined;
  /** The caller gave up: nothing more may be sent. */
  isOver = false;
  /** A statement was refused before the COMMIT, so the transaction can't have been committed. */
  refused: unknown;

  startCommit(): void {
    this.isCommitting = true;
    this.committingSince = performance.now();
  }

  /** Only the server's answer proves a refusal. A connection that breaks answers nothing, though the library rejects all that waits. */
  writeFailed(error: unknown): void {
    if (isServersAnswer(error)) this.refused ??= error;
  }
}

export interface Flushed {
  /** Outcomes of each bundle; `null` where nothing may be said but not-now. */
  readonly outcomes: ReadonlyMap<Bundle, readonly Outcome[] | null>;
  readonly batch: Batch;
  /** What was read because the cache lacked it. */
  readonly loaded: Loaded;
  /** Where the log was, and is now. */
  readonly before: LogPoint;
  readonly after: LogPoint;
  /** Somebody else writes the shard, or it is closed for writing: nothing was appended. */
  readonly shutOut?: "newer-epoch" | "not-writable";
}

/** Throws what Postgres or the connection throws; the transaction is then rolled back unless `progress` says that it may be committed. */
export async function flush(options: FlushOptions, progress: FlushProgress): Promise<Flushed> {
  const { fence, ground, loaded } = await begin(options);
  if (progress.isOver) throw new LaneLost("the flush was given up");
  options.onFence();
  const before = { epoch: fence.epoch, position: fence.position };
  const shutOut = refusalOf(fence, options.claim);
  if (shutOut) {
    await options.transaction.rollback();
    return {
      outcomes: answersOfKnown(options.bundles, ground),
      batch: new Batch(ground),
      loaded,
      before,
      after: before,
      shutOut,
    };
  }
  const batch = new Batch(ground);
  const live = options.bundles.filter((bundle) => !bundle.isSettled);
  const outcomes = new Map(live.map((bundle) => [bundle, judgeBundle(bundle, { batch, limits: options.limits })]));
  for (const bundle of live) bundle.onStep?.({ kind: "decided" });
  const epoch = options.claim.kind === "takes" ? fence.epoch + 1 : fence.epoch;
  const after = { epoch, position: batch.position };
  if (batch.accepted.length === 0 && epoch === fence.epoch) {
    await options.transaction.rollback();
  } else {
    for (const bundle of live) bundle.committing = true;
    progress.batch = batch;
    const projection = project(batch);
    const takenBy = options.claim.kind === "takes" ? options.claim.by : null;
    await options.transaction.commit({ batch, projection, epoch, takenBy }, progress);
  }
  return { outcomes, batch, loaded, before, after };
}

function refusalOf(fence: HeldFence, claim: Claim): Flushed["shutOut"] {
  if (!fence.writable) return "not-writable";
  return claim.kind === "holds" && claim.epoch !== fence.epoch ? "newer-epoch" : undefined;
}

interface Begun {
  readonly fence: HeldFence;
  readonly ground: BatchGround;
  readonly loaded: Loaded;
}

async function begin({ transaction, cache, bundles, claim }: FlushOptions): Promise<Begun> {
  const { fence, known, loaded } = await transaction.begin(wantedBy(bundles, cache));
  if (claim.kind === "holds" && cache.isTrueAt(fence)) {
    return { fence, loaded, ground: groundOf(fence, { known, loaded, cache }) };
  }
  cache.clear();
  const all = await transaction.load(wantedBy(bundles, null));
  return { fence, loaded: all, ground: groundOf(fence, { known, loaded: all, cache }) };
}

function groundOf(
  { position, clock }: HeldFence,
  { known, loaded, cache }: { known: KnownEvents; loaded: Loaded; cache: ShardCache },
): BatchGround {
  return {
    position,
    clock,
    known,
    isTaken: (id) => loaded.taken.has(id),
    stream: (id) => loaded.streams.get(id) ?? cache.stream(id),
    message: (id) => loaded.messages.get(id) ?? cache.message(id),
  };
}

/** For who may not write: what the log holds is acked all the same, and what is not there was not done. */
function answersOfKnown(
  bundles: readonly Bundle[],
  { known }: Pick<BatchGround, "known">,
): Map<Bundle, readonly Outcome[] | null> {
  return new Map(bundles.map((bundle) => [bundle, answersOf(bundle, known)]));
}

/** Up to the one that ends the bundle; null if that takes a decision. */
function answersOf(bundle: Bundle, events: KnownEvents): readonly Outcome[] | null {
  const answers: Outcome[] = [];
  for (const draft of bundle.drafts) {
    const known = events.get(draft.uuid);
    if (!known) return null;
    const answer = outcomeOfKnown(draft, { known, wasSent: bundle.wasSent(draft) });
    answers.push(answer);
    if (!goesOn(answer, bundle.kind)) break;
  }
  return answers;
}
