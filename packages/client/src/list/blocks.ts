/** Whom the user blocks, kept from their own stream (BLK1). @module */
import { type FeedItem, type LogEvent, type Seq, seq, type UserId } from "@gatz/domain";
import { Cell } from "../observable.ts";
import { isTrouble, type Server } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { BlocksRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { Listing } from "./contract.ts";
import { headsIn } from "./heads_in.ts";
import { Questions } from "./questions.ts";

export interface BlocksOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "open">;
  readonly store: Pick<Store, "get">;
  /** Rows that were made before may show it otherwise: of these people, or of anybody. */
  readonly onTouched: (changed: BlocksChanged | "any") => void;
  readonly onChange: () => void;
  readonly timing: Timing;
}

export type BlocksChanged = Readonly<Record<"blocked" | "unblocked", ReadonlySet<UserId>>>;

const KEY = "blocks";
const NOBODY: ReadonlySet<UserId> = new Set();

export class Blocks implements Listing {
  /** As they were last known; null: never. */
  readonly users = new Cell<ReadonlySet<UserId> | null>(null);
  readonly #options: BlocksOptions;
  readonly #questions: Questions<UserId>;
  /** Of the user's own stream: what is held is as of `#seq`, and there is something up to `#known`. */
  #seq = seq(0);
  #known = seq(0);
  #isUnwritten = false;
  /** The server was asked, and has answered or could not. */
  #wasAsked = false;
  /** How often what is held was found to be perhaps older than where the feed begins, and what of that has been asked about. */
  #doubts = 0;
  #settled = 0;

  constructor(options: BlocksOptions) {
    this.#options = options;
    this.#questions = new Questions({
      ask: () => this.#ask(),
      isWanted: () => this.#isWanted,
      most: 1,
      // Nothing else is asked with it, and every event is seen by it.
      togetherMs: 0,
      timing: options.timing,
    });
    this.#questions.want(options.viewer);
  }

  /** Whether all is known that has come by the feed. */
  get isCurrent(): boolean {
    return !this.#isWanted;
  }

  /** It is known, or was asked for in vain: nobody has to wait for it. */
  get isSettled(): boolean {
    return this.#wasAsked || (this.users.snapshot() !== null && this.#settled === this.#doubts);
  }

  /** The newest seq of the user's own stream that is known to be there. */
  get known(): Seq | undefined {
    return this.#known || undefined;
  }

  async load(): Promise<void> {
    // The key says which record it is.
    const record = await this.#options.store.get("meta", KEY) as BlocksRecord | undefined;
    if (record === undefined || record.seq <= this.#seq) return;
    this.#seq = record.seq;
    this.#known = seq(Math.max(this.#known, record.known));
    this.#set(record.users);
  }

  take(items: readonly FeedItem[]): void {
    const { viewer } = this.#options;
    for (const item of items) {
      if (item.type === "event" && item.event.stream === viewer) this.#take(item.event);
      for (const { stream, seq } of headsIn(item)) if (stream === viewer) this.#reach(seq);
    }
  }

  /** What the store held may be older than where the feed is going to begin: another tab stored it. */
  doubt(): void {
    this.#doubts++;
    this.#wasAsked = false;
    this.#questions.want(this.#options.viewer);
  }

  connected(connected: boolean): void {
    this.#questions.connected(connected);
  }

  drain(): readonly Change[] {
    const users = this.users.snapshot();
    if (!this.#isUnwritten || users === null) return [];
    this.#isUnwritten = false;
    const value = { seq: this.#seq, known: this.#known, users: [...users] };
    return [{ type: "put", table: "meta", key: KEY, value, rank: this.#seq }];
  }

  reset(): void {
    this.#seq = this.#known = seq(0);
    this.#isUnwritten = this.#wasAsked = false;
    this.users.set(null);
    this.#questions.want(this.#options.viewer);
  }

  close(): void {
    this.#questions.close();
    this.users.close();
  }

  get #isWanted(): boolean {
    return this.users.snapshot() === null || this.#seq < this.#known || this.#settled < this.#doubts;
  }

  #take(event: LogEvent): void {
    this.#tell(event);
    const users = this.users.snapshot();
    if (event.seq <= this.#seq) return;
    if (users === null || event.seq !== this.#seq + 1) return this.#reach(event.seq);
    this.#seq = event.seq;
    this.#known = seq(Math.max(this.#known, event.seq));
    this.#isUnwritten = true;
    if (event.type === "block-user") this.#set([...users, event.body.user]);
    if (event.type === "unblock-user") this.#set([...users].filter((user) => user !== event.body.user));
  }

  /** Also of what is known already: rows may have been made between that and this. */
  #tell({ type, body }: LogEvent): void {
    const { onTouched } = this.#options;
    if (type === "block-user") onTouched({ blocked: new Set([body.user]), unblocked: NOBODY });
    if (type === "unblock-user") onTouched({ blocked: NOBODY, unblocked: new Set([body.user]) });
  }

  #reach(head: Seq): void {
    if (head <= this.#known) return;
    this.#known = head;
    this.#isUnwritten = true;
    this.#questions.want(this.#options.viewer);
  }

  async #ask(): Promise<readonly UserId[] | Trouble> {
    const { viewer, server, onChange, onTouched } = this.#options;
    const [known, doubts] = [this.#known, this.#doubts];
    const opened = await server.open({ stream: viewer, limit: 1 });
    if (isTrouble(opened)) {
      this.#wasAsked = true;
      onChange();
      return opened;
    }
    const { state, asOf } = opened;
    // Another life's answer, or what has come meanwhile.
    if (state.kind !== "user" || asOf < this.#seq || asOf < known) return [viewer];
    this.#settled = doubts;
    this.#seq = asOf;
    this.#known = seq(Math.max(this.#known, asOf));
    this.#isUnwritten = true;
    // The feed began after the first rows: what it has not told, these knew. Of a gap nobody knows what was in it.
    if (this.users.snapshot() !== null) onTouched("any");
    this.#set(state.blocks ?? []);
    onChange();
    return this.#isWanted ? [viewer] : [];
  }

  #set(users: readonly UserId[]): void {
    const before = this.users.snapshot();
    if (before?.size === users.length && users.every((user) => before.has(user))) return;
    this.users.set(new Set(users));
  }
}
