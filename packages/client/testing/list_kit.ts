/** Lists over a server of which a test says what each row is. @module */
import {
  type DiscussionId,
  type FeedItem,
  type GroupId,
  incarnation,
  type LogEvent,
  type MessageId,
  rev,
  seq,
  type ShardNumber,
  shardOf,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { ListsOptions, MarkWish } from "../src/list/contract.ts";
import { Lists } from "../src/list/lists.ts";
import { Cell } from "../src/observable.ts";
import type { ListedDiscussion, ListedGroup, UserView } from "../src/server/contract.ts";
import type { Store } from "../src/store/contract.ts";
import { memoryStore } from "../src/store/memory.ts";
import { CUT } from "../src/trouble.ts";
import { ALICE, BOB, discussionOn, GROUP } from "./scripted_server.ts";
import { VirtualTime } from "./virtual_time.ts";

export { ALICE, BOB, discussionOn, GROUP };

const LIFE = incarnation("a life");

/** A row as the server has it; `head` 10, of which 2 are unread, if nothing else is said. */
export function rowOf(id: DiscussionId, row: Partial<ListedDiscussion> = {}): ListedDiscussion {
  return {
    ...{ kind: "discussion", id, group: GROUP, name: "Talk", closed: false, role: "member", memberCount: 2 },
    ...{ mine: [{ from: seq(1), historyFrom: seq(1), role: "member" }], head: seq(10), lastAt: unixMs(1_000) },
    ...{ mark: { epoch: 0, seq: seq(8) }, unread: count(2), mentions: count(0), preview: null },
    ...row,
  };
}

export const count = (count: number, more = false) => ({ count, more });

let made = 1_000;
/** Bob's, if nobody else's. */
export function message(stream: DiscussionId, at: number, { by = BOB, mentions = [] as UserId[] } = {}): LogEvent {
  const id: MessageId = uuidToId("msg", `0198c0de-0000-7003-8000-${String(made++).padStart(12, "0")}`);
  const body = { text: `No. ${at}`, mentions, attachments: [] };
  const place = { seq: seq(at), at: unixMs(2_000 + at), decided: {} };
  return { stream, id, type: "new-message", version: 1, actor: by, body, ...place };
}

export const brought = (event: LogEvent): FeedItem => ({ type: "event", event });

export class ListKit {
  readonly time = new VirtualTime();
  readonly wishes = new Cell<ReadonlyMap<DiscussionId, MarkWish>>(new Map());
  readonly rows = new Map<DiscussionId, ListedDiscussion>();
  readonly groups = new Map<GroupId, ListedGroup>();
  readonly people = new Map<UserId, UserView>();
  /** Shards that do not answer. */
  readonly silent = new Set<ShardNumber>();
  /** What was asked, in order. */
  readonly asked: { readonly what: string; readonly ids: readonly string[] }[] = [];
  isCut = false;
  lists: Lists;

  constructor(readonly store: Store = memoryStore()) {
    this.lists = new Lists(this.#options());
  }

  /** Connected, with all that there was to read. */
  static async connected(rows: readonly (ListedDiscussion | ListedGroup)[], store?: Store): Promise<ListKit> {
    const kit = new ListKit(store);
    for (const row of rows) {
      if (row.kind === "group") kit.groups.set(row.id, row);
      else kit.rows.set(row.id, row);
    }
    await kit.lists.load();
    const begun = kit.lists.begin();
    await begun;
    kit.lists.connected(true);
    await kit.time.pass(100);
    return kit;
  }

  shown(id: DiscussionId): ListedDiscussion {
    const row = this.lists.discussions.snapshot().rows.find((row) => row.id === id);
    if (row?.kind !== "discussion") throw new Error(`not shown: ${id}`);
    return row;
  }

  take(...items: FeedItem[]): void {
    this.lists.take(items);
  }

  /** Of another device of the user's. */
  marked(discussion: DiscussionId, at: number, number: number): void {
    this.take({ type: "read", discussion, epoch: 0, seq: seq(at), rev: rev(number) });
  }

  #options(): ListsOptions {
    const heard = <T>(what: string, ids: readonly string[], answer: () => T) => {
      this.asked.push({ what, ids });
      return Promise.resolve(this.isCut ? CUT : answer());
    };
    return {
      viewer: ALICE,
      store: this.store,
      wishes: this.wishes,
      onChange: () => {},
      timing: this.time,
      server: {
        discussions: ({ before }) => heard("discussions", [before ?? ""], () => this.#page(Number(before ?? 0))),
        rows: ({ discussions }) =>
          heard("rows", discussions, () => ({
            ...{ incarnation: LIFE, asOf: rev(0) },
            rows: discussions.map((id) =>
              this.#isSilent(id) ? { kind: "unavailable", id } : this.rows.get(id) ?? { kind: "missing", id }
            ),
          })),
        groups: () => {
          const rows = [...this.groups.values()];
          return heard("groups", [], () => ({ incarnation: LIFE, asOf: "", rows, unavailable: [], next: null }));
        },
        groupRows: ({ groups }) =>
          heard("groupRows", groups, () => ({
            incarnation: LIFE,
            rows: groups.map((id) =>
              this.#isSilent(id) ? { kind: "unavailable", id } : this.groups.get(id) ?? { kind: "missing", id }
            ),
          })),
        open: ({ stream }) =>
          heard("open", [stream], () => ({ incarnation: LIFE, asOf: seq(1), items: [], state: alice() })),
        people: ({ ids }) =>
          heard("people", ids, () => ({
            incarnation: LIFE,
            users: ids.map((id) => this.people.get(id) ?? { kind: "missing", id }),
          })),
      },
    };
  }

  #isSilent(id: DiscussionId | GroupId): boolean {
    return this.silent.has(shardOf(id));
  }

  /** A hundred rows each. */
  #page(from: number) {
    const all = [...this.rows.values()];
    const rows = all.slice(from, from + 100)
      .map((row) => this.#isSilent(row.id) ? { kind: "unavailable", id: row.id, group: row.group } as const : row);
    const next = from + 100 < all.length ? String(from + 100) : null;
    return { incarnation: LIFE, asOf: "cursor", rows, totals: null, unavailable: [...this.silent], next };
  }
}

function alice() {
  return {
    ...{ kind: "user", id: ALICE, seq: seq(1), handle: "alice", name: "Alice", createdAt: unixMs(0) } as const,
    ...{ profileSeq: seq(1), inbox: {} },
  };
}
