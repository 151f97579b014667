import * as net from "node:net";
import { before, type Deadline, deadlineIn } from "./deadline.ts";
import { LaneLost } from "./errors.ts";
import { type Client, openClient, type SessionSettings, type Sql } from "./sql_client.ts";

/** What a cancel request names. */
interface Backend {
  pid: number;
  secret: number;
}

export interface LaneOptions {
  url: string;
  settings: SessionSettings;
  connectMs: number;
}

/** One connection to one Postgres server. Once lost it stays lost. */
export class Lane {
  readonly sql: Sql;
  /** The process of this session on the server. */
  readonly pid: number;
  /** What it was used for: see {@link UseOptions} of its pool. */
  readonly hasServed = new Set<number>();
  readonly #client: Client;
  readonly #lost: PromiseWithResolvers<never>;
  readonly #backend: Backend;
  /** What ends the waiting for the work under way. A race with `#lost` itself would keep each result for as long as the lane lives. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #open = true;

  private constructor(
    opened: { client: Client; lost: PromiseWithResolvers<never>; backend: Backend },
  ) {
    this.#client = opened.client;
    this.#lost = opened.lost;
    this.#backend = opened.backend;
    this.sql = opened.client.sql;
    this.pid = opened.backend.pid;
    this.#lost.promise.catch((error) => {
      this.#open = false;
      for (const giveUp of this.#waiting) giveUp(error);
    });
  }

  /** Connects; throws what the server or the network answers, or `DeadlinePassed`. */
  static async open({ url, settings, connectMs }: LaneOptions): Promise<Lane> {
    const lost = Promise.withResolvers<never>();
    // Nobody may be waiting when it happens.
    lost.promise.catch(() => {});
    const client = openClient({
      url,
      settings,
      connectMs,
      onClose: () => lost.reject(new LaneLost("the connection was lost")),
    });
    const hello = client.sql`select 1`.execute();
    try {
      const { state } = await before(deadlineIn(connectMs), Promise.race([hello, lost.promise]));
      return new Lane({ client, lost, backend: state });
    } catch (error) {
      // Whatever it comes to after it was given up.
      hello.catch(() => {});
      client.destroy();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Resolves when the connection is gone. */
  get closed(): Promise<void> {
    return this.#lost.promise.catch(() => {});
  }

  /**
   * Runs statements. At the deadline the one under way is cancelled on the server and the lane is destroyed: a cancel request can
   * arrive late, and must not meet the next user's statement.
   */
  async run<T>(work: (sql: Sql) => Promise<T>, deadline: Deadline): Promise<T> {
    if (!this.#open) throw new LaneLost("the connection is gone");
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.add(reject);
    try {
      work(this.sql).then(resolve, reject);
      return await before(deadline, promise, () => this.abandon());
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /** Stops what runs on the server, and ends the connection without waiting for anything. */
  abandon(): void {
    const address = this.#client.address();
    if (this.#open && address) sendCancel(address, this.#backend);
    this.destroy();
  }

  destroy(): void {
    this.#open = false;
    this.#lost.reject(new LaneLost("the connection was ended"));
    this.#client.destroy();
  }
}

const CANCEL_REQUEST = 80877102;
const CANCEL_MS = 1_000;

/** Postgres's own message for it, on a connection of its own; there is no answer to wait for. */
function sendCancel(address: net.NetConnectOpts, { pid, secret }: Backend): void {
  const message = new DataView(new ArrayBuffer(16));
  [16, CANCEL_REQUEST, pid, secret].forEach((word, i) => message.setUint32(4 * i, word));
  const socket = net.connect(address, () => socket.end(new Uint8Array(message.buffer)));
  const timer = setTimeout(() => socket.destroy(), CANCEL_MS);
  // A server that can't be reached needs no cancelling.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(timer));
}
