/** A random history of marks and settings that are wished in several tabs, with crashes and losses, from a seed. @module */
import { type DiscussionId, makeId, NOTIFY_LEVELS, type ReadMark, seq, shardNumber } from "@gatz/domain";
import { Chance } from "@gatz/testing/chance.ts";
import { DurableOutbox } from "../../src/outbox/durable_outbox.ts";
import type { Server } from "../../src/server/contract.ts";
import { Clock } from "./clock.ts";
import { isGreater, PlainMarks } from "./plain_marks.ts";
import { SharedStore, type TabStore } from "./tab_store.ts";
import { Wire } from "./wire.ts";

/** A mark that somebody wanted to stand. */
interface Wished {
  readonly discussion: DiscussionId;
  readonly mark: ReadMark;
  isStored: boolean;
}

interface Tab {
  readonly store: TabStore;
  readonly wire: Wire;
  readonly outbox: DurableOutbox;
  /** What its feed has told it. */
  readonly held: Map<DiscussionId, ReadMark>;
}

const STORM_MS = 4_000;
const CALM_MS = 60_000;
const NEWS_MS = 10_000;
const LOSSES = { before: 0.1, after: 0.15 };
const CALM = { before: 0, after: 0 };
const TALKS = Array.from(
  { length: 3 },
  (_, i) => makeId("disc", { shard: shardNumber(i), unixMs: 0, random: new Uint8Array(8) }),
);
const HAPPENINGS = { read: 30, unread: 8, notify: 8, elsewhere: 5, cut: 5, connect: 10, crash: 3, freeze: 2 };

export class WishHistory {
  readonly marks = new PlainMarks();
  readonly bugs: unknown[] = [];
  readonly wished: Wished[] = [];
  readonly #chance: Chance;
  readonly #clock: Clock;
  readonly #shared: SharedStore;
  #tabs: Tab[] = [];
  #isCalm = false;

  constructor(seed: number) {
    this.#chance = new Chance(seed, "wishes");
    this.#clock = new Clock(this.#chance.fork("clock"));
    this.#shared = new SharedStore(this.#clock, this.#chance.fork("store"));
  }

  /** False if something is never told. */
  async run(): Promise<boolean> {
    this.#open();
    this.#open();
    const end = this.#clock.now() + STORM_MS;
    while (this.#clock.now() < end) {
      await this.#clock.until(() => false, { withinMs: this.#chance.between(0, 60) });
      this.#happen();
    }
    this.#isCalm = true;
    await this.#clock.until(() => false, { withinMs: NEWS_MS });
    for (const { outbox } of this.#tabs) outbox.connected(true);
    return await this.#clock.until(() => this.#tabs.every(({ outbox }) => outbox.wishes.snapshot().size === 0), {
      withinMs: CALM_MS,
    });
  }

  /** Sentences that say what went wrong. */
  *violations(): Iterable<string> {
    for (const bug of this.bugs) yield `a bug: ${bug instanceof Error ? bug.stack : bug}`;
    for (const discussion of TALKS) {
      const stands = this.marks.markOf(discussion);
      const wished = this.wished.filter((one) => one.discussion === discussion);
      const stored = wished.filter(({ isStored }) => isStored).map(({ mark }) => mark);
      const least = stored.reduce((a, b) => isGreater(b, a) ? b : a, { epoch: 0, seq: seq(0) });
      if (isGreater(least, stands)) yield `${discussion} is at ${said(stands)}, where ${said(least)} was wished`;
      const isWished = stands.seq === 0 || wished.some(({ mark }) => said(mark) === said(stands));
      if (!isWished) yield `${discussion} is at ${said(stands)}, which nobody wished`;
      const last = this.#shared.wishes.findLast((wish) => wish.type === "setting" && wish.discussion === discussion);
      const level = this.marks.levels.get(discussion);
      if (last?.type === "setting" && level !== last.notify) {
        yield `${discussion} is at ${level}, where ${last.notify} came last`;
      }
    }
  }

  #open(): void {
    const [clock, chance, marks] = [this.#clock, this.#chance, this.marks];
    const store = this.#shared.open();
    const losses = () => this.#isCalm ? CALM : LOSSES;
    const wire = new Wire({ clock, chance: chance.fork(`wire ${chance.hex(6)}`), life: store.life, losses });
    const server: Pick<Server, "offer" | "mark" | "markUnread" | "notify"> = {
      offer: () => {
        throw new Error("no drafts in this history");
      },
      mark: (input) => wire.ask(() => marks.mark(input.marks, { silent: this.#silent() })),
      markUnread: (input) => wire.ask(() => marks.markUnread(input)),
      notify: ({ discussion, notify }) => wire.ask(() => marks.notify(discussion, notify)),
    };
    const onBug = (bug: unknown) => this.bugs.push(bug);
    const outbox = new DurableOutbox({ store, server, timing: clock.of(store.life), onBug });
    const tab: Tab = { store, wire, outbox, held: new Map() };
    this.#tabs.push(tab);
    if (this.#isCalm || chance.happens(0.7)) outbox.connected(true);
    this.#feed(tab);
  }

  /** Now and then a shard does not answer. */
  #silent(): ReadonlySet<DiscussionId> {
    return new Set(TALKS.filter(() => !this.#isCalm && this.#chance.happens(0.1)));
  }

  #feed(tab: Tab): void {
    this.#clock.after(this.#chance.between(10, 300), () => {
      if (tab.store.life.isOver) return;
      for (const discussion of TALKS) tab.held.set(discussion, this.marks.markOf(discussion));
      this.#feed(tab);
    });
  }

  #happen(): void {
    const tab = this.#chance.of(this.#tabs);
    if (!tab.store.life.isAwake) return;
    const discussion = this.#chance.of(TALKS);
    switch (this.#chance.weighted(HAPPENINGS)) {
      case "read":
        return this.#mark(tab, "read", discussion);
      case "unread":
        return this.#mark(tab, "unread", discussion);
      case "notify":
        return void tab.outbox.notify(discussion, this.#chance.of(NOTIFY_LEVELS));
      case "elsewhere": {
        const wanted = { discussion, seq: this.#chance.whole(1, 50) };
        const { mark: { epoch, seq } } = this.#chance.happens(0.3)
          ? this.marks.markUnread(wanted)
          : marked(this.marks.mark([wanted], { silent: new Set() }));
        return void this.wished.push({ discussion, mark: { epoch, seq }, isStored: true });
      }
      case "cut":
        tab.wire.cut();
        return tab.outbox.connected(false);
      case "connect":
        return tab.outbox.connected(true);
      case "crash":
        tab.wire.cut();
        tab.store.end();
        this.#tabs = this.#tabs.filter((one) => one !== tab);
        return this.#open();
      case "freeze": {
        const frozen = this.#shared.freezeHolder();
        return this.#tabs.find(({ store }) => store === frozen)?.wire.cut();
      }
    }
  }

  #mark(tab: Tab, type: "read" | "unread", discussion: DiscussionId): void {
    const held = tab.held.get(discussion) ?? { epoch: 0, seq: seq(0) };
    const shown = tab.outbox.wishes.snapshot().get(discussion)?.mark ?? held;
    const seen = isGreater(shown, held) ? shown : held;
    const to = seq(this.#chance.whole(1, 50));
    const mark = type === "unread"
      ? { epoch: seen.epoch + 1, seq: to }
      : isGreater({ ...seen, seq: to }, seen)
      ? { ...seen, seq: to }
      : seen;
    const wished = { discussion, mark, isStored: false };
    this.wished.push(wished);
    void tab.outbox.mark({ type, discussion, seq: to }, held).then(({ kind }) => wished.isStored = kind === "kept");
  }
}

const said = ({ epoch, seq }: ReadMark): string => `(${epoch}, ${seq})`;

function marked(answer: ReturnType<PlainMarks["mark"]>): { readonly mark: ReadMark } {
  const [one] = answer.marks;
  if (one?.kind !== "marked") throw new Error("it was not marked");
  return one;
}
