/** A random history of tabs with one store, and of all that may happen to them, from a seed. @module */
import {
  type DiscussionId,
  type Draft,
  type GroupId,
  type IdPrefix,
  type Incarnation,
  makeId,
  type ShardNumber,
  shardNumber,
  shardOf,
  type TypedId,
} from "@gatz/domain";
import { Chance } from "@gatz/testing/chance.ts";
import type { Kept, NotKept, Offer, Settled } from "../../src/outbox/contract.ts";
import { DurableOutbox } from "../../src/outbox/durable_outbox.ts";
import type { Server } from "../../src/server/contract.ts";
import { Clock } from "./clock.ts";
import { CALM, PlainServer, UNREADABLE } from "./plain_server.ts";
import { SharedStore, type TabStore } from "./tab_store.ts";
import { Wire } from "./wire.ts";

/** What became of one act, as its maker was told. */
export interface Told {
  readonly draft: Draft;
  readonly tab: number;
  stored: Kept | NotKept | null;
  outcome: Settled | null;
  /** In which life, and how often. */
  readonly outcomes: { readonly settled: Settled; readonly life: Incarnation }[];
}

interface Tab {
  readonly number: number;
  readonly store: TabStore;
  readonly wire: Wire;
  readonly outbox: DurableOutbox;
  isLoaded: boolean;
  isConnected: boolean;
  isOver: boolean;
}

const LOSSES = { before: 0.08, after: 0.12 };
const STORM = { rejected: 0.08, notNow: 0.08, unknown: 0.04 };
const HAPPENINGS = {
  ...{ act: 40, begin: 5, dismiss: 4 },
  ...{ cut: 6, connect: 10, crash: 3, leave: 1, freeze: 2, fail: 2, restore: 1 },
};
const STORM_MS = 6_000;
const TABS = 3;
/** Longer than any pause that a faultless server leads to. */
const CALM_MS = 120_000;
const NEWS_MS = 200;

export class OutboxHistory {
  readonly chance: Chance;
  readonly clock: Clock;
  readonly server: PlainServer;
  readonly shared: SharedStore;
  readonly told: Told[] = [];
  readonly bugs: unknown[] = [];
  /** Drafts that some client had seen in the log, by life: they are kept for no other. */
  readonly arrived = new Set<string>();
  readonly counts = { crashes: 0, failures: 0, cuts: 0, dismissed: 0 };
  #tabs: Tab[] = [];
  #made = 0;
  #ids = 0;
  readonly #streams: { readonly group: GroupId; readonly discussions: DiscussionId[] }[] = [];

  constructor(seed: number) {
    this.chance = new Chance(seed, "outbox");
    this.clock = new Clock(this.chance.fork("clock"));
    this.server = new PlainServer(this.clock, this.chance.fork("server"));
    this.shared = new SharedStore(this.clock, this.chance.fork("store"));
  }

  get outboxes(): readonly DurableOutbox[] {
    return this.#tabs.map(({ outbox }) => outbox);
  }

  /** The storm, and then the calm in which all has to come to its end; false if it does not. */
  async run(): Promise<boolean> {
    this.server.odds = STORM;
    this.#begin();
    const end = this.clock.now() + STORM_MS;
    while (this.clock.now() < end) {
      await this.clock.until(() => false, { withinMs: this.chance.between(0, 60) });
      this.#happen();
    }
    this.server.odds = CALM;
    for (const tab of this.#tabs) {
      tab.store.isFailing = false;
      this.#connect(tab, true);
    }
    if (!await this.clock.until(() => this.#isAtRest(), { withinMs: CALM_MS })) return false;
    // What one has written the others hear of.
    await this.clock.until(() => false, { withinMs: NEWS_MS });
    const over = { closed: false };
    void Promise.all(this.outboxes.map((outbox) => outbox.close())).then(() => over.closed = true);
    return await this.clock.until(() => over.closed, { withinMs: 5_000 });
  }

  #isAtRest(): boolean {
    const isEmpty = ({ isLoaded, outbox }: Tab) => isLoaded && outbox.pending.snapshot().size === 0;
    return this.#tabs.length >= TABS && this.#tabs.every(isEmpty) && this.#allTold();
  }

  #allTold(): boolean {
    const live = new Set(this.#tabs.map(({ number }) => number));
    return this.told.every(({ tab, outcome }) => !live.has(tab) || outcome !== null);
  }

  #begin(): void {
    while (this.#tabs.length < TABS) this.#open();
  }

  #open(): void {
    const { clock, server, shared, chance } = this;
    const store = shared.open();
    const losses = () => server.odds === CALM ? { before: 0, after: 0 } : LOSSES;
    const wire = new Wire({ clock, chance: chance.fork(`wire ${this.#made}`), life: store.life, losses });
    const never = () => {
      throw new Error("no marks in this history");
    };
    const offer: Server["offer"] = (_stream, drafts) => wire.ask(() => server.offer(drafts));
    const asked = { offer, mark: never, markUnread: never, notify: never };
    const onBug = (bug: unknown) => this.bugs.push(bug);
    const outbox = new DurableOutbox({ store, server: asked, timing: clock.of(store.life), onBug });
    const tab: Tab = { number: this.#made++, store, wire, outbox, isLoaded: false, isConnected: false, isOver: false };
    void outbox.loaded.then(() => tab.isLoaded = true);
    this.#tabs.push(tab);
    if (this.server.odds === CALM || chance.happens(0.7)) this.#connect(tab, true);
    this.#feed(tab);
  }

  /** What the tab's feed brings, some of it and late; in a new life it says so first. */
  #feed(tab: Tab): void {
    this.clock.after(this.chance.between(10, 200), () => {
      if (tab.isOver) return;
      if (tab.isConnected && tab.store.life.isAwake && this.chance.happens(0.7)) {
        const { life } = this.server;
        tab.outbox.incarnation(life);
        for (const [stream, head] of this.server.heads()) {
          if (this.chance.happens(0.2)) continue;
          for (const { draft, seq } of this.server.log) {
            if (draft.stream === stream && seq <= head) this.arrived.add(`${life} ${draft.id}`);
          }
          tab.outbox.arrived(stream, head);
        }
      }
      this.#feed(tab);
    });
  }

  #happen(): void {
    const tab = this.chance.of(this.#tabs);
    if (!tab.store.life.isAwake) return;
    switch (this.chance.weighted(HAPPENINGS)) {
      case "act":
        return this.#act(tab);
      case "begin":
        return this.#beginTalk(tab);
      case "cut":
        return this.#connect(tab, false);
      case "connect":
        return this.#connect(tab, true);
      case "crash":
        return this.#crash(tab);
      case "leave":
        return this.#leave(tab);
      case "freeze": {
        const frozen = this.shared.freezeHolder();
        return this.#tabs.find(({ store }) => store === frozen)?.wire.cut();
      }
      case "fail":
        return this.#fail(tab);
      case "restore":
        return this.server.restore({ losing: this.chance.whole(0, 8) });
      case "dismiss":
        return this.#dismiss(tab);
    }
  }

  #act(tab: Tab): void {
    const talk = this.chance.of([...this.#streams.flatMap(({ discussions }) => discussions), null]);
    if (talk === null) return this.#beginTalk(tab);
    const text = this.chance.happens(0.02) ? UNREADABLE : `${this.told.length}`;
    const drafts = Array.from({ length: this.chance.whole(1, 3) }, () => this.#message(talk, text));
    this.#offer(tab, drafts);
  }

  #beginTalk(tab: Tab): void {
    const shard = this.#shard();
    const [group, discussion] = [this.#id("grp", shard), this.#id("disc", this.#shard())];
    const begun = { group, discussions: [discussion] };
    this.#streams.push(begun);
    const name = "A name";
    this.#offer(tab, [{
      stream: group,
      id: this.#id("evt", shard),
      type: "create",
      version: 1,
      body: { name, members: [] },
    }]);
    const id = this.#id("evt", shardOf(discussion));
    const create: Draft = { stream: discussion, id, type: "create", version: 1, body: { group, name, members: [] } };
    this.#offer(tab, [create, this.#message(discussion, "first")]);
  }

  #offer(tab: Tab, drafts: readonly Draft[]): void {
    const offers = tab.outbox.addBundle(drafts);
    for (const [i, offer] of offers.entries()) this.#listen(tab, drafts[i]!, offer);
  }

  #listen({ number }: Tab, draft: Draft, { stored, outcome }: Offer): void {
    const told: Told = { draft, tab: number, stored: null, outcome: null, outcomes: [] };
    this.told.push(told);
    void stored.then((kept) => told.stored = kept);
    void outcome.then((settled) => {
      told.outcome = settled;
      told.outcomes.push({ settled, life: this.server.life });
    });
  }

  #connect(tab: Tab, isConnected: boolean): void {
    if (!isConnected) {
      this.counts.cuts++;
      tab.wire.cut();
    }
    tab.isConnected = isConnected;
    tab.outbox.connected(isConnected);
  }

  #crash(tab: Tab): void {
    this.counts.crashes++;
    tab.wire.cut();
    tab.store.end();
    this.#over(tab);
  }

  #leave(tab: Tab): void {
    tab.wire.cut();
    void tab.outbox.close().then(() => tab.store.close());
    this.#over(tab);
  }

  #over(tab: Tab): void {
    tab.isOver = true;
    this.#tabs = this.#tabs.filter((one) => one !== tab);
    this.clock.after(this.chance.between(0, 300), () => this.#open());
    if (this.#tabs.length === 0) this.#open();
  }

  #fail(tab: Tab): void {
    this.counts.failures++;
    tab.store.isFailing = true;
    this.clock.after(this.chance.between(0, 400), () => tab.store.isFailing = false);
  }

  #dismiss(tab: Tab): void {
    const refused = tab.outbox.refused.snapshot();
    if (refused.length === 0) return;
    this.counts.dismissed++;
    void tab.outbox.dismiss(this.chance.of(refused).draft.id);
  }

  #message(stream: DiscussionId, text: string): Draft {
    const body = { text, mentions: [], attachments: [] };
    return { stream, id: this.#id("msg", shardOf(stream)), type: "new-message", version: 1, body };
  }

  #shard(): ShardNumber {
    return shardNumber(this.chance.whole(1, 3));
  }

  #id<P extends IdPrefix>(prefix: P, shard: ShardNumber): TypedId<P> {
    const random = new Uint8Array(8);
    new DataView(random.buffer).setUint32(4, ++this.#ids);
    return makeId(prefix, { shard, unixMs: this.clock.now(), random });
  }
}
