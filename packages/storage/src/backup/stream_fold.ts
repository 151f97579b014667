/** One stream's log, folded into the rows that its writer would have left (LOG6). @module */
import {
  effects,
  evolve,
  idToUuid,
  isMessageEvent,
  type LogEvent,
  MessagesFold,
  shardOf,
  type StreamState,
} from "@gatz/domain";
import type { MembersTable, StreamsTable } from "../schema/shard_tables.ts";
import { dayOf, sameStay } from "../shard/project.ts";
import { inboxRows, memberRows, messageChangeRow, reactionRows, stateRow, streamRow } from "../shard/rows.ts";
import { changesState } from "../shard/state_json.ts";
import type { TextRow } from "./insert.ts";

/** Rows by table. */
export interface StreamRows {
  readonly streams: readonly StreamsTable[];
  readonly stream_states: readonly TextRow<"stream_states">[];
  readonly members: readonly MembersTable[];
  readonly message_changes: readonly TextRow<"message_changes">[];
  readonly reactions: readonly TextRow<"reactions">[];
  readonly inbox: readonly TextRow<"inbox">[];
  readonly outbox: readonly TextRow<"outbox">[];
}

export class StreamFold {
  #state: StreamState | null = null;
  /** As the last event that was not a message's left it. */
  #ownState: StreamState | null = null;
  #position = 0;
  #lastAt = 0;
  readonly #messages = new MessagesFold();
  readonly #members = new Map<string, MembersTable>();
  readonly #outbox: TextRow<"outbox">[] = [];

  get state(): StreamState | null {
    return this.#state;
  }

  take(event: LogEvent, position: number): void {
    const before = this.#state;
    const after = evolve(before, event);
    this.#state = after;
    this.#position = position;
    this.#lastAt = event.at;
    this.#messages.take(event);
    if (changesState(event, { before, after })) this.#ownState = after;
    if (isMessageEvent(event)) return;
    for (const row of memberRows({ before, after }, { position, day: dayOf(event.at) })) this.#stay(row);
    effects(event, after).forEach((draft, ordinal) => {
      const [id, target_shard] = [idToUuid(draft.id), shardOf(draft.stream)];
      this.#outbox.push({ id, position, ordinal, target_shard, draft: JSON.stringify(draft), code: null });
    });
  }

  rows(): StreamRows {
    const [state, own] = [this.#state, this.#ownState];
    if (state === null || own === null) throw new Error("a stream without events");
    const messages = this.#messages.messages();
    return {
      streams: [streamRow(state, { position: this.#position, lastAt: this.#lastAt })],
      stream_states: [withText(stateRow(own))],
      members: [...this.#members.values()].map((row) => row.left_seq === null ? this.#active(row) : row),
      message_changes: messages.map((message) => messageChangeRow(undefined, message)).filter((row) => row !== null)
        .map(withText),
      reactions: messages.flatMap((message) => reactionRows(undefined, message).added),
      inbox: state.kind === "user" ? inboxRows(null, state) : [],
      outbox: this.#outbox,
    };
  }

  #stay(row: MembersTable): void {
    const key = `${row.user} ${row.from_seq}`;
    const earlier = this.#members.get(key);
    this.#members.set(key, earlier === undefined ? row : sameStay(earlier, row));
  }

  /** Who is in the stream now was active on its last day. */
  #active(row: MembersTable): MembersTable {
    return { ...row, active_on: dayOf(this.#lastAt) };
  }
}

function withText<Row extends { readonly state: unknown }>(row: Row): Omit<Row, "state"> & { state: string } {
  return { ...row, state: JSON.stringify(row.state) };
}
