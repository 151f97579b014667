/** The list of the user's discussions, kept current from the feed and by asking (USR3). @module */
import {
  type DiscussionId,
  type FeedItem,
  isDiscussionDraft,
  isDiscussionStream,
  type LogEvent,
  type PersonalChange,
  type Seq,
  shardOf,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import { type DiscussionRow, isTrouble, type ListedDiscussion, type Server } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { Blocks, BlocksChanged } from "./blocks.ts";
import type { Begun, DiscussionList, Listing, ListRow, MarkWish } from "./contract.ts";
import type { HeldRows } from "./held_rows.ts";
import { Marks } from "./marks.ts";
import { isTouchedBy, rowAfter, rowMarked, rowNotified, type Seeing } from "./row_arithmetic.ts";
import { RowList } from "./row_list.ts";
import { ToldWishes } from "./told_wishes.ts";
import { totalsOf, wished } from "./wished.ts";

export interface DiscussionsOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "discussions" | "rows">;
  readonly store: Pick<Store, "get" | "list">;
  readonly blocks: Pick<Blocks, "users" | "isCurrent">;
  readonly wishes: Observable<ReadonlyMap<DiscussionId, MarkWish>>;
  readonly onChange: () => void;
  readonly timing: Timing;
}

interface Kind {
  readonly row: ListedDiscussion;
  readonly silent: Exclude<DiscussionRow, ListedDiscussion>;
}

export class Discussions implements Listing {
  readonly #options: DiscussionsOptions;
  readonly #marks = new Marks();
  readonly #list: RowList<Kind, DiscussionList>;
  readonly #wishes: ToldWishes;

  constructor(options: DiscussionsOptions) {
    this.#options = options;
    const { viewer, server, store, wishes, onChange, timing } = options;
    this.#list = new RowList<Kind, DiscussionList>({
      ...{ table: "rows", key: "discussions", isListed: isDiscussionStream, own: shardOf(viewer) },
      headOf: ({ head }) => head,
      isPartial: ({ mark }) => mark === null,
      // Who mentions the user and blocks them, it does not tell (BLK1).
      isFollowed: false,
      askPage: (page) => server.discussions(page),
      askRows: (discussions) => server.rows({ discussions }),
      look: (row) => this.#look(row),
      listOf: (rows, extent) => ({ rows, totals: totalsOf(rows, extent), ...extent }),
      ...{ store, onChange, timing },
    });
    this.#wishes = new ToldWishes({
      wishes,
      onChange: (discussions) => {
        for (const discussion of discussions) this.#list.changed(discussion);
        this.#list.show();
      },
      timing,
    });
  }

  get list(): Observable<DiscussionList> {
    return this.#list.list;
  }

  /** The newest seq of a discussion that is known to be there, of those that the user sees. */
  known(discussion: DiscussionId): Seq | undefined {
    return this.#rows.known(discussion);
  }

  /** Other people are blocked than before: their messages are not unread, and not shown. */
  blocked(changed: BlocksChanged | "any"): void {
    this.#rows.touchAll((row) => changed === "any" || isTouchedBy(row, changed) ? null : row);
    this.#list.show();
  }

  async load(): Promise<void> {
    const [marks] = await Promise.all([this.#marks.load(this.#options.store), this.#list.load()]);
    // Another tab may have written a mark, and not yet the row that it changes.
    for (const [discussion, { read, setting }] of marks) {
      if (read !== undefined) this.#rows.touch(discussion, (row) => rowMarked(row, read));
      if (setting !== undefined) this.#rows.touch(discussion, (row) => rowNotified(row, setting.notify));
    }
    this.#list.show();
  }

  /** The first page, and where a feed without a cursor may begin; {@link connected} then reads on. */
  async begin(): Promise<Begun> {
    this.#list.doubt();
    const page = await this.#list.begin();
    return isTrouble(page) ? page : { incarnation: page.incarnation, cursor: page.asOf };
  }

  take(items: readonly FeedItem[]): void {
    for (const item of items) {
      this.#list.take(item);
      this.#take(item);
    }
    this.#list.show();
  }

  connected(connected: boolean): void {
    this.#list.connected(connected);
  }

  drain(): readonly Change[] {
    return [...this.#list.drain(), ...this.#marks.drain()];
  }

  reset(): void {
    this.#list.reset();
    this.#marks.clear();
    this.#wishes.forget();
    this.#list.show();
  }

  close(): void {
    this.#wishes.close();
    this.#list.close();
  }

  get #rows(): HeldRows<Kind> {
    return this.#list.rows;
  }

  /** What happened in discussions, and what the user's other devices did. */
  #take(item: FeedItem): void {
    switch (item.type) {
      case "event":
        return this.#event(item.event);
      case "beat":
        if (this.#marks.isBehind(item.rev)) this.#rows.touchAll(() => null);
        return;
      case "read":
      case "setting":
        return this.#personal(item);
      case "opaque":
      case "joined":
      case "behind":
      case "live":
      case "shard":
      case "signal":
        return;
      default:
        return unreachable(item);
    }
  }

  #event(event: LogEvent): void {
    if (!isDiscussionDraft(event)) return;
    const seeing = this.#seeing;
    this.#rows.take(event, (row) => seeing && rowAfter(row, event, seeing));
  }

  get #seeing(): Seeing | null {
    const { viewer, blocks } = this.#options;
    const users = blocks.users.snapshot();
    return users !== null && blocks.isCurrent ? { viewer, blocks: users } : null;
  }

  #personal(change: PersonalChange): void {
    if (!this.#marks.take(change)) return;
    this.#rows.touch(
      change.discussion,
      (row) => change.type === "read" ? rowMarked(row, change) : rowNotified(row, change.notify),
    );
  }

  /** What the user has just marked is in it. */
  #look(row: DiscussionRow): ListRow {
    const wish = this.#wishes.of(row.id);
    return wish === undefined ? row : wished(row, wish);
  }
}
