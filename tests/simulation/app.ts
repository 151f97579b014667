/** Somebody with an app on packages/client: it crashes, is closed, goes off the network, and begins again on what it had stored. */
import type { Proposal, UserId } from "@gatz/domain";
import { gatzOver } from "../../packages/client/src/app/create_gatz.ts";
import type { Gatz } from "../../packages/client/src/app/gatz.ts";
import { newId } from "../../packages/client/src/new_id.ts";
import type { StoreBounds } from "../../packages/client/src/sync/eviction.ts";
import { type Memory, memoryStore } from "../../packages/client/src/store/memory.ts";
import { backOff, type Timing } from "../../packages/client/src/timing.ts";
import { pause, within } from "../../apps/server/src/live/pause.ts";
import { type AppNote, notesOf } from "../../tools/torture/app/notes.ts";
import { Shell } from "../../tools/torture/app/shell.ts";
import type { Command, Report } from "../../tools/torture/app/speech.ts";
import type { Chance } from "./chance.ts";
import { type Doer, someDeed } from "./deeds.ts";
import type { Line } from "./line.ts";
import { LineServer } from "./line_server.ts";
import { mortalStore } from "./mortal_store.ts";
import { POISON } from "./postgres/sim_transaction.ts";
import type { World } from "./world.ts";

/** What has no place in an outbox, or would end what is to be looked at. */
const NOT_IN_APPS: ReadonlySet<string> = new Set(["register", "set-handle", "end-account", "join-by-invite"]);
const DOINGS = { act: 20, open: 4, older: 3, mark: 3, away: 2, crash: 1.5, close: 0.5 } as const;
const OPEN = 2;
/** So few that some always have to leave the store. */
const BOUNDS: StoreBounds = { streams: 3, events: 30 };
const SHOW_MS = 15;

/** One life of the app. */
interface Running {
  readonly name: string;
  readonly shell: Shell;
  readonly gatz: Gatz;
  readonly gone: AbortController;
}

export interface AppOptions {
  readonly name: string;
  /** Tabs share one. */
  readonly memory: Memory;
  readonly storeName: string;
}

export class App implements Doer {
  readonly world: World;
  readonly chance: Chance;
  readonly user: UserId;
  readonly line: Line;
  readonly #options: AppOptions;
  #starts = 0;
  #said = 0;
  #running: Running | null = null;
  /** What becomes of an act, once the app has made its draft: the ids that others may use. */
  readonly #made = new Map<number, (made: { id: string; stream: string }) => void>();

  constructor(world: World, line: Line, options: AppOptions) {
    this.world = world;
    this.line = line;
    this.#options = options;
    this.user = line.user;
    this.chance = world.chance.fork(options.name);
  }

  /** Of the one that runs, if it is of somebody whose account goes on. */
  get name(): string | null {
    return this.#running?.name ?? null;
  }

  get isAtRest(): boolean {
    const { gatz } = this.#running ?? {};
    return gatz?.status.snapshot().kind === "live" && gatz.pending.snapshot().size === 0;
  }

  get isRejected(): boolean {
    return this.#running?.gatz.status.snapshot().kind === "rejected";
  }

  async run(): Promise<void> {
    await this.#start();
    while (this.world.phase === "active") {
      await this.world.time.sleep(this.chance.happens(0.3) ? 0 : this.chance.between(1, 250));
      await this.#next(this.chance.weighted(DOINGS));
    }
    this.line.isOff = false;
    if (this.#running === null) await this.#start();
  }

  async do(command: Command): Promise<void> {
    await this.#running?.shell.do(command);
  }

  end(): void {
    this.#running?.gone.abort();
  }

  text(): string {
    return `${this.#options.name} ${this.#said++}`;
  }

  async #next(doing: keyof typeof DOINGS): Promise<void> {
    const { chance, world } = this;
    const stream = chance.of(world.talks).id;
    switch (doing) {
      case "act":
        return this.#act();
      case "open":
        return await this.do({ do: "open", stream });
      case "older":
        return void this.do({ do: "older", stream });
      case "mark":
        return this.#mark(stream);
      case "away":
        this.line.isOff = !this.line.isOff;
        if (this.line.isOff) this.line.open?.wire.cut();
        return;
      case "crash":
        this.#running?.gone.abort();
        return await this.#startAgain("killed");
      case "close":
        await this.do({ do: "close" });
        this.#running?.gone.abort();
        return await this.#startAgain("closed");
    }
  }

  /** Mostly as far as is shown, now and then further. */
  #mark(discussion: string): void {
    const { world, user, chance } = this;
    const seq = chance.whole(1, chance.happens(0.1) ? 30 : 6);
    const isUnread = chance.happens(0.2);
    if (this.#running === null) return;
    world.history.marks.push({ user, discussion, seq, isUnread, answer: null });
    void this.do({ do: "mark", stream: discussion, seq, isUnread });
  }

  async #startAgain(how: "killed" | "closed"): Promise<void> {
    if (this.#running !== null) this.#note({ k: "app-over", app: this.#running.name, how });
    this.#running = null;
    await this.world.time.sleep(this.chance.between(0, 300));
    await this.#start();
  }

  async #start(): Promise<void> {
    const { world, chance, user } = this;
    const name = `${this.#options.name}#${++this.#starts}`;
    const gone = new AbortController();
    const moment = () => world.time.sleep(chance.happens(0.8) ? 0 : chance.between(0, 20));
    const timing: Timing = {
      now: () => Date.now(),
      wait: pause,
      retryDelayMs: (attempt) => backOff(attempt, { firstMs: 50, lastMs: 1_000, random: chance.next }),
    };
    this.#note({ k: "app", app: name, store: this.#options.storeName, user });
    const gatz = await gatzOver({
      ...{ timing, newId, bounds: BOUNDS },
      server: new LineServer(this.line, gone.signal),
      store: mortalStore(memoryStore({ memory: this.#options.memory }), { gone: gone.signal, moment }),
      onBug: (bug) =>
        gone.signal.aborted || world.breach(`a bug of ${name}: ${bug instanceof Error ? bug.stack : bug}`),
    });
    const isSignedIn = await this.#isSignedIn(gatz);
    if (!isSignedIn) return;
    const say = (report: Report) => gone.signal.aborted || this.#hear(name, report);
    this.#running = { name, gatz, gone, shell: new Shell({ gatz, viewer: user, say, open: OPEN, showMs: SHOW_MS }) };
  }

  /** False: nobody takes who this is. */
  async #isSignedIn(gatz: Gatz): Promise<boolean> {
    const ready = gatz.ready().then(() => true);
    while (await within(500, ready) === null) {
      if (gatz.status.snapshot().kind === "rejected") return false;
      // The first start of all needs a network.
      this.line.isOff = false;
    }
    return true;
  }

  #act(): void {
    if (this.#running === null) return;
    const { world } = this;
    for (const proposal of someDeed(this)) {
      const { type, body, stream: at, id } = proposal as Proposal & { readonly body: { readonly direct?: true } };
      if (NOT_IN_APPS.has(type) || body.direct || isPoison(body)) continue;
      const op = world.nextOp();
      const stream = type === "create" ? null : at;
      this.#made.set(op, (made) => world.renamed({ id, stream: at }, made));
      this.#note({ k: "app-asked", app: this.#running.name, op, stream, type, body: { ...body } });
      void this.do({ do: "act", op, stream, type, body: { ...body } });
    }
  }

  #hear(name: string, report: Report): void {
    if (report.say === "made") this.#made.get(report.op)?.(report);
    for (const note of notesOf(report, { app: name, user: this.user })) this.#note(note);
  }

  #note(note: AppNote): void {
    this.world.note(JSON.stringify(note));
    this.world.history.apps.push({ ...note, t: this.world.time.now });
  }
}

/** Of a bundle that PostgreSQL chokes on the first draft is refused, whichever it was: nobody's outbox can go on from that. */
function isPoison(body: object): boolean {
  return JSON.stringify(body).includes(POISON);
}
