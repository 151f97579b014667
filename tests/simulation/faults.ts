/** What goes wrong, and goes well again after a while. */
import type { Chance } from "./chance.ts";
import type { Line } from "./line.ts";
import type { World } from "./world.ts";

/** How often each happens. */
const FAULTS = {
  cutClient: 4,
  stallClient: 3,
  breakLinks: 4,
  cutLink: 2,
  holeLink: 2,
  slowLink: 2,
  partNodes: 1.5,
  killNode: 1.5,
  stopNode: 1,
  stopServer: 1,
  freezeServer: 1.5,
  fullDisk: 1,
  refusals: 1,
  commitLosses: 3,
  jumpClock: 1,
  foreignEpoch: 1.5,
  closeShard: 0.5,
  newLife: 1.5,
} as const;
export type FaultName = keyof typeof FAULTS;

export class Faults {
  readonly #world: World;
  readonly #lines: readonly Line[];
  readonly #chance: Chance;
  readonly #restarting = new Set<number>();
  readonly #lasting = new Set<Promise<void>>();

  constructor(world: World, lines: readonly Line[]) {
    this.#world = world;
    this.#lines = lines;
    this.#chance = world.chance.fork("faults");
  }

  /** Until the active phase is over; resolves when all is well again. */
  async run(): Promise<void> {
    const pauseMs = this.#chance.of([60, 250, 1_000]);
    const weights = this.#some();
    this.#world.note(`faults ${JSON.stringify(weights)}`);
    while (this.#world.phase === "active") {
      await this.#world.time.sleep(this.#chance.between(0, 2 * pauseMs));
      if (this.#world.phase !== "active") break;
      const fault = this.#chance.weighted(weights);
      this.#world.note(`fault ${fault}`);
      this.#begin(this.#make(fault));
    }
    await Promise.all(this.#lasting);
  }

  /** Each run has faults of its own: many of a few kinds meet more than few of all kinds. */
  #some(): Readonly<Record<FaultName, number>> {
    const names = Object.keys(FAULTS) as FaultName[]; // its own
    const kept = new Set(this.#world.faults ?? names.filter(() => this.#chance.happens(0.35)));
    if (kept.size === 0) return FAULTS;
    // Every name is there again.
    return Object.fromEntries(names.map((name) => [name, kept.has(name) ? FAULTS[name] : 0])) as typeof FAULTS;
  }

  #begin(fault: Promise<void>): void {
    this.#lasting.add(fault);
    void fault.finally(() => this.#lasting.delete(fault));
  }

  async #make(fault: FaultName): Promise<void> {
    const { servers } = this.#world;
    const server = this.#chance.of(servers);
    switch (fault) {
      case "cutClient":
        return this.#chance.of(this.#lines).open?.wire.cut();
      case "stallClient":
        return await this.#stall(this.#chance.of(this.#lines));
      case "breakLinks":
        return this.#links().forEach((link) => link.breakAll());
      case "cutLink":
      case "holeLink":
        return await this.#lost(fault === "cutLink" ? "cut" : "hole");
      case "slowLink":
        return await this.#slow();
      case "partNodes":
        this.#world.areNodesApart = true;
        await this.#aWhile();
        this.#world.areNodesApart = false;
        return;
      case "killNode":
      case "stopNode":
        return await this.#restart(fault);
      case "stopServer":
        server.stop();
        await this.#aWhile();
        return server.start();
      case "freezeServer":
        server.freeze();
        await this.#aWhile();
        return server.state === "frozen" ? server.start() : undefined;
      case "fullDisk":
        server.isDiskFull = true;
        await this.#aWhile();
        server.isDiskFull = false;
        return;
      case "refusals":
        server.refusals = 0.2;
        await this.#aWhile();
        server.refusals = 0;
        return;
      case "commitLosses":
        server.commitLosses = 0.5;
        await this.#world.time.sleep(this.#chance.between(200, 2_500));
        server.commitLosses = 0;
        return;
      case "jumpClock":
        return server.jumpClock(this.#chance.between(-3_600_000, 3_600_000));
      case "foreignEpoch":
        return this.#raiseEpoch();
      case "newLife":
        return await this.#newLife();
      case "closeShard": {
        const tables = this.#tables();
        tables.writable = false;
        await this.#aWhile();
        tables.writable = true;
      }
    }
  }

  async #aWhile(): Promise<void> {
    await this.#world.time.sleep(
      this.#chance.happens(0.2) ? this.#chance.between(500, 3_000) : this.#chance.between(5, 400),
    );
  }

  #tables() {
    const shard = this.#chance.of(this.#world.shards);
    return this.#world.server(shard).shard(shard);
  }

  /** As by a node that came, wrote nothing, and went. */
  #raiseEpoch(): void {
    const shard = this.#chance.of(this.#world.shards);
    const server = this.#world.server(shard);
    if (!server.isFenceHeld(shard)) server.shard(shard).epoch++;
  }

  #links() {
    const node = this.#world.running.length === 0 ? null : this.#chance.of(this.#world.running);
    return node?.backend.links ?? [];
  }

  async #stall({ open }: Line): Promise<void> {
    open?.wire.stall();
    await this.#aWhile();
    if (this.#chance.happens(0.4)) open?.wire.cut();
    else open?.wire.flow();
  }

  async #lost(how: "cut" | "hole"): Promise<void> {
    const links = this.#links();
    if (links.length === 0) return;
    const link = this.#chance.of(links);
    link.set(how);
    await this.#aWhile();
    if (link.state === how) link.set("open");
  }

  async #slow(): Promise<void> {
    const links = this.#links();
    for (const link of links) link.slowness = { ms: 20, longChance: 0.3, longMs: 600 };
    await this.#aWhile();
    for (const link of links) link.slowness = { ms: 0.3, longChance: 0.02, longMs: 40 };
  }

  /** As after a restore that has lost nothing. */
  async #newLife(): Promise<void> {
    const { nodes } = this.#world;
    if (this.#restarting.size > 0) return;
    for (const n of nodes.keys()) this.#restarting.add(n);
    await Promise.all(nodes.map((node) => node?.kill()));
    this.#world.beginNewLife();
    for (const n of nodes.keys()) {
      await this.#aWhile();
      await this.#world.startNode(n);
      this.#restarting.delete(n);
    }
  }

  async #restart(how: "killNode" | "stopNode"): Promise<void> {
    const { nodes } = this.#world;
    const n = this.#chance.whole(0, nodes.length - 1);
    const node = nodes[n];
    if (!node?.isRunning || this.#restarting.has(n)) return;
    this.#restarting.add(n);
    const gone = how === "killNode" ? node.kill() : node.stop();
    if (how === "stopNode") await gone;
    await this.#aWhile();
    nodes[n] = null;
    await this.#world.startNode(n);
    await gone;
    this.#restarting.delete(n);
  }
}
