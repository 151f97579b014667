/** The way between one node and one server. */
import { ServerUnreachable } from "../../../packages/storage/src/postgres/errors.ts";
import type { Chance } from "../chance.ts";
import type { SimServer } from "./sim_server.ts";
import { SimSession } from "./sim_session.ts";

/** `cut`: connections break, and none is made. `hole`: nothing comes through, and nobody is told. */
export type LinkState = "open" | "cut" | "hole";

export class Link {
  readonly sessions = new Set<SimSession>();
  /** What a message takes at least, and the chance that it takes long. */
  slowness = { ms: 0.3, longChance: 0.02, longMs: 40 };
  readonly #server: SimServer;
  readonly #chance: Chance;
  #state: LinkState = "open";
  #opened = Promise.withResolvers<void>();

  constructor(server: SimServer, chance: Chance) {
    this.#server = server;
    this.#chance = chance;
  }

  get state(): LinkState {
    return this.#state;
  }

  set(state: LinkState): void {
    this.#state = state;
    if (state === "cut") this.breakAll();
    if (state === "hole") return;
    this.#opened.resolve();
    this.#opened = Promise.withResolvers();
  }

  /** All connections are reset. */
  breakAll(): void {
    for (const session of [...this.sessions]) session.breakOff({ noticedAfterMs: this.noticeMs() });
  }

  /** One message, one way. */
  async carry(): Promise<void> {
    const { ms, longChance, longMs } = this.slowness;
    await this.#server.time.sleep(ms * this.#chance.between(0.5, 2));
    if (this.#chance.happens(longChance)) await this.#server.time.sleep(this.#chance.between(0, longMs));
    while (this.#state === "hole") await this.#opened.promise;
  }

  /** How long a server takes to notice that a connection is gone: at once, or by its own time-outs. */
  noticeMs(): number {
    return this.#chance.happens(0.7) ? this.#chance.between(0, 2) : this.#chance.between(0, 1_500);
  }

  /** A new session. Throws {@link ServerUnreachable}. */
  async connect(): Promise<SimSession> {
    await this.carry();
    if (this.#state === "cut" || this.#server.state === "down") throw refused();
    await this.#server.working();
    await this.carry();
    if (this.#state !== "open" || this.#server.state !== "up") throw refused();
    return new SimSession(this.#server, this);
  }
}

function refused(): ServerUnreachable {
  return new ServerUnreachable("no connection can be made", 100);
}
