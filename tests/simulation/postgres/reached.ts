/** A server as one node reaches it: the way there, its sessions, and whether it is skipped. */
import type { ShardNumber } from "@gatz/domain";
import type { ServerBackend } from "../../../packages/storage/src/backend.ts";
import type { Fence } from "../../../packages/storage/src/log/fences.ts";
import { Breaker } from "../../../packages/storage/src/postgres/breaker.ts";
import { before, type Deadline, deadlineIn } from "../../../packages/storage/src/postgres/deadline.ts";
import { DeadlinePassed, isServersAnswer } from "../../../packages/storage/src/postgres/errors.ts";
import type { LockSession } from "../../../packages/storage/src/shard/locks.ts";
import type { Chance } from "../chance.ts";
import { Link } from "./link.ts";
import type { SimServer } from "./sim_server.ts";
import type { SimSession } from "./sim_session.ts";

const CONNECT_MS = 1_000;
const LOCKS_MS = 1_000;
const FENCES_MS = 500;
/** After which a server ends the session that holds the locks. */
const SILENCE_MS = 3_000;

export class Reached implements ServerBackend {
  readonly link: Link;
  readonly reading: ServerBackend["reading"];
  readonly #breaker: Breaker;
  readonly #idle: SimSession[] = [];

  constructor(readonly server: SimServer, chance: Chance) {
    this.link = new Link(server, chance);
    this.#breaker = new Breaker({ probe: () => this.#probe(), firstPauseMs: 50, longestPauseMs: 1_000 });
    const none = { open: 0, used: 0, waiting: 0 };
    this.reading = { isSkipped: false, lanes: { write: none, read: none, personal: none, service: none } };
  }

  get isDown(): boolean {
    return this.#breaker.isOpen;
  }

  suspect(): void {
    this.#breaker.suspect();
  }

  /** As `LanePool.use`: a session of its own, which goes to the next unless it was lost or left in the middle of something. */
  async use<T>(work: (session: SimSession) => Promise<T>, deadline: Deadline): Promise<T> {
    this.#breaker.check();
    const session = await this.#take(deadline);
    try {
      return await before(deadline, Promise.race([work(session), session.lost]), () => session.abandon());
    } catch (error) {
      if (error instanceof DeadlinePassed) this.#breaker.suspect();
      if (!isServersAnswer(error)) session.abandon();
      throw error;
    } finally {
      if (session.isOpen) this.#idle.push(session);
    }
  }

  async openLocks(): Promise<LockSession> {
    const session = await this.#connect(deadlineIn(CONNECT_MS));
    session.endAfterSilence(SILENCE_MS);
    return new SimLocks(this.server, session);
  }

  fences(shards: readonly ShardNumber[]): Promise<ReadonlyMap<ShardNumber, Fence>> {
    const read = () => new Map(shards.map((shard) => [shard, this.server.shard(shard).fence]));
    return this.use((session) => session.ask(read), deadlineIn(FENCES_MS));
  }

  close(): void {
    this.#breaker.close();
    this.link.breakAll();
  }

  async #take(deadline: Deadline): Promise<SimSession> {
    for (let session = this.#idle.pop(); session; session = this.#idle.pop()) if (session.isOpen) return session;
    try {
      return await this.#connect(deadline);
    } catch (error) {
      this.#breaker.failed();
      throw this.#breaker.refusal(error);
    }
  }

  async #connect(deadline: Deadline): Promise<SimSession> {
    const connecting = this.link.connect();
    return await before(deadline, connecting, () => void connecting.then((late) => late.abandon(), () => {}));
  }

  async #probe(): Promise<void> {
    const session = await this.#connect(deadlineIn(CONNECT_MS));
    session.breakOff({ noticedAfterMs: 0 });
  }
}

class SimLocks implements LockSession {
  constructor(private readonly server: SimServer, private readonly session: SimSession) {}

  get isOpen(): boolean {
    return this.session.isOpen;
  }

  get closed(): Promise<void> {
    return this.session.lost.catch(() => {});
  }

  take(shards: readonly ShardNumber[]): Promise<readonly ShardNumber[]> {
    return this.#run(() => shards.filter((shard) => this.server.tryAdvisory(shard, this.session)));
  }

  giveBack(shards: readonly ShardNumber[]): Promise<void> {
    return this.#run(() => shards.forEach((shard) => this.server.giveBackAdvisory(shard, this.session)));
  }

  destroy(): void {
    this.session.abandon();
  }

  async #run<T>(work: () => T): Promise<T> {
    return await before(deadlineIn(LOCKS_MS), this.session.ask(work), () => this.session.abandon());
  }
}
