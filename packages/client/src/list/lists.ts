/** All that a client lists, kept current together. @module */
import {
  type DiscussionId,
  type FeedItem,
  isDiscussionStream,
  isGroupStream,
  type Seq,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Change } from "../store/contract.ts";
import { Blocks } from "./blocks.ts";
import type { Begun, DiscussionList, GroupList, Listing, ListsOptions, Person, Presence } from "./contract.ts";
import { Discussions } from "./discussions.ts";
import { Groups } from "./groups.ts";
import { People } from "./people.ts";
import { Signals } from "./signals.ts";

export class Lists implements Listing {
  readonly #blocks: Blocks;
  readonly #discussions: Discussions;
  readonly #groups: Groups;
  readonly #people: People;
  readonly #signals: Signals;
  /** Whom the user blocks goes first: it is what the others are seen by. */
  readonly #listings: readonly Listing[];

  constructor(options: ListsOptions) {
    this.#blocks = new Blocks({ ...options, onTouched: (changed) => this.#discussions.blocked(changed) });
    this.#discussions = new Discussions({ ...options, blocks: this.#blocks });
    this.#groups = new Groups(options);
    this.#people = new People(options);
    this.#signals = new Signals({ ...options, blocks: this.#blocks });
    this.#listings = [this.#blocks, this.#discussions, this.#groups, this.#people];
  }

  get discussions(): Observable<DiscussionList> {
    return this.#discussions.list;
  }

  get groups(): Observable<GroupList> {
    return this.#groups.list;
  }

  /** Whom the user blocks, as it was last known; null: never. */
  get blocks(): Observable<ReadonlySet<UserId> | null> {
    return this.#blocks.users;
  }

  person(user: UserId): Observable<Person> {
    return this.#people.person(user);
  }

  /** Who types there now, besides the user. */
  typing(discussion: DiscussionId): Observable<readonly UserId[]> {
    return this.#signals.typing(discussion);
  }

  presence(user: UserId): Observable<Presence> {
    return this.#signals.presence(user);
  }

  /** The newest seq of a stream that is known to be there, of those that the user sees; undefined: it is in no list. */
  known(stream: StreamId): Seq | undefined {
    if (isDiscussionStream(stream)) return this.#discussions.known(stream);
    return isGroupStream(stream) ? this.#groups.known(stream) : this.#blocks.known;
  }

  /** Whether what an event makes of a row can be told, as far as the user's own shard answers: whom they block is known. */
  get isSettled(): boolean {
    return this.#blocks.isSettled;
  }

  async load(): Promise<void> {
    await Promise.all(this.#listings.map((listing) => listing.load()));
  }

  /**
   * For a client that holds no cursor: reads the first page of discussions, and says where a feed may begin that brings what comes after it.
   * Then {@link connected} reads on behind it.
   */
  begin(): Promise<Begun> {
    this.#blocks.doubt();
    this.#groups.doubt();
    return this.#discussions.begin();
  }

  /**
   * All items of a frame, in their order, and the `read` and `setting` that answers to the outbox make: whichever comes first applies, and
   * the other then does not.
   */
  take(items: readonly FeedItem[]): void {
    for (const listing of this.#listings) listing.take(items);
    this.#signals.take(items);
  }

  connected(connected: boolean): void {
    for (const listing of this.#listings) listing.connected(connected);
  }

  drain(): readonly Change[] {
    return this.#listings.flatMap((listing) => listing.drain());
  }

  /** Another life of the installation (LOG9): all is forgotten, and {@link begin} begins anew. What is stored is for the caller to delete. */
  reset(): void {
    for (const listing of this.#listings) listing.reset();
  }

  close(): void {
    for (const listing of this.#listings) listing.close();
    this.#signals.close();
  }
}
