/** What drives a client: one store, one feed, one outbox; all that is shown is kept current from here. @module */
import { assert, type FeedItem, type Incarnation, type StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble, type Me, type Server } from "../server/contract.ts";
import { type SelfRecord, STORE_FORMAT } from "../store/records.ts";
import type { Trouble } from "../trouble.ts";
import { Arrivals } from "./arrivals.ts";
import { CLEARED, PLACE_KEY, putSelf, SELF_KEY } from "./cleared.ts";
import type { ListsPart, OutboxPart, PartsKit, ReplicaOptions, Session } from "./contract.ts";
import { keepWithin } from "./eviction.ts";
import { type FeedFrame, InboxFeed } from "./feed.ts";
import { FrameGate } from "./frame_gate.ts";
import { type Held, heldLater, HeldStreams } from "./held_streams.ts";
import { Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { Lives } from "./lives.ts";
import { type ClientStatus, StatusBoard } from "./status.ts";

export class Replica<L extends ListsPart, O extends OutboxPart> {
  readonly #options: ReplicaOptions<L, O>;
  readonly #closing = new AbortController();
  readonly #board = new StatusBoard();
  readonly #me = new Cell<Me | null>(null);
  readonly #session = new Cell<Session<L> | null>(null);
  readonly #lives: Lives;
  readonly #journal: Journal;
  readonly #lanes: Lanes;
  readonly #feed: InboxFeed;
  readonly #kit: PartsKit;
  #outbox: O | null = null;
  #streams: HeldStreams | null = null;
  /** Frames are taken; else the feed only tells that there is a connection. */
  #hasBegun = false;
  /** Shut until the server has said whose token this connection has. */
  readonly #gate = new FrameGate();
  /** Where the feed began with these. */
  #uncheckedFrom: string | null = null;
  #isAsking = false;
  #isToBeAsked = false;
  /** A feed is begun on a connection that has been checked. */
  #isGoingOn = false;
  #isConnected = false;
  readonly #arrivals: Arrivals;

  constructor(options: ReplicaOptions<L, O>) {
    this.#options = options;
    const { store, timing, server, onBug } = options;
    const { signal } = this.#closing;
    this.#lives = new Lives((incarnation) => this.#startAnew(incarnation));
    this.#kit = { server: this.#lives.watching(server), store, timing };
    this.#journal = new Journal({ store, timing, signal, onBug, onFailing: (fails) => this.#board.storing(fails) });
    this.#lanes = new Lanes({
      ready: this.#gate.opened,
      timing,
      signal,
      onAnswer: (shard, answers) => {
        this.#board.shardAnswers(shard, answers ? null : this.#streams?.behindOn(shard) ?? []);
        this.#showMissing();
      },
    });
    this.#feed = new InboxFeed({
      follow: (cursor, on) => server.follow(cursor, on),
      onFrame: (frame) => this.#receive(frame),
      onConnected: (connected) => this.#connected(connected),
      onRejected: (reason) => this.#rejected(reason),
      onCursorRefused: () => this.#forgetAll(),
      timing,
      signal,
    });
    this.#arrivals = new Arrivals(this.#journal, (stream, head) => this.#outbox?.arrived(stream, head));
  }

  get status(): Observable<ClientStatus> {
    return this.#board.status;
  }

  /** The life of the installation that what is here is of (LOG9); null: nothing is. */
  get incarnation(): Incarnation | null {
    return this.#lives.present;
  }

  /** As the server last said; null until it has. */
  get me(): Observable<Me | null> {
    return this.#me;
  }

  /** Null until it is known whose client this is: before the first connection of a client with an empty store. */
  get session(): Observable<Session<L> | null> {
    return this.#session;
  }

  /** There once the replica has been started: drafts wait without a session too. */
  get outbox(): O {
    assert(this.#outbox !== null, "a replica is started first");
    return this.#outbox;
  }

  /** For questions of one's own. */
  get server(): Server {
    return this.#kit.server;
  }

  /**
   * Shows what is stored, and begins to connect; does not wait for a connection.
   * @throws {StoreFailed}
   */
  async start(): Promise<void> {
    const { store, onBug, outbox } = this.#options;
    // Where the store refuses this is told; what comes after it tries again until it does not.
    const [self, place] = await Promise.all([store.get("meta", SELF_KEY), store.get("meta", PLACE_KEY)]);
    const isGoing = self !== undefined && "format" in self && self.format === STORE_FORMAT &&
      place !== undefined && "cursor" in place;
    // What has no cursor is as old as nobody knows.
    if (!isGoing) await store.write(CLEARED);
    this.#outbox = await outbox(this.#kit);
    if (self !== undefined && "format" in self) await this.#begin(self);
    if (isGoing) {
      this.#lives.resume(place.incarnation);
      this.#hasBegun = true;
      this.#uncheckedFrom = place.cursor;
    }
    this.#feed.begin(this.#uncheckedFrom);
    const parts = { ...this.#options, journal: this.#journal, signal: this.#closing.signal };
    keepWithin(parts, () => this.#streams).catch(onBug);
  }

  /** Opens a stream and keeps it current until it is released. */
  hold(stream: StreamId): Held {
    return this.#streams?.hold(stream) ?? heldLater(stream, this.#session, () => this.#streams);
  }

  /** Tries at once what waits to be tried again: the app has another token, or the network is back. */
  retry(): void {
    this.#feed.retry();
    this.#lanes.revive();
  }

  /** Resolves once what is here is in the store, as far as that takes it. */
  async stored(): Promise<void> {
    await this.#journal.flush();
  }

  async close(): Promise<void> {
    this.#feed.stop();
    this.#streams?.close();
    this.#session.snapshot()?.lists.close();
    await this.#journal.flush();
    this.#closing.abort();
    this.#gate.open();
    this.#board.close();
    this.#session.close();
    this.#me.close();
  }

  /** It is known whose client this is. */
  async #begin(self: SelfRecord): Promise<void> {
    const { store, onBug, lists: makeLists } = this.#options;
    const lists = makeLists({ ...this.#kit, self, outbox: this.outbox, onChange: () => this.#listsAsked() });
    await lists.load();
    const [journal, lanes, { timing }, { signal }] = [this.#journal, this.#lanes, this.#options, this.#closing];
    this.#streams = new HeldStreams({
      ...{ viewer: self.user, server: this.#kit.server, store, journal, lanes, timing, signal, onBug },
      onArrived: (stream, head) => this.#arrivals.add(stream, head),
      onChange: () => this.#showMissing(),
    }, await store.list("streams"));
    this.#streams.compare((stream) => lists.known(stream));
    this.#session.set({ self, lists });
  }

  /** Asking has brought something that no frame brings again: where a feed begins at the present, also how far streams have come (LIVE3). */
  #listsAsked(): void {
    const lists = this.#session.snapshot()?.lists;
    if (lists === undefined) return;
    this.#streams?.learn((stream) => lists.known(stream));
    this.#journal.put(lists.drain());
  }

  #connected(connected: boolean): void {
    this.#board.connected(connected);
    this.#isConnected = connected;
    if (connected && !this.#isGoingOn) this.#check();
    this.#tellConnected();
    if (!connected) return;
    this.#lanes.revive();
    this.#streams?.retry();
  }

  /** Each connection has a token of its own, and the app may have given another user's. */
  #check(): void {
    this.#gate.shut();
    this.#askWhoseItIs().catch(this.#options.onBug);
  }

  /** Begins a feed on a connection that has been checked. */
  #goOn(cursor: string | null): void {
    this.#isGoingOn = true;
    this.#feed.begin(cursor);
    this.#isGoingOn = false;
  }

  /** Before it is known whose the token is, nothing is offered, and nothing listed: that would be in another one's name. */
  #tellConnected(): void {
    // What is asked without a connection would go out on the next one, before that is checked.
    if (!this.#isConnected) this.#gate.shut();
    const connected = this.#isConnected && this.#gate.isOpen;
    this.outbox.connected(connected);
    this.#session.snapshot()?.lists.connected(connected && this.#hasBegun);
  }

  #rejected(reason: string): void {
    this.#board.rejected(reason);
    this.#isConnected = false;
    this.#tellConnected();
  }

  async #askWhoseItIs(): Promise<void> {
    this.#isToBeAsked = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isToBeAsked) {
        this.#isToBeAsked = false;
        const me = await this.#asked(() => this.#kit.server.me());
        if (me === null || this.#isToBeAsked) continue;
        if (isTrouble(me)) this.#refuse(me.problem);
        else await this.#learn(me);
      }
    } finally {
      this.#isAsking = false;
    }
  }

  /** Whose the token is, with the limits to keep; and where to begin, if nothing is stored. */
  async #learn(me: Me): Promise<void> {
    const before = this.#session.snapshot();
    if (before !== null && before.self.user !== me.user) return this.#refuse("what is stored here is another user's");
    this.#me.set(me);
    const self: SelfRecord = { format: STORE_FORMAT, user: me.user, home: me.home, limits: me.limits };
    if (before === null) await this.#begin(self);
    else this.#session.set({ ...before, self });
    this.#journal.put([putSelf(self)]);
    if (this.#isToBeAsked || !this.#isConnected) return;
    this.#takeUnchecked();
    if (!this.#hasBegun) await this.#beginCold();
  }

  /** Reads the first pages: their snapshot is where the feed goes on (LIVE3). */
  async #beginCold(): Promise<void> {
    const lists = this.#session.snapshot()?.lists;
    if (lists === undefined) return;
    const begun = await this.#asked(() => lists.begin());
    if (begun === null || this.#hasBegun) return;
    if (isTrouble(begun)) return this.#refuse(begun.problem);
    if (!this.#lives.meet(begun.incarnation)) return await this.#beginCold();
    this.#hasBegun = true;
    this.outbox.incarnation(begun.incarnation);
    // Another tab may have stored streams meanwhile, as of before this list.
    this.#streams?.compare((stream) => lists.known(stream));
    this.#journal.put(lists.drain());
    this.#journal.reached(begun);
    this.#uncheckedFrom = begun.cursor;
    if (this.#gate.isOpen) this.#goOn(begun.cursor);
    else this.#feed.begin(begun.cursor);
  }

  /** Asks until there is an answer, or a trouble that asking again does not mend; null: it is not wanted any more. */
  async #asked<T extends object>(question: () => Promise<T | Trouble>): Promise<T | Trouble | null> {
    const { timing } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      const answer = await question();
      if (!isTrouble(answer) || !answer.again) return answer;
      await timing.wait(Math.max(answer.retryAfterMs, timing.retryDelayMs(failures)), signal);
    }
    return null;
  }

  /** Nothing of this token's user goes into the store of another one, nor of one who is not told, though a feed be brought. */
  #refuse(reason: string | null): void {
    this.#gate.drop();
    this.#feed.reject(reason, this.#uncheckedFrom);
  }

  #receive(frame: FeedFrame): void {
    if (!this.#hasBegun || this.#gate.keep(frame)) return;
    if (this.#gate.isOpen) this.#take(frame);
    else this.#feed.stop();
  }

  #takeUnchecked(): void {
    if (this.#gate.isOpen) return;
    const frames = this.#gate.open();
    if (frames === null) return this.#goOn(this.#uncheckedFrom);
    this.#tellConnected();
    for (const frame of frames) this.#take(frame);
  }

  /** Everything that a frame says, and then its cursor. */
  #take({ cursor, items }: FeedFrame): void {
    const lists = this.#session.snapshot()?.lists;
    if (lists === undefined || !this.#hasBegun) return;
    const live = items.find((item) => item.type === "live");
    if (live !== undefined) {
      if (!this.#lives.meet(live.incarnation)) return;
      this.outbox.incarnation(live.incarnation);
    }
    lists.take(items);
    for (const item of items) {
      this.#streams?.take(item);
      if (item.type === "shard") this.#tellOfShard(item);
    }
    this.#journal.put(lists.drain());
    const incarnation = this.#lives.present;
    if (incarnation !== null) this.#journal.reached({ incarnation, cursor });
    this.#uncheckedFrom = cursor;
    if (live !== undefined) this.#board.streaming();
    if (items.some(({ type }) => type === "live" || type === "beat")) {
      this.#outbox?.caughtUp((stream) => this.#streams?.isKept(stream) ?? false);
    }
  }

  #tellOfShard({ shard, status, streams }: Extract<FeedItem, { type: "shard" }>): void {
    this.#board.shardSays(shard, status === "ok" ? null : { status, streams });
    if (status === "ok") this.#lanes.revive();
    this.#showMissing();
  }

  #showMissing(): void {
    const silent = this.#board.status.snapshot().troubles;
    this.#board.missing(this.#streams?.isBehind(silent) ?? false);
  }

  /** Another life of the installation: only drafts, and whose they are, are kept (LOG9). */
  #startAnew(incarnation: Incarnation): void {
    this.outbox.incarnation(incarnation);
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#hasBegun = false;
    this.#journal.discard();
    this.#arrivals.clear();
    this.#journal.put(CLEARED);
    this.#uncheckedFrom = null;
    this.#session.snapshot()?.lists.reset();
    this.#streams?.reset();
    // Where it begins now is asked for as soon as it stands.
    this.#feed.begin(null);
  }
}
