/** What drives a client: one store, one feed, one outbox; all that is shown is kept current from here. @module */
import { assert, type Incarnation, type StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble, type Me, type Server } from "../server/contract.ts";
import { CLEARED, putSelf } from "../store/meta.ts";
import { StoreFailed } from "../store/contract.ts";
import type { SelfRecord } from "../store/records.ts";
import { Admission } from "./admission.ts";
import { Arrivals } from "./arrivals.ts";
import type { ListsPart, OutboxPart, PartsKit, ReplicaOptions, Session } from "./contract.ts";
import { keepWithin } from "./eviction.ts";
import { type Held, heldLater } from "./held.ts";
import { HeldStreams } from "./held_streams.ts";
import { Intake } from "./intake.ts";
import { Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { Lives } from "./lives.ts";
import { type ClientStatus, StatusBoard } from "./status.ts";
import { resumed } from "./stored_life.ts";
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
  readonly #kit: PartsKit;
  #outbox: O | null = null;
  #beginning: Promise<Session<L>> | null = null;
  #streams: HeldStreams | null = null;
  readonly #intake: Intake;
  readonly #admission: Admission;
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
      ready: () => this.#admission.opened(),
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
    this.#admission = new Admission({
      ...{ ...this.#patience, server: this.#kit.server, board: this.#board, onBug },
      cursor: () => this.#intake.cursor,
      onFrame: (frame) => this.#intake.take(frame),
      onAdmitted: (admitted) => this.#admitted(admitted),
      onConnection: () => {
        this.#lanes.revive();
        this.#streams?.retry();
      },
      onMe: (me) => this.#learn(me),
      onCursorRefused: () => this.#forgetAll(),
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
    const { self, life, cursor } = await resumed(store);
    this.#outbox = await outbox(this.#kit);
    if (self !== null) await this.#begin(self);
    else this.#beginByToken().catch(onBug);
    if (life !== null) {
      this.#lives.resume(life);
      this.#journal.begin(life, { isStored: true });
    }
    if (cursor !== null) this.#intake.begin(cursor);
    this.#admission.begin(this.#intake.cursor);
    const parts = { ...this.#options, journal: this.#journal, signal: this.#closing.signal };
    keepWithin(parts, () => this.#streams).catch(onBug);
  }

  /** Opens a stream and keeps it current until it is released. */
  hold(stream: StreamId): Held {
    return this.#streams?.hold(stream) ?? heldLater(stream, this.#session, () => this.#streams);
  }

  /** Tries at once what waits to be tried again: the app has another token, or the network is back. */
  retry(): void {
    this.#admission.retry();
    this.#lanes.revive();
  }

  /** Resolves once what is here is in the store, as far as that takes it. */
  async stored(): Promise<void> {
    await this.#journal.flush();
  }

  async close(): Promise<void> {
    this.#admission.stop();
    this.#streams?.close();
    this.#session.snapshot()?.lists.close();
    await this.#journal.flush();
    this.#closing.abort();
    this.#admission.close();
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
      await this.#begin(self);
    } catch (error) {
      // What can't keep a name can't keep drafts: it is tried again once the server has said whose it is.
      if (!(error instanceof StoreFailed)) throw error;
    }
  }

  /** It is known whose client this is: whoever says so first. @throws {StoreFailed} then it is as if nobody had */
  #begin(self: SelfRecord): Promise<Session<L>> {
    return this.#beginning ??= this.#begun(self).catch((error) => {
      this.#beginning = null;
      throw error;
    });
  }

  /** A store that refuses is tried again, whatever becomes of the connection; null: it is not wanted any more. */
  async #begunSurely(self: SelfRecord): Promise<Session<L> | null> {
    const { timing, signal } = this.#patience;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return this.#session.snapshot() ?? await this.#begin(self);
      } catch (error) {
        if (!(error instanceof StoreFailed)) throw error;
      }
      this.#board.storing(true);
      await timing.wait(timing.retryDelayMs(failures), signal);
    }
    return null;
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

  /** Before it is known whose the token is, nothing is offered, and nothing listed: that would be in another one's name. */
  #admitted(admitted: boolean): void {
    this.outbox.connected(admitted);
    this.#session.snapshot()?.lists.connected(admitted && this.#intake.hasBegun);
  }

  /** Whose the token is, with the limits to keep; and where to begin, if nothing is stored. */
  async #learn(me: Me): Promise<void> {
    const self: SelfRecord = { user: me.user, home: me.home, limits: me.limits };
    const session = await this.#begunSurely(self);
    if (session === null) return;
    if (session.self.user !== me.user) return this.#admission.refuse("what is stored here is another user's");
    this.#me.set(me);
    if (session.self !== self) this.#session.set({ ...session, self });
    this.#journal.put([putSelf(self)]);
    if (!this.#admission.isPresent) return;
    this.#admission.admit();
    if (!this.#intake.hasBegun) await this.#beginCold();
  }

  /** Reads the first pages: their snapshot is where the feed goes on (LIVE3). */
  async #beginCold(): Promise<void> {
    const lists = this.#session.snapshot()?.lists;
    if (lists === undefined) return;
    const begun = await untilAnswered(() => lists.begin(), this.#patience);
    if (begun === null || this.#intake.hasBegun) return;
    if (isTrouble(begun)) return this.#admission.refuse(begun.problem);
    if (!this.#lives.meet(begun.incarnation)) return await this.#beginCold();
    this.#intake.begin(begun.cursor);
    this.outbox.incarnation(begun.incarnation);
    // Another tab may have stored streams meanwhile, as of before this list.
    this.#streams?.compare((stream) => lists.known(stream));
    this.#intake.reached();
    this.#intake.showMissing();
    this.#admission.goOn(begun.cursor);
  }

  /** Another life of the installation: only drafts, and whose they are, are kept (LOG9). */
  #startAnew(incarnation: Incarnation): void {
    this.outbox.incarnation(incarnation);
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#forget();
    // Where it begins now is asked for as soon as it stands.
    this.#admission.begin(null);
  }

  /** Another tab has met another life first, and the store is of that one: which it is the server says. */
  #overtaken(): void {
    this.#lives.forget();
    this.#forget();
    this.#admission.beginAnew();
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
