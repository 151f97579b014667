/** Commits what users want of the personal records of one shard: all that waits at once, one transaction at a time. @module */
import type { PersonalChange, PersonalWish, Rev, ShardNumber, UserId } from "@gatz/domain";
import { ShardUnavailable, type StorageLimits } from "../contract.ts";
import { before, type Deadline, deadlineIn, timeLeft } from "../postgres/deadline.ts";
import { DeadlinePassed, describeError, isConnectionError, LaneLost, ServerUnreachable } from "../postgres/errors.ts";
import type { Report } from "../report.ts";
import { isUnavailable } from "../reads/server_reads.ts";
import type { OwnedChange } from "./contract.ts";
import { type OwnedWish, settle } from "./settle.ts";
import type { PersonalStore } from "./store.ts";

export interface PersonalWriterOptions {
  readonly shard: ShardNumber;
  readonly store: Pick<PersonalStore, "transact">;
  readonly limits: Pick<StorageLimits, "queueMarks" | "readDeadlineMs">;
  /** Told of each commit, before who asked for it is answered. */
  readonly onCommitted: (committed: { before: Rev; changes: readonly OwnedChange[]; after: Rev }) => void;
  readonly report: Report;
}

interface Request {
  wishes: readonly OwnedWish[];
  readonly deadline: Deadline;
  readonly answer: PromiseWithResolvers<readonly PersonalChange[]>;
}

/** Wishes of one transaction. */
const BATCH = 500;
/** After an answer was lost nobody knows whether it was committed: it is done again, which then changes nothing. */
const TRIES = 3;
const RETRY_AFTER_MS = { busy: 100, unavailable: 500 } as const;

export class PersonalWriter {
  readonly #options: PersonalWriterOptions;
  #queue: Request[] = [];
  #waiting = 0;
  #isRunning = false;

  constructor(options: PersonalWriterOptions) {
    this.#options = options;
  }

  /** See `PersonalStorage.setPersonal`. */
  async set(
    user: UserId,
    wishes: readonly PersonalWish[],
    { deadlineMs }: { deadlineMs: number },
  ): Promise<readonly PersonalChange[]> {
    const { shard, limits } = this.#options;
    if (this.#waiting + wishes.length > limits.queueMarks) throw new ShardUnavailable(shard, RETRY_AFTER_MS.busy);
    const deadline = deadlineIn(deadlineMs);
    const answer = Promise.withResolvers<readonly PersonalChange[]>();
    this.#queue.push({ wishes: wishes.map((wish) => ({ user, wish })), deadline, answer });
    this.#waiting += wishes.length;
    void this.#run();
    try {
      return await before(deadline, answer.promise);
    } catch (error) {
      throw error instanceof DeadlinePassed ? this.#unavailable(error) : error;
    }
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#queue.length > 0) await this.#answer(this.#take());
    this.#isRunning = false;
  }

  /** As many as make a batch, at least one. */
  #take(): Request[] {
    let wishes = 0;
    let requests = 0;
    for (const request of this.#queue) {
      wishes += request.wishes.length;
      if (requests > 0 && wishes > BATCH) break;
      requests++;
    }
    return this.#queue.splice(0, requests);
  }

  /** Never rejects. */
  async #answer(requests: readonly Request[]): Promise<void> {
    const inTime = requests.filter(({ deadline }) => timeLeft(deadline) > 0);
    try {
      if (inTime.length > 0) await this.#commit(inTime);
    } catch (error) {
      const refusal = this.#refusal(error);
      for (const { answer } of inTime) answer.reject(refusal);
    }
    for (const { wishes } of requests) this.#waiting -= wishes.length;
  }

  async #commit(requests: readonly Request[]): Promise<void> {
    const { store, limits, onCommitted } = this.#options;
    for (let tries = 1;; tries++) {
      const wishes = requests.flatMap((request) => request.wishes);
      try {
        const { before, settled } = await store.transact(wishes, (standing) => {
          const result = settle(wishes, standing);
          spread(result.pinned, requests, (request, its) => request.wishes = its);
          return result;
        }, deadlineIn(limits.readDeadlineMs));
        onCommitted({ before, changes: settled.changes, after: settled.rev });
        spread(settled.answers, requests, ({ answer }, its) => answer.resolve(its));
        return;
      } catch (error) {
        if (tries === TRIES || !isLost(error)) throw error;
      }
    }
  }

  #refusal(error: unknown): unknown {
    if (isUnavailable(error)) return this.#unavailable(error);
    const { shard, report } = this.#options;
    report("personal records could not be written", { shard, error: describeError(error) });
    return error;
  }

  #unavailable(cause: unknown): ShardUnavailable {
    const retryAfterMs = cause instanceof ServerUnreachable ? cause.retryAfterMs : RETRY_AFTER_MS.unavailable;
    return new ShardUnavailable(this.#options.shard, retryAfterMs, { cause });
  }
}

/** Hands each request its part of a list with one item a wish. */
function spread<T>(
  items: readonly T[],
  requests: readonly Request[],
  give: (request: Request, its: T[]) => void,
): void {
  let from = 0;
  for (const request of requests) give(request, items.slice(from, from += request.wishes.length));
}

/** The connection went, which says nothing of the shard. */
function isLost(error: unknown): boolean {
  return error instanceof LaneLost ||
    (isConnectionError(error) && !(error instanceof DeadlinePassed || error instanceof ServerUnreachable));
}
