/** People by their ids: looked up together, stored, and looked up again when they are asked for after a while (USR1). @module */
import { type FeedItem, unreachable, type UserId } from "@gatz/domain";
import type { Observable } from "../observable.ts";
import { isTrouble, type PersonFound, type Server, type UserView } from "../server/contract.ts";
import { type Change, type Store, StoreFailed } from "../store/contract.ts";
import type { PersonRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { Listing, Person } from "./contract.ts";
import { KeptCells } from "./kept_cells.ts";
import { Questions } from "./questions.ts";

export interface PeopleOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "people">;
  readonly store: Pick<Store, "get" | "list">;
  readonly onChange: () => void;
  readonly timing: Timing;
  /** So many are stored; default 5,000. */
  readonly most?: number;
  /** So many are at hand, beside those whom somebody observes; default 2,000. */
  readonly mostAtHand?: number;
}

/** The server looks up so many at once. */
const LOOKED_UP = 200;
/** Nothing tells of a change of somebody else's name: after so long it is asked for again. */
const FRESH_MS = 10 * 60_000;
const MOST_STORED = 5_000;
const MOST_AT_HAND = 2_000;

export class People implements Listing {
  readonly #options: PeopleOptions;
  readonly #shown: KeptCells<UserId, Person>;
  /** When the server last answered for somebody; who is not in it, not in the life of this store. */
  readonly #askedAt = new Map<UserId, number>();
  readonly #questions: Questions<UserId>;
  readonly #unwritten = new Map<UserId, PersonRecord | null>();
  #life = 0;
  #isTrimmed = false;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#shown = new KeptCells({
      most: options.mostAtHand ?? MOST_AT_HAND,
      initial: (id): Person => ({ kind: "unknown", id }),
      onBegun: (user) => void this.#load(user),
      onGone: (user) => this.#askedAt.delete(user),
    });
    this.#questions = new Questions({
      ask: (users) => this.#ask(users),
      isWanted: (user) => this.#shown.has(user) && !this.#isFresh(user),
      most: LOOKED_UP,
      timing: options.timing,
    });
  }

  /** The same observable each time, as long as somebody observes it; what it shows first is what the store has, or `unknown`. */
  person(user: UserId): Observable<Person> {
    if (this.#shown.has(user) && !this.#isFresh(user)) this.#questions.want(user);
    return this.#shown.observe(user);
  }

  /** Nothing is loaded before it is asked for. */
  async load(): Promise<void> {}

  take(items: readonly FeedItem[]): void {
    const { viewer } = this.#options;
    for (const item of items) {
      if (item.type !== "event" || item.event.stream !== viewer) continue;
      const { type } = item.event;
      if (type === "set-profile" || type === "set-handle" || type === "end-account") this.#outdate(viewer);
    }
  }

  connected(connected: boolean): void {
    this.#questions.connected(connected);
    if (!connected || this.#isTrimmed) return;
    this.#isTrimmed = true;
    void this.#trim();
  }

  drain(): readonly Change[] {
    const changes = [...this.#unwritten].map(([key, value]): Change =>
      value === null
        ? { type: "delete", table: "people", key }
        : { type: "put", table: "people", key, value, rank: value.person.asOf }
    );
    this.#unwritten.clear();
    return changes;
  }

  reset(): void {
    this.#life++;
    this.#unwritten.clear();
    this.#askedAt.clear();
    for (const user of this.#shown.keys) {
      this.#shown.set(user, { kind: "unknown", id: user });
      this.#questions.want(user);
    }
  }

  close(): void {
    this.#questions.close();
    this.#shown.close();
  }

  /** What is stored is shown, and asked for again if that is long ago. */
  async #load(user: UserId): Promise<void> {
    const life = this.#life;
    // Without a store that answers, the server is asked.
    const record = await this.#options.store.get("people", user).catch(undefinedIfFailed);
    if (record !== undefined && this.#shown.snapshot(user)?.kind === "unknown" && life === this.#life) {
      this.#askedAt.set(user, record.askedAt);
      this.#shown.set(user, record.person);
    }
    if (!this.#isFresh(user)) this.#questions.want(user);
  }

  #isFresh(user: UserId): boolean {
    const askedAt = this.#askedAt.get(user) ?? 0;
    return askedAt > this.#options.timing.now() - FRESH_MS;
  }

  #outdate(user: UserId): void {
    this.#askedAt.delete(user);
    if (this.#shown.has(user)) this.#questions.want(user);
  }

  async #ask(users: readonly UserId[]): Promise<readonly UserId[] | Trouble> {
    const { server, timing, onChange } = this.#options;
    const [askedAt, life] = [timing.now(), this.#life];
    const answer = await server.people({ ids: [...users] });
    if (isTrouble(answer)) return answer;
    if (life !== this.#life) return users;
    for (const view of answer.users) this.#answered(view, askedAt);
    onChange();
    return answer.users.flatMap(({ kind, id }) => kind === "unavailable" ? [id] : []);
  }

  #answered(view: UserView, askedAt: number): void {
    const before = this.#shown.snapshot(view.id);
    if (before === undefined) return;
    switch (view.kind) {
      case "user":
      case "ended":
        this.#askedAt.set(view.id, askedAt);
        return this.#found(view, { before, askedAt });
      case "missing":
        this.#askedAt.set(view.id, askedAt);
        if (before.kind !== "missing") this.#shown.set(view.id, view);
        return;
      case "unavailable":
        if (before.kind === "unknown") this.#shown.set(view.id, view);
        return;
      default:
        return unreachable(view);
    }
  }

  #found(person: PersonFound, { before, askedAt }: { readonly before: Person; readonly askedAt: number }): void {
    this.#unwritten.set(person.id, { person, askedAt });
    // Never back to what somebody was called before.
    if ("asOf" in before && before.asOf >= person.asOf) return;
    this.#shown.set(person.id, person);
  }

  /** Once in the life of a client, those who were asked for least lately leave the store. */
  async #trim(): Promise<void> {
    const { store, onChange, most = MOST_STORED } = this.#options;
    const stored = await store.list("people").catch(undefinedIfFailed);
    if (stored === undefined || stored.length <= most) return;
    const oldest = [...stored].sort((a, b) => a.value.askedAt - b.value.askedAt).slice(0, stored.length - most);
    // The keys of the table are users.
    for (const { key } of oldest) this.#unwritten.set(key as UserId, null);
    onChange();
  }
}

/** Passes on what is no refusal of the store's. */
function undefinedIfFailed(error: unknown): undefined {
  if (!(error instanceof StoreFailed)) throw error;
}
