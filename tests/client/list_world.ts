/**
 * An installation as one user's lists see it: a random chat of the domain's tests, that user's own records, and a feed of all of it. What the
 * server answers is counted from the whole log each time, by the plainest reading of USR3 and READ2.
 * @module
 */
import {
  type DiscussionId,
  type FeedItem,
  formFor,
  type GroupId,
  type GroupState,
  type Incarnation,
  type Interval,
  intervalsOf,
  isDiscussionStream,
  isGroupStream,
  isUserStream,
  type LogEvent,
  type MessageState,
  type NotifyLevel,
  type Proposal,
  type ReadMark,
  type Rev,
  rev,
  type Seq,
  seq,
  shownTo,
  type StreamId,
  type StreamView,
  type UserId,
  viewOf,
} from "@gatz/domain";
import { type Move, newWorld, play } from "../../packages/domain/testing/chat.ts";
import type { World } from "../../packages/domain/testing/world.ts";
import type {
  DiscussionPage,
  DiscussionRows,
  GroupPage,
  GroupRows,
  ListedDiscussion,
  ListedGroup,
  Opened,
} from "../../packages/client/src/server/contract.ts";

export class ListWorld {
  readonly world: World = newWorld();
  /** All that the user's feed has brought, from the beginning: a cursor is an index into it. */
  readonly feed: FeedItem[] = [];
  readonly #marks = new Map<DiscussionId, ReadMark>();
  readonly #notify = new Map<DiscussionId, NotifyLevel>();
  /** How much of each log the feed has passed. */
  readonly #fed = new Map<StreamId, number>();
  #rev = 0;

  constructor(readonly viewer: UserId, private readonly incarnation: Incarnation) {
    this.#feedAll();
  }

  play(move: Move): void {
    play(move, this.world);
    this.#feedAll();
  }

  offer(proposal: Proposal): void {
    this.world.offer(proposal);
    this.#feedAll();
  }

  /** As `reads.mark` and `reads.markUnread`: never back, and no further than the user sees. */
  mark({ discussion, at, isUnread }: { discussion: DiscussionId; at: number; isUnread: boolean }): void {
    const head = this.row(discussion)?.head;
    if (head === undefined) return;
    const before = this.#marks.get(discussion) ?? { epoch: 0, seq: seq(0) };
    const wanted = { epoch: before.epoch + (isUnread ? 1 : 0), seq: seq(Math.min(at, head)) };
    if (wanted.epoch === before.epoch && wanted.seq <= before.seq) return;
    this.#marks.set(discussion, wanted);
    this.feed.push({ type: "read", discussion, ...wanted, rev: rev(++this.#rev) });
  }

  notify(discussion: DiscussionId, level: NotifyLevel): void {
    if (this.row(discussion) === null || this.#notify.get(discussion) === level) return;
    this.#notify.set(discussion, level);
    this.feed.push({ type: "setting", discussion, notify: level, rev: rev(++this.#rev) });
  }

  get rev(): Rev {
    return rev(this.#rev);
  }

  page({ before, limit }: { before?: string; limit: number }): DiscussionPage {
    const { rows, next } = pageOf(this.rows(), { before, limit });
    const { incarnation } = this;
    return { incarnation, asOf: String(this.feed.length), rows, totals: null, unavailable: [], next };
  }

  asked(discussions: readonly DiscussionId[]): DiscussionRows {
    const rows = discussions.map((id) => this.row(id) ?? { kind: "missing", id } as const);
    return { incarnation: this.incarnation, asOf: this.rev, rows };
  }

  groupPage({ before, limit }: { before?: string; limit: number }): GroupPage {
    const { rows, next } = pageOf(this.groups(), { before, limit });
    return { incarnation: this.incarnation, asOf: String(this.feed.length), rows, unavailable: [], next };
  }

  askedGroups(groups: readonly GroupId[]): GroupRows {
    const rows = groups.map((id) => this.#group(id) ?? { kind: "missing", id } as const);
    return { incarnation: this.incarnation, rows };
  }

  open(): Opened {
    const state = this.world.user(this.viewer);
    return { incarnation: this.incarnation, asOf: state.seq, state, items: [] };
  }

  /** Latest activity first. */
  rows(): readonly ListedDiscussion[] {
    return this.world.streams.filter(isDiscussionStream).flatMap((id) => this.row(id) ?? []).sort(latestFirst);
  }

  groups(): readonly ListedGroup[] {
    return this.world.streams.filter(isGroupStream).flatMap((id) => this.#group(id) ?? []).sort(latestFirst);
  }

  #group(id: GroupId): ListedGroup | null {
    const { state } = viewOf(this.world.log(id), this.viewer);
    if (state?.kind !== "group") return null;
    const { kind, name, owner, createdAt, description, avatar, direct, archived } = state;
    return {
      ...{ kind, id, seq: state.seq, name, owner, createdAt, memberCount: insiders(state), role: this.#role(state) },
      mine: intervalsOf(state, this.viewer),
      ...(description !== undefined && { description }),
      ...(avatar !== undefined && { avatar }),
      ...(direct !== undefined && { direct }),
      ...(archived !== undefined && { archived }),
      lastAt: this.#event(id, state.seq).at,
    };
  }

  /** Null: the user never was in it. */
  row(id: DiscussionId): ListedDiscussion | null {
    const { state, messages } = viewOf(this.world.log(id), this.viewer);
    if (state?.kind !== "discussion") return null;
    const mute = state.mutes?.[this.viewer];
    const mark = this.#marks.get(id) ?? { epoch: 0, seq: seq(0) };
    const notify = this.#notify.get(id);
    return {
      ...{ kind: "discussion", id, group: state.group, name: state.name, closed: state.closed },
      ...(state.locked && { locked: true }),
      ...(mute && { muted: mute.until === undefined ? {} : { until: mute.until } }),
      ...{ role: this.#role(state), memberCount: insiders(state), mine: intervalsOf(state, this.viewer) },
      ...{ head: state.seq, lastAt: this.#event(id, state.seq).at, mark },
      ...this.#counts([...messages.values()], mark),
      ...(notify && { notify }),
      preview: this.#preview([...messages.values()].at(-1)),
    };
  }

  #role(state: { readonly members: GroupState["members"] }) {
    const stay = state.members[this.viewer]?.at(-1);
    return stay === undefined || stay.left !== undefined ? null : stay.role;
  }

  #preview(message: MessageState | undefined): ListedDiscussion["preview"] {
    if (message === undefined) return null;
    if (message.kind === "deleted" || !this.blocks.includes(message.author)) return shownTo(this.viewer, message);
    const { id, discussion, seq, author, at } = message;
    return { kind: "blocked", id, discussion, seq, author, at };
  }

  get blocks(): readonly UserId[] {
    return this.world.user(this.viewer).blocks ?? [];
  }

  // That somebody who blocks the user does not mention them is left out: no feed tells of it (BLK1).
  #counts(messages: readonly MessageState[], mark: ReadMark): Pick<ListedDiscussion, "unread" | "mentions"> {
    let [unread, mentions] = [0, 0];
    for (const message of messages) {
      if (message.kind !== "live" || message.seq <= mark.seq) continue;
      if (message.author === this.viewer || this.blocks.includes(message.author)) continue;
      unread++;
      if (message.mentions.includes(this.viewer)) mentions++;
    }
    return { unread: { count: unread, more: false }, mentions: { count: mentions, more: false } };
  }

  #event(stream: StreamId, at: Seq): LogEvent {
    return this.world.log(stream)[at - 1]!; // seqs have no gaps
  }

  #feedAll(): void {
    for (const stream of this.world.streams) {
      const log = this.world.log(stream);
      for (const event of log.slice(this.#fed.get(stream) ?? 0)) this.feed.push(...this.#itemsOf(event));
      this.#fed.set(stream, log.length);
    }
  }

  #itemsOf(event: LogEvent): FeedItem[] {
    const { stream } = event;
    const state = this.world.folded(stream).state!; // it has an event
    if (isUserStream(stream)) return stream === this.viewer ? [{ type: "event", event }] : [];
    if (state.kind === "user") return [];
    const stay = intervalsOf(state, this.viewer).find((stay) => isWithin(stay, event.seq));
    if (stay === undefined) return [];
    if (stay.from === event.seq) {
      // Lists do not look at what else there is to say of it.
      const view = { kind: state.kind, id: stream, seq: event.seq } as StreamView;
      return [{ type: "joined", stream, visibleFrom: stay.historyFrom, head: event.seq, state: view }];
    }
    const form = formFor(event, this.viewer, state);
    if (form !== null) return [{ type: "event", event: form }];
    return [{ type: "opaque", stream, from: event.seq, to: event.seq }];
  }
}

function isWithin({ from, left }: Interval, at: Seq): boolean {
  return from <= at && (left === undefined || at <= left);
}

function insiders({ members }: { readonly members: GroupState["members"] }): number {
  return Object.values(members).filter((stays) => stays.at(-1)?.left === undefined).length;
}

interface Placed {
  readonly id: string;
  readonly lastAt: number;
}

function latestFirst(a: Placed, b: Placed): number {
  return a.lastAt === b.lastAt ? (a.id < b.id ? 1 : -1) : b.lastAt - a.lastAt;
}

/** A server may give less than it is asked for: so there are pages even of little. */
const ROWS = 2;

function pageOf<R extends Placed>(rows: readonly R[], { before, limit }: { before?: string; limit: number }) {
  const [lastAt, id] = (before ?? "Infinity ~").split(" ");
  const behind = rows.filter((row) => latestFirst(row, { lastAt: Number(lastAt), id: id! }) > 0);
  const page = behind.slice(0, Math.min(limit, ROWS));
  const last = page.at(-1);
  return { rows: page, next: last === undefined || page.length === behind.length ? null : `${last.lastAt} ${last.id}` };
}
