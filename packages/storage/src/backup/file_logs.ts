/** What of a backup's logs other shards are asked about while one is verified. @module */
import {
  type DiscussionId,
  evolve,
  idToUuid,
  type Memberships,
  seq,
  type StreamId,
  type StreamState,
  visibleRanges,
} from "@gatz/domain";
import { EVENT_CODES } from "../schema/codes.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { ACCOUNT_CODES, type OtherLogs, REMOVER_CODES, seenKey } from "../verify/elsewhere.ts";
import type { ReadEvent } from "./lines.ts";

const { "new-message": first, "edit-message": edit, "delete-message": deleted, "react-to-message": reaction } =
  EVENT_CODES.discussion;
/** Nothing in other logs refers to these. */
const MESSAGE_CODES: readonly number[] = [first, edit, deleted, reaction];

/** Keeps, of all events, those that are no message's: who is in what. */
export class FileLogs implements OtherLogs {
  /** By the stream's UUID, in the order of their seqs. */
  readonly #events = new Map<string, EventRow[]>();
  readonly #digests = new Map<string, string | null>();
  readonly #heads = new Map<string, number>();

  take({ row, digest }: Pick<ReadEvent, "row" | "digest">): void {
    this.#heads.set(row.stream, row.seq);
    if (MESSAGE_CODES.includes(row.type)) return;
    const events = this.#events.get(row.stream);
    if (events === undefined) this.#events.set(row.stream, [row]);
    else events.push(row);
    this.#digests.set(row.id, digest);
  }

  heads: OtherLogs["heads"] = (_shard, users) =>
    Promise.resolve(new Map(users.map((user) => [idToUuid(user), this.#of(user).at(-1)?.seq ?? 0])));

  headsSeen: OtherLogs["headsSeen"] = (_shard, sights) => {
    const members = new Map<DiscussionId, Memberships>();
    for (const { discussion } of sights) {
      members.set(discussion, members.get(discussion) ?? this.#membersOf(discussion));
    }
    return Promise.resolve(
      new Map(sights.flatMap((sight) => {
        const stays = members.get(sight.discussion)?.[sight.user] ?? [];
        const head = visibleRanges(stays, seq(this.#heads.get(idToUuid(sight.discussion)) ?? 0)).at(-1)?.to;
        return head === undefined ? [] : [[seenKey(sight), head] as const];
      })),
    );
  };

  eventsAt: OtherLogs["eventsAt"] = (_shard, places) =>
    Promise.resolve(places.flatMap(({ stream, seq }) => this.#of(stream).filter((row) => row.seq === seq)));

  removersOf: OtherLogs["removersOf"] = (_shard, users) =>
    Promise.resolve(users.flatMap((user) => this.#of(user).filter((row) => REMOVER_CODES.includes(row.type))));

  accountEvents: OtherLogs["accountEvents"] = (_shard, users) =>
    Promise.resolve(users.flatMap((user) => this.#of(user).filter((row) => ACCOUNT_CODES.includes(row.type))));

  digests: OtherLogs["digests"] = (_shard, ids) =>
    Promise.resolve(
      new Map(ids.flatMap((id) => this.#digests.has(id) ? [[id, this.#digests.get(id) ?? null] as const] : [])),
    );

  groupUpTo: OtherLogs["groupUpTo"] = (_shard, group, seq) =>
    Promise.resolve(this.#of(group).filter((row) => row.seq <= seq));

  /** What is wrong with the log is reported where that is folded. */
  #membersOf(discussion: DiscussionId): Memberships {
    let state: StreamState | null = null;
    try {
      for (const row of this.#of(discussion)) state = evolve(state, eventOf(row));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
    return state?.kind === "discussion" ? state.members : {};
  }

  #of(stream: StreamId): readonly EventRow[] {
    return this.#events.get(idToUuid(stream)) ?? [];
  }
}
