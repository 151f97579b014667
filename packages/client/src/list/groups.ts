/** The list of the user's groups, kept current from the feed and by reading its newest pages again. @module */
import {
  type FeedItem,
  type GroupEvent,
  type GroupId,
  isGroupDraft,
  isGroupStream,
  type Seq,
  type StreamId,
  unreachable,
} from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { type GroupPage, type GroupRow, isTrouble, type ListedGroup, type Server } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { GroupList, Listing } from "./contract.ts";
import { HeldRows, type Moment } from "./held_rows.ts";
import { OrderedRows } from "./ordered.ts";
import { PAGE_ROWS, Pages } from "./pages.ts";
import { Questions } from "./questions.ts";

export interface GroupsOptions {
  readonly server: Pick<Server, "groups">;
  readonly store: Pick<Store, "get" | "list">;
  readonly onChange: () => void;
  readonly timing: Timing;
}

interface Kind {
  readonly row: ListedGroup;
  readonly silent: Exclude<GroupRow, ListedGroup>;
}

export class Groups implements Listing {
  readonly #list = new Cell<GroupList>({ rows: [], isWhole: false, unavailable: [] });
  readonly #options: GroupsOptions;
  readonly #rows: HeldRows<Kind>;
  readonly #questions: Questions<GroupId>;
  readonly #pages: Pages<GroupPage>;
  readonly #shown = new OrderedRows<GroupRow>();
  /** Which life of the installation the answers are of: counted, as long as they go on. */
  #life = 0;

  constructor(options: GroupsOptions) {
    this.#options = options;
    const { server, timing } = options;
    this.#rows = new HeldRows<Kind>({
      headOf: ({ seq }) => seq,
      // A page says when a group was last active as of a moment before it says the rest.
      isOfOneMoment: false,
      isPartial: () => false,
      onChange: (group) => this.#shown.changed(group),
      onWanted: (group) => this.#questions.want(group),
    });
    this.#questions = new Questions({
      ask: (groups) => this.#lookFor(groups),
      isWanted: (group) => this.#rows.isWanted(group),
      most: PAGE_ROWS,
      timing,
    });
    this.#pages = new Pages<GroupPage>({
      key: "groups",
      ask: (page) => server.groups(page),
      asking: () => this.#answering(),
      timing,
    });
  }

  get list(): Observable<GroupList> {
    return this.#list;
  }

  /** The newest seq of a group that is known to be there, of those that the user sees. */
  known(group: GroupId): Seq | undefined {
    return this.#rows.known(group);
  }

  async load(): Promise<void> {
    const { store } = this.#options;
    const [groups] = await Promise.all([store.list("groups"), this.#pages.load(store)]);
    // The keys of the table are groups.
    for (const { key, value } of groups) this.#rows.load(key as GroupId, value);
    this.#show();
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
    const groups = this.#rows.drain().map(({ id: key, record: value, rank }): Change =>
      value === null ? { type: "delete", table: "groups", key } : { type: "put", table: "groups", key, value, rank }
    );
    return [...groups, ...this.#pages.drain()];
  }

  reset(): void {
    this.#life++;
    this.#rows.clear();
    this.#questions.forget();
    this.#pages.forget();
    this.#show();
  }

  close(): void {
    this.#questions.close();
    this.#pages.stop();
    this.#list.close();
  }

  #take(item: FeedItem): void {
    switch (item.type) {
      case "event":
        if (isGroupDraft(item.event)) this.#event(item.event);
        return;
      case "opaque":
        return this.#reach(item.stream, item.to);
      case "joined":
      case "behind":
        this.#reach(item.stream, item.head);
        if (isGroupStream(item.stream)) this.#rows.touch(item.stream, (row) => row.seq === item.head ? null : row);
        return;
      case "live":
      case "beat":
        for (const { stream, seq } of item.heads) this.#reach(stream, seq);
        return;
      case "shard":
        if (item.status === "ok") this.#pages.answers(item.shard);
        return;
      case "read":
      case "setting":
      case "signal":
        return;
      default:
        return unreachable(item);
    }
  }

  #event(event: GroupEvent): void {
    this.#rows.take(event, (row) => rowAfter(row, event));
    this.#rows.touch(
      event.stream,
      (row) => row.seq === event.seq && row.lastAt < event.at ? { ...row, lastAt: event.at } : row,
    );
  }

  #reach(stream: StreamId, head: Seq): void {
    if (isGroupStream(stream)) this.#rows.reach(stream, head);
  }

  /** What has changed is among the newest: pages are read until all has been met. */
  async #lookFor(groups: readonly GroupId[]): Promise<readonly GroupId[] | Trouble> {
    const missing = new Set(groups);
    const askedAt = this.#rows.moment;
    const life = this.#life;
    let isLess = false;
    for (let before: string | undefined;;) {
      const take = this.#answering();
      const page = await this.#options.server.groups({ limit: PAGE_ROWS, ...(before !== undefined && { before }) });
      if (isTrouble(page) || life !== this.#life) return isTrouble(page) ? page : [];
      take(page);
      isLess ||= page.unavailable.length > 0;
      for (const row of page.rows) if (row.kind === "group") missing.delete(row.id);
      if (missing.size === 0) return [];
      if (page.next !== null) before = page.next;
      else return isLess ? [...missing] : this.#gone(missing, askedAt);
    }
  }

  /** Those that no page had, though all shards answered. */
  #gone(missing: ReadonlySet<GroupId>, askedAt: Moment): readonly GroupId[] {
    this.#rows.answer([...missing].map((id) => ({ kind: "missing", id })), { askedAt });
    this.#show();
    this.#options.onChange();
    return [];
  }

  /** What takes the answer to what is asked now. */
  #answering(): (page: GroupPage) => void {
    const [askedAt, life]: [Moment, number] = [this.#rows.moment, this.#life];
    return ({ rows }) => {
      if (life !== this.#life) return;
      this.#rows.answer(rows, { askedAt });
      this.#show();
      this.#options.onChange();
    };
  }

  #show(): void {
    const rows = this.#shown.rows((group) => this.#rows.shown(group));
    const [before, { isWhole, unavailable }] = [this.#list.snapshot(), this.#pages];
    if (before.rows === rows && before.isWhole === isWhole && before.unavailable === unavailable) return;
    this.#list.set({ rows, isWhole, unavailable });
  }
}

/** The row after the event that follows it, where that is certain; null: the server says. */
function rowAfter(row: ListedGroup, event: GroupEvent): ListedGroup | null {
  const moved = { ...row, seq: event.seq, lastAt: event.at };
  switch (event.type) {
    case "rename":
      return { ...moved, name: event.body.name };
    case "create-invite":
    case "revoke-invite":
    case "discussion-open":
      return moved;
    case "create":
    case "describe":
    case "set-avatar":
    case "add-members":
    case "remove-member":
    case "leave":
    case "set-role":
    case "transfer-ownership":
    case "join-by-invite":
    case "archive":
      return null;
    default:
      return unreachable(event);
  }
}
