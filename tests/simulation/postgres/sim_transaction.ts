import type { ShardNumber } from "@gatz/domain";
import type { FlushProgress } from "../../../packages/storage/src/shard/flush.ts";
import type { Loaded, Wanted } from "../../../packages/storage/src/shard/ground.ts";
import type { FlushTransaction, Written } from "../../../packages/storage/src/shard/shard_store.ts";
import { sqlError } from "./sql_error.ts";
import type { SimServer } from "./sim_server.ts";
import type { SimSession } from "./sim_session.ts";

/** A body with this in it is refused by the server, though nothing before it saw anything wrong. */
export const POISON = "☠";
/** What a server may refuse a statement with, and go on. */
export const LOSSES = ["before", "after", "unnoticed"] as const;
const REFUSALS = ["53200", "57014", "40P01", "XX000"];

export interface TransactionPlace {
  readonly server: SimServer;
  readonly shard: ShardNumber;
  readonly session: SimSession;
  readonly lockTimeoutMs: number;
}

export class SimTransaction implements FlushTransaction {
  readonly #place: TransactionPlace;
  #state: "open" | "failed" | "over" = "open";

  constructor(place: TransactionPlace) {
    this.#place = place;
  }

  begin(wanted: Wanted): ReturnType<FlushTransaction["begin"]> {
    const { server, shard, session, lockTimeoutMs } = this.#place;
    return this.#ask(async () => {
      await server.lockFence(shard, session, lockTimeoutMs);
      const tables = server.shard(shard);
      const { epoch, position, writable } = tables;
      return {
        fence: { epoch, position, writable, clock: server.clock },
        known: tables.known(wanted.ids),
        loaded: tables.load(wanted),
      };
    });
  }

  load(wanted: Wanted): Promise<Loaded> {
    const { server, shard } = this.#place;
    return this.#ask(() => server.shard(shard).load(wanted));
  }

  async commit(written: Written, progress: FlushProgress): Promise<void> {
    const { server, shard, session } = this.#place;
    progress.startCommit();
    try {
      await this.#ask(async () => {
        const isPoisoned = written.batch.accepted.some(({ draft }) => draft.body.includes(POISON));
        if (isPoisoned) throw sqlError("22P05");
        const loss = server.chance.happens(server.commitLosses) ? server.chance.of(LOSSES) : null;
        if (loss === "before") return session.breakOff({ noticedAfterMs: 0 });
        if (server.isDiskFull && written.batch.accepted.length > 0) throw sqlError("53100");
        server.shard(shard).write(written, server.time.now);
        this.#state = "over";
        server.unlockFences(session);
        // It is durable from here on, whoever hears of it.
        if (loss === "after") return session.breakOff({ noticedAfterMs: 0 });
        if (loss === "unnoticed") return await session.cancelled;
        await server.time.sleep(server.chance.between(0.2, 3));
      });
    } catch (error) {
      progress.writeFailed(error);
      throw error;
    }
  }

  async rollback(): Promise<void> {
    const { server, session } = this.#place;
    await session.ask(() => {
      this.#state = "over";
      server.unlockFences(session);
    });
  }

  /** An error ends the transaction at once, but for its ROLLBACK. */
  async #ask<T>(work: () => T | Promise<T>): Promise<T> {
    const { server, session } = this.#place;
    return await session.ask(async () => {
      if (this.#state !== "open") throw sqlError("25P02");
      try {
        if (server.chance.happens(server.refusals)) throw sqlError(server.chance.of(REFUSALS));
        return await work();
      } catch (error) {
        this.#state = "failed";
        server.unlockFences(session);
        throw error;
      }
    });
  }
}
