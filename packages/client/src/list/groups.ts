/** The list of the user's groups, kept current from the feed and by asking. @module */
import { type FeedItem, type GroupId, isGroupDraft, isGroupStream, type Seq, type UserId } from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { GroupRow, ListedGroup, Server } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { GroupList, Listing } from "./contract.ts";
import { groupAfter } from "./group_arithmetic.ts";
import { RowList } from "./row_list.ts";

export interface GroupsOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "groups" | "groupRows">;
  readonly store: Pick<Store, "get" | "list">;
  readonly onChange: () => void;
  readonly timing: Timing;
}

interface Kind {
  readonly row: ListedGroup;
  readonly silent: Exclude<GroupRow, ListedGroup>;
}

export class Groups implements Listing {
  readonly #viewer: UserId;
  readonly #list: RowList<Kind, GroupList>;

  constructor({ viewer, server, store, onChange, timing }: GroupsOptions) {
    this.#viewer = viewer;
    this.#list = new RowList<Kind, GroupList>({
      ...{ table: "groups", key: "groups", isListed: isGroupStream },
      headOf: ({ seq }) => seq,
      ...{ isPartial: () => false, isFollowed: true },
      askPage: (page) => server.groups(page),
      askRows: (groups) => server.groupRows({ groups }),
      look: (row) => row,
      listOf: (rows, extent) => ({ rows, ...extent }),
      ...{ store, onChange, timing },
    });
  }

  get list(): Observable<GroupList> {
    return this.#list.list;
  }

  /** The newest seq of a group that is known to be there, of those that the user sees. */
  known(group: GroupId): Seq | undefined {
    return this.#list.rows.known(group);
  }

  async load(): Promise<void> {
    await this.#list.load();
    this.#list.show();
  }

  /** As {@link RowList.doubt}. */
  doubt(): void {
    this.#list.doubt();
  }

  take(items: readonly FeedItem[]): void {
    for (const item of items) {
      this.#list.take(item);
      if (item.type !== "event" || !isGroupDraft(item.event)) continue;
      const { event } = item;
      this.#list.rows.take(event, (row) => groupAfter(row, event, this.#viewer));
    }
    this.#list.show();
  }

  connected(connected: boolean): void {
    this.#list.connected(connected);
  }

  drain(): readonly Change[] {
    return this.#list.drain();
  }

  reset(): void {
    this.#list.reset();
    this.#list.show();
  }

  close(): void {
    this.#list.close();
  }
}
