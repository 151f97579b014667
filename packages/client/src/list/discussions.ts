/** The list of the user's discussions, kept current from the feed and by asking (USR3). @module */
import {
  type DiscussionId,
  type FeedItem,
  isDiscussionDraft,
  isDiscussionStream,
  type LogEvent,
  type PersonalChange,
  type Seq,
  type ShardNumber,
  shardOf,
  type ShardStatus,
  type StreamId,
  unreachable,
  type UserId,
} from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import {
  type DiscussionPage,
  type DiscussionRow,
  type DiscussionRows,
  isTrouble,
  type ListedDiscussion,
  type Server,
} from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { Blocks, BlocksChanged } from "./blocks.ts";
import type { Begun, DiscussionList, Listing, ListRow, MarkWish } from "./contract.ts";
import { type Answered, HeldRows, type Moment } from "./held_rows.ts";
import { Marks } from "./marks.ts";
import { OrderedRows } from "./ordered.ts";
import { Pages } from "./pages.ts";
import { Questions } from "./questions.ts";
import { isTouchedBy, rowAfter, rowMarked, rowNotified, type Seeing } from "./row_arithmetic.ts";
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

/** Rows that the server gives at once. */
const ROWS = 100;

export class Discussions implements Listing {
  readonly #options: DiscussionsOptions;
  readonly #list = new Cell<DiscussionList>(listOf([], { isWhole: false, unavailable: [] }));
  readonly #shown = new OrderedRows<ListRow>();
  readonly #marks = new Marks();
  readonly #rows: HeldRows<Kind>;
  readonly #questions: Questions<DiscussionId>;
  readonly #pages: Pages<DiscussionPage>;
  readonly #wishes: ToldWishes;
  /** Which life of the installation the answers are of: counted, as long as they go on. */
  #life = 0;

  constructor(options: DiscussionsOptions) {
    this.#options = options;
    const { server, timing, wishes } = options;
    this.#rows = new HeldRows<Kind>({
      headOf: ({ head }) => head,
      isOfOneMoment: true,
      isPartial: ({ mark }) => mark === null,
      onChange: (discussion) => this.#shown.changed(discussion),
      onWanted: (discussion) => this.#questions.want(discussion),
    });
    this.#questions = new Questions({
      ask: (discussions) => this.#ask(discussions),
      isWanted: (discussion) => this.#rows.isWanted(discussion),
      most: ROWS,
      timing,
    });
    this.#pages = new Pages<DiscussionPage>({
      key: "discussions",
      ask: (page) => server.discussions(page),
      asking: () => this.#answering(),
      timing,
    });
    this.#wishes = new ToldWishes({
      wishes,
      onChange: (discussions) => {
        for (const discussion of discussions) this.#shown.changed(discussion);
        this.#show();
      },
      timing,
    });
  }

  get list(): Observable<DiscussionList> {
    return this.#list;
  }

  /** The newest seq of a discussion that is known to be there, of those that the user sees. */
  known(discussion: DiscussionId): Seq | undefined {
    return this.#rows.known(discussion);
  }

  /** Other people are blocked than before: their messages are not unread, and not shown. */
  blocked(changed: BlocksChanged | "any"): void {
    this.#rows.touchAll((row) => changed === "any" || isTouchedBy(row, changed) ? null : row);
    this.#show();
  }

  async load(): Promise<void> {
    const { store } = this.#options;
    const [rows, marks] = await Promise.all([store.list("rows"), this.#marks.load(store), this.#pages.load(store)]);
    // The keys of the table are discussions.
    for (const { key, value } of rows) this.#rows.load(key as DiscussionId, value);
    // Another tab may have written a mark, and not yet the row that it changes.
    for (const [discussion, { read, setting }] of marks) {
      if (read !== undefined) this.#rows.touch(discussion, (row) => rowMarked(row, read));
      if (setting !== undefined) this.#rows.touch(discussion, (row) => rowNotified(row, setting.notify));
    }
    this.#show();
  }

  /** The first page, and where a feed without a cursor may begin; {@link connected} then reads on. */
  async begin(): Promise<Begun> {
    const page = await this.#pages.begin();
    return isTrouble(page) ? page : { incarnation: page.incarnation, cursor: page.asOf };
  }

  take(items: readonly FeedItem[]): void {
    for (const item of items) this.#take(item);
    this.#show();
  }

  connected(connected: boolean): void {
    this.#questions.connected(connected);
    if (connected) this.#pages.read();
    else this.#pages.stop();
  }

  drain(): readonly Change[] {
    const rows = this.#rows.drain().map(({ id: key, record: value, rank }): Change =>
      value === null ? { type: "delete", table: "rows", key } : { type: "put", table: "rows", key, value, rank }
    );
    return [...rows, ...this.#marks.drain(), ...this.#pages.drain()];
  }

  reset(): void {
    this.#life++;
    this.#rows.clear();
    this.#marks.clear();
    this.#questions.forget();
    this.#pages.forget();
    this.#wishes.forget();
    this.#show();
  }

  close(): void {
    this.#wishes.close();
    this.#questions.close();
    this.#pages.stop();
    this.#list.close();
  }

  #take(item: FeedItem): void {
    switch (item.type) {
      case "event":
        return this.#event(item.event);
      case "opaque":
        return this.#reach(item.stream, item.to);
      case "joined":
      case "behind":
        return this.#reach(item.stream, item.head);
      case "live":
        return this.#reachAll(item.heads);
      case "beat":
        this.#reachAll(item.heads);
        if (this.#marks.isBehind(item.rev)) this.#rows.touchAll(() => null);
        return;
      case "read":
      case "setting":
        return this.#personal(item);
      case "shard":
        return this.#shard(item);
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

  #reach(stream: StreamId, head: Seq): void {
    if (isDiscussionStream(stream)) this.#rows.reach(stream, head);
  }

  #reachAll(heads: readonly { readonly stream: StreamId; readonly seq: Seq }[]): void {
    for (const { stream, seq } of heads) this.#reach(stream, seq);
  }

  #personal(change: PersonalChange): void {
    if (!this.#marks.take(change)) return;
    this.#rows.touch(
      change.discussion,
      (row) => change.type === "read" ? rowMarked(row, change) : rowNotified(row, change.notify),
    );
  }

  #shard({ shard, status }: { readonly shard: ShardNumber; readonly status: ShardStatus }): void {
    if (status !== "ok") return;
    this.#pages.answers(shard);
    const isOwn = shard === shardOf(this.#options.viewer);
    for (const discussion of this.#rows.ids) {
      if ((isOwn || shardOf(discussion) === shard) && this.#rows.isWanted(discussion)) this.#questions.want(discussion);
    }
  }

  async #ask(discussions: readonly DiscussionId[]): Promise<readonly DiscussionId[] | Trouble> {
    const take = this.#answering();
    const answer = await this.#options.server.rows({ discussions });
    if (isTrouble(answer)) return answer;
    take({ rows: answer.rows.flatMap(saidOf) });
    return answer.rows.flatMap((row) => isLess(row) ? [row.id] : []);
  }

  /** What takes the answer to what is asked now. */
  #answering(): (answer: { readonly rows: readonly Answered<Kind>[] }) => void {
    const [askedAt, life]: [Moment, number] = [this.#rows.moment, this.#life];
    return ({ rows }) => {
      if (life !== this.#life) return;
      this.#rows.answer(rows, { askedAt });
      this.#show();
      this.#options.onChange();
    };
  }

  #show(): void {
    const rows = this.#shown.rows((discussion) => this.#shownOf(discussion));
    const [before, { isWhole, unavailable }] = [this.#list.snapshot(), this.#pages];
    if (before.rows === rows && before.isWhole === isWhole && before.unavailable === unavailable) return;
    this.#list.set(listOf(rows, { isWhole, unavailable }));
  }

  #shownOf(discussion: DiscussionId): ListRow | undefined {
    const row = this.#rows.shown(discussion);
    const wish = this.#wishes.of(discussion);
    return row === undefined || wish === undefined ? row : wished(row, wish);
  }
}

function listOf(
  rows: readonly ListRow[],
  { isWhole, unavailable }: Pick<DiscussionList, "isWhole" | "unavailable">,
): DiscussionList {
  return { rows, totals: totalsOf(rows, { isWhole }), isWhole, unavailable };
}

type AskedRow = DiscussionRows["rows"][number];

/** Nothing, if its shard is silent: what is held of it stays. */
function saidOf(row: AskedRow): Answered<Kind>[] {
  switch (row.kind) {
    case "discussion":
      return [row];
    case "missing":
      return [{ kind: row.kind, id: row.id }];
    case "unavailable":
      return [];
    default:
      return unreachable(row);
  }
}

/** What a silent shard kept the server from saying: the discussion's, or the user's own. */
function isLess(row: AskedRow): boolean {
  return row.kind === "unavailable" || (row.kind === "discussion" && row.mark === null);
}
