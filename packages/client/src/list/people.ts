/** People by their ids: looked up together, stored, and looked up again when they are asked for after a while (USR1). @module */
import type { FeedItem, UserId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble, type PersonFound, type Server, type UserView } from "../server/contract.ts";
import { type Change, type Store, StoreFailed } from "../store/contract.ts";
import type { PersonRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { Listing, Person } from "./contract.ts";
import { Questions } from "./questions.ts";

export interface PeopleOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "people">;
  readonly store: Pick<Store, "get" | "list">;
  readonly onChange: () => void;
  readonly timing: Timing;
  /** So many are stored; default 5,000. */
  readonly most?: number;
}

interface Known {
  readonly cell: Cell<Person>;
  /** When the server last answered for them; 0: not in the life of this store. */
  askedAt: number;
}

/** The server looks up so many at once. */
const LOOKED_UP = 200;
/** Nothing tells of a change of somebody else's name: after so long it is asked for again. */
const FRESH_MS = 10 * 60_000;
const MOST_STORED = 5_000;

export class People implements Listing {
  readonly #options: PeopleOptions;
  readonly #known = new Map<UserId, Known>();
  readonly #questions: Questions<UserId>;
  readonly #unwritten = new Map<UserId, PersonRecord | null>();
  #life = 0;
  #isTrimmed = false;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#questions = new Questions({
      ask: (users) => this.#ask(users),
      isWanted: (user) => !this.#isFresh(user),
      most: LOOKED_UP,
      timing: options.timing,
    });
  }

  /** The same observable each time; what it shows first is what the store has, or `unknown`. */
  person(user: UserId): Observable<Person> {
    const known = this.#known.get(user);
    if (known === undefined) return this.#begin(user);
    if (!this.#isFresh(user)) this.#questions.want(user);
    return known.cell;
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
    for (const [user, known] of this.#known) {
      known.askedAt = 0;
      known.cell.set({ kind: "unknown", id: user });
      this.#questions.want(user);
    }
  }

  close(): void {
    this.#questions.close();
    for (const { cell } of this.#known.values()) cell.close();
  }

  #begin(user: UserId): Observable<Person> {
    const known = { cell: new Cell<Person>({ kind: "unknown", id: user }), askedAt: 0 };
    this.#known.set(user, known);
    void this.#load(user, known);
    return known.cell;
  }

  /** What is stored is shown, and asked for again if that is long ago. */
  async #load(user: UserId, known: Known): Promise<void> {
    const life = this.#life;
    // Without a store that answers, the server is asked.
    const record = await this.#options.store.get("people", user).catch(undefinedIfFailed);
    if (record !== undefined && known.cell.snapshot().kind === "unknown" && life === this.#life) {
      known.askedAt = record.askedAt;
      known.cell.set(record.person);
    }
    if (!this.#isFresh(user)) this.#questions.want(user);
  }

  #isFresh(user: UserId): boolean {
    const askedAt = this.#known.get(user)?.askedAt ?? 0;
    return askedAt > this.#options.timing.now() - FRESH_MS;
  }

  #outdate(user: UserId): void {
    const known = this.#known.get(user);
    if (known === undefined) return;
    known.askedAt = 0;
    this.#questions.want(user);
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
    const known = this.#known.get(view.id);
    if (known === undefined) return;
    const before = known.cell.snapshot();
    switch (view.kind) {
      case "user":
      case "ended":
        known.askedAt = askedAt;
        this.#found(view, { known, before, askedAt });
        break;
      case "missing":
        known.askedAt = askedAt;
        if (before.kind !== "missing") known.cell.set(view);
        break;
      case "unavailable":
        if (before.kind === "unknown") known.cell.set(view);
        break;
    }
  }

  #found(person: PersonFound, { known, before, askedAt }: { known: Known; before: Person; askedAt: number }): void {
    this.#unwritten.set(person.id, { person, askedAt });
    // Never back to what somebody was called before.
    if ("asOf" in before && before.asOf >= person.asOf) return;
    known.cell.set(person);
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
