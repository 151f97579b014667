/** A client as an app has it: lists, what is open, what the user does, and how it all stands. @module */
import {
  assert,
  type CanDo,
  DEFAULT_LIMITS,
  type DiscussionDraft,
  type DiscussionId,
  type Draft,
  type GroupDraft,
  type GroupId,
  type Incarnation,
  NOTHING_READ,
  type ReadMark,
  shardOf,
  unixMs,
  type UserId,
  type UserState,
} from "@gatz/domain";
import type { DiscussionList, GroupList, Person, Presence } from "../list/contract.ts";
import type { Lists } from "../list/lists.ts";
import type { Observable } from "../observable.ts";
import type { Kept, NotKept, Offer, Outbox, Pending } from "../outbox/contract.ts";
import type { Me } from "../server/contract.ts";
import type { DraftId, RefusedRecord, SelfRecord } from "../store/records.ts";
import { can } from "../stream/can.ts";
import { drawSelf } from "../stream/picture.ts";
import type { SearchHit } from "../stream/search.ts";
import type { Held } from "../sync/held.ts";
import type { Session } from "../sync/contract.ts";
import type { Replica } from "../sync/replica.ts";
import type { ClientStatus } from "../sync/status.ts";
import type { Timing } from "../timing.ts";
import { type BodyOf, draftOf, type OwnActs, type Saying } from "./acts.ts";
import { fromSession } from "./from_session.ts";
import type { NewId } from "./new_ids.ts";
import { type DiscussionWorkshop, NO_CONTENT, OpenDiscussion, type Said } from "./open_discussion.ts";
import { OpenGroup } from "./open_group.ts";
import { Redrawn } from "./redrawn.ts";

/** A group that is to be made: `name` (1–100 code points±), `members` beside the user, and perhaps a `description`. */
export type NewGroup = Omit<BodyOf<GroupDraft, "create">, "direct">;
/** A discussion that is to be made: in which `group`, its `name`, `members` of the group, and what else `create` can say. */
export type NewDiscussion = BodyOf<DiscussionDraft, "create"> & {
  /** What is said first, in the same moment (DISC3). */
  readonly first?: Said;
};

export interface GatzParts {
  readonly replica: Replica<Lists, Outbox>;
  readonly search: (text: string, options: { readonly limit: number }) => Promise<readonly SearchHit[]>;
  readonly timing: Timing;
  readonly newId: NewId;
}

const NOBODY: readonly UserId[] = [];
const NO_ROWS = { rows: [], isWhole: false, unavailable: [] } as const;
const NO_COUNT = { count: 0, more: true } as const;
const NO_DISCUSSIONS: DiscussionList = {
  ...NO_ROWS,
  totals: { discussions: NO_COUNT, unread: NO_COUNT, mentions: NO_COUNT },
};

/** A client as an app has it: lists, what is open, what the user does, and how it all stands. */
export class Gatz {
  /** The user's discussions, latest activity first: from the store at once, and current while there is a connection. */
  readonly discussions: Observable<DiscussionList>;
  /** The user's groups, likewise. */
  readonly groups: Observable<GroupList>;
  /** The user's own stream, with what they have just done to it: profile and blocks. Null until it is here. */
  readonly self: Observable<UserState | null>;
  readonly #parts: GatzParts;
  readonly #shown: readonly Redrawn<unknown>[];
  readonly #open = new Set<OpenDiscussion | OpenGroup>();
  #own: Held | null = null;

  constructor(parts: GatzParts) {
    this.#parts = parts;
    const { session } = parts.replica;
    const discussions = fromSession(session, ({ lists }) => lists.discussions, NO_DISCUSSIONS);
    const groups = fromSession<Session<Lists>, GroupList>(session, ({ lists }) => lists.groups, NO_ROWS);
    const self = new Redrawn(() => this.#drawSelf());
    self.follow(session);
    self.follow(parts.replica.outbox.pending);
    [this.discussions, this.groups, this.self] = [discussions, groups, self];
    this.#shown = [discussions, groups, self];
  }

  /** How the client stands with its server, for an app to show. */
  get status(): Observable<ClientStatus> {
    return this.#parts.replica.status;
  }

  /** The life of the installation that what is here is of (LOG9); null: nothing is. */
  get incarnation(): Incarnation | null {
    return this.#parts.replica.incarnation;
  }

  /** As the server last said; null until it has. */
  get me(): Observable<Me | null> {
    return this.#parts.replica.me;
  }

  /** What waits to be offered, and what was accepted and has not arrived yet; by stream, in the order in which it was done. */
  get pending(): Observable<Pending> {
    return this.#parts.replica.outbox.pending;
  }

  /** What was taken back, with the reason, until the app dismisses it; kept in the store, so that nobody misses it. */
  get refused(): Observable<readonly RefusedRecord[]> {
    return this.#parts.replica.outbox.refused;
  }

  /** Forgets what was refused: somebody has seen it. Resolves as `Offer.stored` does. */
  dismiss(id: DraftId): Promise<Kept | NotKept> {
    return this.#parts.replica.outbox.dismiss(id);
  }

  /** Resolves as soon as it is known whose client this is: at once if the store or the token tells, else with the first connection. */
  async ready(): Promise<SelfRecord> {
    for await (const session of this.#parts.replica.session) if (session !== null) return session.self;
    throw new Error("closed before it was ready");
  }

  /** A discussion, kept current until it is released. It may be opened several times. */
  open(id: DiscussionId): OpenDiscussion {
    return this.#opened(new OpenDiscussion(id, this.#workshop()));
  }

  /** A group, likewise. */
  openGroup(id: GroupId): OpenGroup {
    return this.#opened(new OpenGroup(id, this.#workshop()));
  }

  /** Makes a group of these people and the user; offline too. Once {@link ready}. */
  createGroup(body: NewGroup): { readonly group: GroupId; readonly offer: Offer } {
    const { newId, replica } = this.#parts;
    const { home } = this.#session.self;
    const stream = newId("grp", home);
    const draft = draftOf<GroupDraft, "create">({ stream, id: newId("evt", home), type: "create", body });
    return { group: stream, offer: replica.outbox.add(draft) };
  }

  /** Makes a discussion in a group, also in one that waits to be made. Once {@link ready}. */
  createDiscussion({ first, ...body }: NewDiscussion): { readonly discussion: DiscussionId; readonly offer: Offer } {
    const { newId, replica } = this.#parts;
    const { home } = this.#session.self;
    const stream = newId("disc", home);
    const drafts: Draft[] = [
      draftOf<DiscussionDraft, "create">({ stream, id: newId("evt", home), type: "create", body }),
    ];
    if (first !== undefined) {
      const said = { ...NO_CONTENT, ...first };
      drafts.push(
        draftOf<DiscussionDraft, "new-message">({ stream, id: newId("msg", home), type: "new-message", body: said }),
      );
    }
    const [offer] = replica.outbox.addBundle(drafts);
    assert(offer !== undefined, "one offer a draft");
    return { discussion: stream, offer };
  }

  /** Something that concerns the user alone: profile, blocks, the end of the account. Once {@link ready}. */
  act<T extends OwnActs["type"]>(type: T, ...[body = {} as BodyOf<OwnActs, T>]: Saying<OwnActs, T>): Offer {
    return this.#parts.replica.outbox.add(this.#ownDraft(type, body));
  }

  /** What {@link act} would be answered, as far as can be told from here. */
  canDo<T extends OwnActs["type"]>(type: T, ...[body = {} as BodyOf<OwnActs, T>]: Saying<OwnActs, T>): CanDo {
    const drawing = this.#ownDrawing();
    return drawing === null ? { kind: "unknown" } : can({ ...drawing, self: null }, this.#ownDraft(type, body));
  }

  /** Somebody as others are shown them; asked for when needed, and kept. */
  person(id: UserId): Observable<Person> {
    return this.#listed(({ lists }) => lists.person(id), { kind: "unknown", id });
  }

  /** Whether somebody is there; `unknown` unless something was heard of them lately (LIVE7). */
  presence(id: UserId): Observable<Presence> {
    return this.#listed(({ lists }) => lists.presence(id), { status: "unknown" });
  }

  /** Messages that are stored here and hold all these words, newest first; works without a connection. */
  search(text: string, { limit = 50 }: { readonly limit?: number } = {}): Promise<readonly SearchHit[]> {
    return this.#parts.search(text, { limit });
  }

  /** Tries at once what waits to be tried again: the app has another token, or knows that the network is back. */
  retry(): void {
    this.#parts.replica.retry();
  }

  /** Waits for what is being written; everything that is pending stays in the store. */
  async close(): Promise<void> {
    for (const open of this.#open) open.release();
    for (const shown of this.#shown) shown.close();
    await this.#parts.replica.outbox.close();
    await this.#parts.replica.close();
  }

  get #session(): Session<Lists> {
    const session = this.#parts.replica.session.snapshot();
    assert(session !== null, "wait for ready()");
    return session;
  }

  /** The same each time it is asked for, as apps do whenever they draw; before there is a session, one that goes on into it. */
  #listed<T>(pick: (session: Session<Lists>) => Observable<T>, before: T): Observable<T> {
    const { session } = this.#parts.replica;
    const present = session.snapshot();
    return present === null ? fromSession(session, pick, before) : pick(present);
  }

  #workshop(): DiscussionWorkshop {
    const { replica, timing, newId } = this.#parts;
    const lists = () => replica.session.snapshot()?.lists;
    return {
      ...{ outbox: replica.outbox, server: replica.server, timing, newId, self: this.self },
      limits: () => replica.session.snapshot()?.self.limits ?? DEFAULT_LIMITS,
      blocks: () => lists()?.blocks.snapshot() ?? null,
      hold: (stream) => replica.hold(stream),
      mark: (discussion) => markIn(lists(), discussion),
      life: () => replica.incarnation,
      typing: (discussion) => this.#listed(({ lists }) => lists.typing(discussion), NOBODY),
    };
  }

  #opened<T extends OpenDiscussion | OpenGroup>(open: T): T {
    this.#open.add(open);
    open.onRelease = () => this.#open.delete(open);
    return open;
  }

  #drawSelf(): UserState | null {
    const drawing = this.#ownDrawing();
    return drawing === null ? null : drawSelf(drawing).state;
  }

  #ownDrawing() {
    const { replica, timing } = this.#parts;
    const session = replica.session.snapshot();
    if (session === null) return null;
    const { user, limits } = session.self;
    if (this.#own === null) {
      this.#own = replica.hold(user);
      (this.self as Redrawn<UserState | null>).follow(this.#own.view);
    }
    const view = this.#own.view.snapshot();
    if (view === null) return null;
    const pendingDrafts = replica.outbox.pending.snapshot().get(user) ?? [];
    return { ...view, pendingDrafts, at: unixMs(timing.now()), limits };
  }

  /** That type and body belong together is seen to where they are said. */
  #ownDraft(type: OwnActs["type"], body: OwnActs["body"]): OwnActs {
    const stream = this.#session.self.user;
    return { stream, id: this.#parts.newId("evt", shardOf(stream)), type, version: 1, body } as OwnActs;
  }
}

/** As the list shows it: also what the user has just wished. */
function markIn(lists: Lists | undefined, discussion: DiscussionId): ReadMark {
  const row = lists?.discussions.snapshot().rows.find(({ id }) => id === discussion);
  return row?.kind === "discussion" ? row.mark ?? NOTHING_READ : NOTHING_READ;
}
