/** What of a backup's logs other shards are asked about while one is verified. @module */
import { idToUuid, type StreamId } from "@gatz/domain";
import { EVENT_CODES } from "../schema/codes.ts";
import type { EventRow } from "../shard/codec.ts";
import { type OtherLogs, REMOVER_CODES } from "../verify/elsewhere.ts";
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

  take({ row, digest }: Pick<ReadEvent, "row" | "digest">): void {
    if (MESSAGE_CODES.includes(row.type)) return;
    const events = this.#events.get(row.stream);
    if (events === undefined) this.#events.set(row.stream, [row]);
    else events.push(row);
    this.#digests.set(row.id, digest);
  }

  heads: OtherLogs["heads"] = (_shard, users) =>
    Promise.resolve(new Map(users.map((user) => [idToUuid(user), this.#of(user).at(-1)?.seq ?? 0])));

  eventsAt: OtherLogs["eventsAt"] = (_shard, places) =>
    Promise.resolve(places.flatMap(({ stream, seq }) => this.#of(stream).filter((row) => row.seq === seq)));

  removersOf: OtherLogs["removersOf"] = (_shard, users) =>
    Promise.resolve(users.flatMap((user) => this.#of(user).filter((row) => REMOVER_CODES.includes(row.type))));

  digests: OtherLogs["digests"] = (_shard, ids) =>
    Promise.resolve(
      new Map(ids.flatMap((id) => this.#digests.has(id) ? [[id, this.#digests.get(id) ?? null] as const] : [])),
    );

  groupUpTo: OtherLogs["groupUpTo"] = (_shard, group, seq) =>
    Promise.resolve(this.#of(group).filter((row) => row.seq <= seq));

  #of(stream: StreamId): readonly EventRow[] {
    return this.#events.get(idToUuid(stream)) ?? [];
  }
}
