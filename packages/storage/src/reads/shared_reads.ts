/**
 * Reads of several shards of one server that are asked for in the same breath, as lists and feeds do: they go over few connections, and each
 * connection gets its statements at once. A connection of its own for each costs this process and the server more than most reads themselves.
 * @module
 */
import type { ShardNumber } from "@gatz/domain";
import { before, type Deadline, deadlineIn } from "../postgres/deadline.ts";

type Work<C, T> = (connection: C) => Promise<T>;

export interface SharedReadsOptions<C> {
  readonly shards: readonly ShardNumber[];
  /** Runs work on a connection, on the one that did the part's work before if that is free: it has the plans of its statements. */
  readonly use: (part: number, work: Work<C, void>, deadline: Deadline) => Promise<void>;
  /** As it is done for a read that shares nothing: within its shard's own share of connections. */
  readonly alone: <T>(shard: ShardNumber, work: Work<C, T>, deadline: Deadline) => Promise<T>;
  /** Whether an error says that a shard does not answer, and nothing of what it was asked. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** How many connections may be shared at a time. */
  readonly places: number;
}

interface Asked<C> {
  readonly shard: ShardNumber;
  readonly deadline: Deadline;
  isAnswered: boolean;
  over(connection: C): Promise<void>;
  alone(): void;
}

/** A part's connection at work. */
interface Used<C> {
  readonly asked: readonly Asked<C>[];
  /** Resolves when the connection is given back. */
  readonly free: Promise<void>;
}

/** Statements of one connection run one after the other: several use more of the server's processors. */
const SHARDS_A_PART = 8;
/** Behind a shard that is stuck others wait no longer than this; then each goes alone (SHARD2). */
const LATE_MS = 250;

export class SharedReads<C> {
  readonly #options: SharedReadsOptions<C>;
  /** The shards are dealt out to so many parts, of which each has one connection at a time. */
  readonly #parts: number;
  readonly #used = new Map<number, Used<C>>();
  #gathered: Asked<C>[] = [];
  /** Shards that were late: they share nothing until they answered in time alone. */
  readonly #late = new Set<ShardNumber>();

  constructor(options: SharedReadsOptions<C>) {
    this.#options = options;
    this.#parts = Math.min(options.places, Math.ceil(options.shards.length / SHARDS_A_PART));
  }

  /** Work may be done twice: then the first answer counts. */
  read<T>(shard: ShardNumber, work: Work<C, T>, deadline: Deadline): Promise<T> {
    if (this.#late.has(shard)) return this.#alone(shard, work, deadline);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const asked: Asked<C> = {
      ...{ shard, deadline, isAnswered: false },
      over: async (connection) => {
        try {
          resolve(await work(connection));
        } catch (error) {
          // Alone it is tried as often as any read, and its refusal is told as any other.
          if (this.#options.isUnavailable(error)) return;
          reject(error);
        }
        asked.isAnswered = true;
      },
      alone: () => void this.#alone(shard, work, deadline).then(resolve, reject),
    };
    // A microtask later, so that whatever is asked in the same breath is in it.
    if (this.#gathered.length === 0) queueMicrotask(() => this.#send(this.#gathered.splice(0)));
    this.#gathered.push(asked);
    return promise;
  }

  #send(gathered: readonly Asked<C>[]): void {
    for (const [part, asked] of Map.groupBy(gathered, ({ shard }) => shard % this.#parts)) {
      const used = this.#used.get(part);
      if (asked.length > 1 && used === undefined) void this.#share(part, asked);
      // It is given back within this turn.
      else if (used?.asked.every(({ isAnswered }) => isAnswered)) void used.free.then(() => this.#send(asked));
      // There is no waiting for a connection that others use: it may be stuck.
      else for (const one of asked) one.alone();
    }
  }

  /** Never rejects. */
  async #share(part: number, asked: readonly Asked<C>[]): Promise<void> {
    const [{ deadline }] = asked as [Asked<C>]; // those of one breath have one deadline
    const work = (connection: C) => Promise.all(asked.map((one) => one.over(connection))).then(() => {});
    const all = this.#options.use(part, work, deadline);
    const giveBack = () => void this.#used.delete(part);
    this.#used.set(part, { asked, free: all.then(giveBack, giveBack) });
    const rest = () => asked.filter(({ isAnswered }) => !isAnswered);
    try {
      await before(deadlineIn(LATE_MS), all);
    } catch {
      // Whatever it was: those that have no answer ask for themselves.
      for (const { shard } of rest()) this.#late.add(shard);
    }
    for (const one of rest()) one.alone();
  }

  async #alone<T>(shard: ShardNumber, work: Work<C, T>, deadline: Deadline): Promise<T> {
    const from = performance.now();
    const answer = await this.#options.alone(shard, work, deadline);
    if (performance.now() - from < LATE_MS) this.#late.delete(shard);
    return answer;
  }
}
