/** What drives a client: one store, one feed, one outbox; all that is shown is kept current from here. @module */
import { assert, type Incarnation, type StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble, type Me, type Server } from "../server/contract.ts";
import { CLEARED, LIFE_KEY, PLACE_KEY, putSelf, SELF_KEY } from "../store/meta.ts";
import { StoreFailed } from "../store/contract.ts";
import type { SelfRecord } from "../store/records.ts";
import { Arrivals } from "./arrivals.ts";
import type { ListsPart, OutboxPart, PartsKit, ReplicaOptions, Session } from "./contract.ts";
import { keepWithin } from "./eviction.ts";
import { type FeedFrame, InboxFeed } from "./feed.ts";
import { FrameGate } from "./frame_gate.ts";
import { type Held, heldLater, HeldStreams } from "./held_streams.ts";
import { Intake } from "./intake.ts";
import { Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { Lives } from "./lives.ts";
import { type ClientStatus, StatusBoard } from "./status.ts";
import { TokenCheck } from "./token_check.ts";
import { type Patience, untilAnswered } from "./until_answered.ts";

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
  #beginning: Promise<Session<L>> | null = null;
  #streams: HeldStreams | null = null;
  readonly #intake: Intake;
  readonly #check: TokenCheck;
  /** Shut until the server has said whose token this connection has. */
  readonly #gate = new FrameGate();
  /** A feed is begun on a connection that has been checked. */
  #isGoingOn = false;
  #isConnected = false;
  readonly #arrivals: Arrivals;
  readonly #patience: Patience;

  constructor(options: ReplicaOptions<L, O>) {
    this.#options = options;
    const { store, timing, server, onBug } = options;
    const { signal } = this.#closing;
    this.#patience = { timing, signal };
    this.#lives = new Lives((incarnation, how) => {
      if (how === "another") this.#startAnew(incarnation);
      this.#journal.begin(incarnation);
    });
    this.#kit = { server: this.#lives.watching(server), store, timing };
    this.#journal = new Journal({
      ...{ store, timing, signal, onBug },
      onFailing: (fails) => this.#board.storing(fails),
      onOvertaken: () => this.#overtaken(),
    });
    this.#lanes = new Lanes({
      ready: this.#gate.opened,
      timing,
      signal,
      onAnswer: (shard, answers) => {
        this.#board.shardAnswers(shard, answers ? null : this.#streams?.behindOn(shard) ?? []);
        this.#intake.showMissing();
      },
    });
    this.#intake = new Intake({
      ...{ session: this.#session, streams: () => this.#streams, outbox: () => this.outbox },
      ...{ lives: this.#lives, journal: this.#journal, lanes: this.#lanes, board: this.#board, onBug },
    });
    this.#check = new TokenCheck({
      ask: () => untilAnswered(() => this.#kit.server.me(), this.#patience),
      onMe: (me) => this.#learn(me),
      onTrouble: ({ problem }) => this.#refuse(problem),
      onBug,
    });
    this.#feed = new InboxFeed({
      follow: (cursor, on) => server.follow(cursor, on),
      onFrame: (frame) => this.#receive(frame),
      onConnected: (connected) => this.#connected(connected),
      onRejected: (reason) => this.#rejected(reason),
      onCursorRefused: () => this.#forgetAll(),
      onBug,
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

  /** Null until it is known whose client this is: of a client with an empty store, and a token that does not tell, before its first connection. */
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
    const [self, life, place] = await Promise.all(
      [SELF_KEY, LIFE_KEY, PLACE_KEY].map((key) => store.get("meta", key)),
    );
    const isGoing = self !== undefined && "user" in self && place !== undefined && "cursor" in place &&
      life !== undefined && "life" in life && life.life === place.incarnation;
    // What has no cursor is as old as nobody knows.
    if (!isGoing) await store.write(CLEARED);
    this.#outbox = await outbox(this.#kit);
    if (self !== undefined && "user" in self) await this.#begin(self);
    else this.#beginByToken().catch(onBug);
    if (isGoing) {
      this.#lives.resume(place.incarnation);
      this.#journal.begin(place.incarnation, { isStored: true });
      this.#intake.begin(place.cursor);
    }
    this.#feed.begin(this.#intake.cursor);
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

  /**
   * A store that is nobody's becomes that of whom the token names: what they do before there is a connection is theirs, and offered in nobody
   * else's name, since that is looked at on each connection.
   */
  async #beginByToken(): Promise<void> {
    const { store, whose } = this.#options;
    const self = await whose?.() ?? null;
    if (self === null || this.#beginning !== null || this.#closing.signal.aborted) return;
    try {
      await store.write([putSelf(self)]);
    } catch (error) {
      // What can't keep a name can't keep drafts.
      if (error instanceof StoreFailed) return;
      throw error;
    }
    await this.#begin(self);
  }

  /** It is known whose client this is: whoever says so first. */
  #begin(self: SelfRecord): Promise<Session<L>> {
    return this.#beginning ??= this.#begun(self);
  }

  async #begun(self: SelfRecord): Promise<Session<L>> {
    const { store, onBug, lists: makeLists } = this.#options;
    const lists = makeLists({ ...this.#kit, self, outbox: this.outbox, onChange: () => this.#intake.learn() });
    await lists.load();
    const [journal, lanes, { timing }, { signal }] = [this.#journal, this.#lanes, this.#options, this.#closing];
    this.#streams = new HeldStreams({
      ...{ viewer: self.user, server: this.#kit.server, store, journal, lanes, timing, signal, onBug },
      onArrived: (stream, head) => this.#arrivals.add(stream, head),
      onChange: () => this.#intake.showMissing(),
    }, await store.list("streams"));
    this.#streams.compare((stream) => lists.known(stream));
    const session = { self, lists };
    this.#session.set(session);
    return session;
  }

  #connected(connected: boolean): void {
    this.#board.connected(connected);
    this.#isConnected = connected;
    if (connected && !this.#isGoingOn) {
      // Each connection has a token of its own.
      this.#gate.shut();
      this.#check.begin();
    }
    this.#tellConnected();
    if (!connected) return;
    this.#lanes.revive();
    this.#streams?.retry();
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
    this.#session.snapshot()?.lists.connected(connected && this.#intake.hasBegun);
  }

  #rejected(reason: string): void {
    this.#board.rejected(reason);
    this.#isConnected = false;
    this.#tellConnected();
  }

  /** Whose the token is, with the limits to keep; and where to begin, if nothing is stored. */
  async #learn(me: Me): Promise<void> {
    const self: SelfRecord = { user: me.user, home: me.home, limits: me.limits };
    const session = this.#session.snapshot() ?? await this.#begin(self);
    if (session.self.user !== me.user) return this.#refuse("what is stored here is another user's");
    this.#me.set(me);
    if (session.self !== self) this.#session.set({ ...session, self });
    this.#journal.put([putSelf(self)]);
    if (this.#check.isToBeAsked || !this.#isConnected) return;
    this.#takeUnchecked();
    if (!this.#intake.hasBegun) await this.#beginCold();
  }

  /** Reads the first pages: their snapshot is where the feed goes on (LIVE3). */
  async #beginCold(): Promise<void> {
    const lists = this.#session.snapshot()?.lists;
    if (lists === undefined) return;
    const begun = await untilAnswered(() => lists.begin(), this.#patience);
    if (begun === null || this.#intake.hasBegun) return;
    if (isTrouble(begun)) return this.#refuse(begun.problem);
    if (!this.#lives.meet(begun.incarnation)) return await this.#beginCold();
    this.#intake.begin(begun.cursor);
    this.outbox.incarnation(begun.incarnation);
    // Another tab may have stored streams meanwhile, as of before this list.
    this.#streams?.compare((stream) => lists.known(stream));
    this.#intake.reached();
    this.#intake.showMissing();
    if (this.#gate.isOpen) this.#goOn(begun.cursor);
    else this.#feed.begin(begun.cursor);
  }

  /** Nothing of this token's user goes into the store of another one, nor of one who is not told, though a feed be brought. */
  #refuse(reason: string | null): void {
    this.#gate.drop();
    this.#feed.reject(reason, this.#intake.cursor);
  }

  #receive(frame: FeedFrame): void {
    if (!this.#intake.hasBegun || this.#gate.keep(frame)) return;
    if (this.#gate.isOpen) this.#intake.take(frame);
    else this.#feed.stop();
  }

  #takeUnchecked(): void {
    if (this.#gate.isOpen) return;
    const frames = this.#gate.open();
    if (frames === null) return this.#goOn(this.#intake.cursor);
    this.#tellConnected();
    for (const frame of frames) this.#intake.take(frame);
  }

  /** Another life of the installation: only drafts, and whose they are, are kept (LOG9). */
  #startAnew(incarnation: Incarnation): void {
    this.outbox.incarnation(incarnation);
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#forget();
    // Where it begins now is asked for as soon as it stands.
    this.#feed.begin(null);
  }

  /** Another tab has met another life first, and the store is of that one: which it is the server says. */
  #overtaken(): void {
    this.#lives.forget();
    this.#forget();
    this.#feed.beginAnew();
  }

  #forget(): void {
    this.#intake.forget();
    this.#journal.discard();
    this.#arrivals.clear();
    this.#journal.put(CLEARED);
    this.#session.snapshot()?.lists.reset();
    this.#streams?.reset();
  }
}
