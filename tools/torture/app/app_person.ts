/**
 * Somebody who uses gatz through apps on its own client: one with a store on disk, two that share such a store, or one in memory. The apps
 * are killed, closed, taken off the network and brought back, as it happens to apps. @module
 */
import * as path from "node:path";
import { bytesFrom, type Chance } from "../../replay/plan/random.ts";
import type { AppOutcome } from "../history/app_record.ts";
import { chooseAct } from "../client/acts.ts";
import type { Act, Actor, Draft } from "../client/acts/act.ts";
import { newId, type Prefix, shardOf } from "../client/ids.ts";
import { pause } from "../client/pause.ts";
import type { PersonOptions } from "../client/person.ts";
import { signIn } from "../client/sign_in.ts";
import type { KnownDiscussion, Town } from "../client/town.ts";
import { App } from "./app.ts";

/** `shared`: two apps on one store. */
export type AppKind = "disk" | "shared" | "memory";

export interface AppPersonOptions extends PersonOptions {
  readonly kind: AppKind;
  /** Of the run: where stores and logs of apps go. */
  readonly folder: string;
}

/** What has no place in a client's outbox, or would end what is to be looked at. */
const NOT_IN_APPS: ReadonlySet<string> = new Set(["set-handle", "end-account", "join-by-invite"]);
const OPEN = 3;
const AWAY_MS = 4_000;
/** Acts that have no outcome yet. */
const MOST_WAITING = 50;

export class AppPerson implements Actor {
  user = "";
  home = 0;
  readonly chance: Chance;
  readonly town: Town;
  readonly #options: AppPersonOptions;
  readonly #apps: App[] = [];
  readonly #open = new Map<App, string[]>();
  /** What follows from an ack, by the act, and then by the draft that was made of it. */
  readonly #acts = new Map<number, (made: { readonly id: string; readonly stream: string }, seq: number) => void>();
  readonly #made = new Map<string, (seq: number) => void>();
  #ids = 0;
  readonly #stopping = new AbortController();

  constructor(options: AppPersonOptions) {
    this.#options = options;
    this.chance = options.chance;
    this.town = options.town;
  }

  /** The processes that run now. */
  get names(): readonly string[] {
    return this.#apps.map(({ name }) => name);
  }

  newId(prefix: Prefix, shard: number): string {
    const { seed, handle } = this.#options;
    return newId(prefix, { shard, unixMs: this.#ids, random: bytesFrom(seed, handle, this.#ids++) });
  }

  shardOf(id: string): number {
    return shardOf(id);
  }

  async begin(): Promise<void> {
    const { handle, kind, nodes, history, folder } = this.#options;
    const { user, token, home } = await signIn(handle, { node: nodes[0]!, history });
    Object.assign(this, { user, home });
    this.town.people.push(user);
    for (const letter of kind === "shared" ? ["a", "b"] : ["a"]) {
      const app = new App({
        ...{ name: `${handle}/${letter}`, user, token, store: handle, nodes, folder, history },
        storeFile: kind === "memory" ? null : path.join(folder, `${handle}.sqlite`),
        onMade: ({ op, id, stream }) => {
          const acked = this.#acts.get(op);
          if (acked !== undefined) this.#made.set(id, (seq) => acked({ id, stream }, seq));
        },
        onOutcome: (id, outcome) => this.#hear(id, outcome),
      });
      await app.start();
      this.#apps.push(app);
    }
  }

  async live(): Promise<void> {
    const { signal } = this.#stopping;
    await Promise.all(this.#apps.map(async (app) => {
      while (!signal.aborted) {
        await pause(this.chance.below(2 * this.#options.thinkMs), signal);
        if (!signal.aborted) await this.#next(app);
      }
    }));
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** One of the apps marks something, of which others are to hear by their feeds. */
  markLast(): void {
    const [app] = this.#apps;
    if (app !== undefined) this.#mark(app);
  }

  /** Each of the apps, that nobody takes off the network any more, is done with it; false: one ended before. */
  async ask(what: "rest" | "tell"): Promise<boolean> {
    return (await Promise.all(this.#apps.map((app) => app.ask(what)))).every((done) => done);
  }

  async end(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.end()));
  }

  async #next(app: App): Promise<void> {
    if (app.isOver) return;
    const choice = this.chance.below(1000);
    // Who is not answered for long looks on more than they write; else a long run ends with more to send than calm has time for.
    const isWaiting = this.#made.size > MOST_WAITING && !this.chance.once(0.1);
    if (choice < 780) return isWaiting ? this.#look(app) : this.#act(app);
    if (choice < 880) return this.#look(app);
    if (choice < 940) return this.#mark(app);
    // What is in memory only is not to be lost by us.
    if (choice < 965 || this.#options.kind === "memory") return await this.#goAway(app);
    if (choice < 975) return await this.#restart(app, () => app.close());
    // Now and then several at once, and then the end of it.
    if (choice >= 990) { for (let n = this.chance.below(5); n >= 0; n--) this.#act(app); }
    return await this.#restart(app, () => app.kill());
  }

  #act(app: App): void {
    const act = this.#choose();
    if (act === undefined) return;
    // What a bundle says of its own first draft would need the id that the app gives it.
    const drafts = act.drafts.filter((draft, i) => i === 0 || draft.type === "new-message");
    if (drafts[0]?.type === "create") return this.#create(app, drafts[0]);
    for (const { type, body } of drafts) {
      const op = this.#options.nextOp();
      this.#acts.set(op, ({ id }, seq) => act.acked?.({ id, type, body }, seq));
      app.act(op, { stream: act.stream, type, body });
    }
  }

  #choose(): Act | undefined {
    for (let tries = 0; tries < 5; tries++) {
      const act = chooseAct(this);
      if (act.drafts.every(({ type }) => !NOT_IN_APPS.has(type))) return act;
    }
    return undefined;
  }

  /** The app makes the id of what it begins; others hear of it once it is there. */
  #create(app: App, { body, type }: Draft): void {
    const op = this.#options.nextOp();
    const { town, user } = this;
    // Bodies are what gathering.ts makes.
    const members = new Set([user, ...body["members"] as readonly string[]]);
    const group = town.groups.find(({ id }) => id === body["group"]);
    this.#acts.set(op, ({ stream: id }) => {
      if (group === undefined) return town.addGroup({ id, owner: user, members, invites: [] });
      const discussion: KnownDiscussion = {
        ...{ id, group, owner: user, members, messages: [], flags: [], head: 0, isShut: false },
      };
      town.addDiscussion(discussion);
    });
    app.act(op, { stream: null, type, body });
  }

  #hear(id: string, outcome: AppOutcome): void {
    if (outcome.kind === "acked") this.#made.get(id)?.(outcome.seq);
    this.#made.delete(id);
  }

  /** Opens another discussion, or looks further back in one. */
  #look(app: App): void {
    const open = this.#open.get(app) ?? [];
    this.#open.set(app, open);
    if (open.length > 0 && this.chance.once(0.4)) return app.tell({ do: "older", stream: this.chance.pick(open) });
    const stream = this.town.discussionFor(this.user, this.chance)?.id;
    if (stream === undefined || open.includes(stream)) return;
    app.tell({ do: "open", stream });
    open.push(stream);
    const old = open.length > OPEN ? open.shift() : undefined;
    if (old !== undefined) app.tell({ do: "release", stream: old });
  }

  #mark(app: App): void {
    const { chance, town, user } = this;
    const discussion = town.discussionFor(user, chance);
    if (discussion === undefined) return;
    const { id: stream, head } = discussion;
    // When it is told to the server, and whether in the end it is the furthest, is the app's to say.
    this.#options.history.note({ k: "mark-lost", user, stream });
    app.tell({ do: "mark", stream, seq: 1 + chance.below(head + 1), isUnread: chance.once(0.2) });
  }

  /** Off the network, and on with whatever one does. */
  async #goAway(app: App): Promise<void> {
    app.goOffline();
    for (let n = this.chance.below(6); n >= 0; n--) {
      await pause(this.chance.below(AWAY_MS / 4), this.#stopping.signal);
      this.#act(app);
    }
    const isKilled = this.#options.kind !== "memory" && this.chance.once(0.3);
    // It may begin while there is no network.
    const restarted = isKilled ? this.#restart(app, () => app.kill()) : Promise.resolve();
    await pause(this.chance.below(AWAY_MS / 4), this.#stopping.signal);
    app.goOnline();
    await restarted;
  }

  async #restart(app: App, end: () => Promise<void>): Promise<void> {
    await end();
    this.#open.delete(app);
    await pause(this.chance.below(500), this.#stopping.signal);
    await app.start();
  }
}
