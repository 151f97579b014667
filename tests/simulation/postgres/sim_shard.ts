/** A shard's tables as arrays and maps: what is committed, and nothing else. It knows no time and no connections. */
import {
  type Draft,
  evolve,
  evolveMessage,
  idToUuid,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  type MessageState,
  position,
  type RejectionCode,
  type ShardNumber,
  type StreamId,
  type StreamState,
  type Uuid,
} from "@gatz/domain";
import type { Committed } from "@gatz/storage/contract";
import type { KnownEvent } from "../../../packages/storage/src/shard/batch.ts";
import type { StreamEntry } from "../../../packages/storage/src/shard/cache.ts";
import type { KnownEvents, Loaded, Wanted } from "../../../packages/storage/src/shard/ground.ts";
import type { Written } from "../../../packages/storage/src/shard/shard_store.ts";
import type { Fence } from "../../../packages/storage/src/log/fences.ts";
import type { Arrival, Delivered } from "../../../packages/storage/src/outbox/rows.ts";
import { SimPersonal } from "./sim_personal.ts";
import { sqlError } from "./sql_error.ts";

export interface LogRow {
  readonly position: number;
  /** The event as JSON, as it was when it was written. */
  readonly text: string;
  readonly event: LogEvent;
  readonly digest: string;
  /** Milliseconds of the run. */
  readonly committedAt: number;
}

export interface OutboxRow {
  readonly draft: Draft;
  readonly position: number;
  readonly ordinal: number;
  readonly target: ShardNumber;
  code: RejectionCode | null;
}

export class SimShard {
  epoch = 0;
  owner: Fence["owner"] = null;
  writable = true;
  readonly log: LogRow[] = [];
  readonly personal = new SimPersonal();
  readonly outbox = new Map<string, OutboxRow>();
  /** All effects that ever were to be delivered, in the order of their events. */
  readonly effects: OutboxRow[] = [];
  /** What was written though it must never be. */
  readonly breaches: string[] = [];
  readonly #known = new Map<Uuid, KnownEvent>();
  readonly #streams = new Map<StreamId, { readonly state: StreamState; readonly lastAt: number }>();
  readonly #messages = new Map<MessageId, MessageState>();
  /** The positions of each stream's events. */
  readonly #positions = new Map<StreamId, number[]>();

  constructor(readonly shard: ShardNumber) {}

  get position(): number {
    return this.log.length;
  }

  get fence(): Fence {
    return { epoch: this.epoch, position: position(this.position), rev: this.personal.rev, owner: this.owner };
  }

  get streams(): readonly StreamId[] {
    return [...this.#streams.keys()];
  }

  state(stream: StreamId): StreamState | null {
    return this.#streams.get(stream)?.state ?? null;
  }

  known(ids: Wanted["ids"]): KnownEvents {
    return new Map([...ids].flatMap((id) => {
      const known = this.#known.get(id);
      return known === undefined ? [] : [[id, known] as const];
    }));
  }

  load({ streams, messages }: Wanted): Loaded {
    const uuids = new Map(this.streams.map((stream) => [idToUuid(stream), stream]));
    const found = new Map<StreamId, StreamEntry>();
    const taken = new Set<StreamId>();
    for (const id of streams) {
      const entry = this.#streams.get(id);
      if (entry !== undefined) found.set(id, { ...entry, activeOn: 0 });
      else if (uuids.has(idToUuid(id))) taken.add(id);
    }
    return {
      streams: found,
      taken,
      messages: new Map(messages.flatMap((id) => {
        const message = this.#messages.get(id);
        return message === undefined ? [] : [[id, message] as const];
      })),
    };
  }

  /** Throws what the constraints of the tables throw; then nothing is written. */
  write({ batch, projection, epoch, takenBy }: Written, committedAt: number): void {
    const rows = batch.accepted.map(({ committed, draft }) => {
      const text = JSON.stringify(committed.event);
      return {
        position: committed.position,
        text,
        event: JSON.parse(text) as LogEvent,
        digest: draft.digest,
        committedAt,
      }; // just made
    });
    this.#check(rows);
    this.epoch = epoch;
    if (takenBy !== null) this.owner = takenBy;
    for (const row of rows) this.#append(row);
    for (const { id, draft, position, ordinal, target_shard: target } of projection.outbox) {
      const copy = JSON.parse(JSON.stringify(draft)) as Draft; // likewise
      if (this.outbox.has(id)) this.breaches.push(`[SHARD3] the effect ${id} is written twice`);
      const row = { draft: copy, position, ordinal, target: target as ShardNumber, code: null }; // computed from an id
      this.outbox.set(id, row);
      this.effects.push(row);
    }
  }

  /** Effects that wait for a shard, oldest first. */
  waiting(target: ShardNumber): OutboxRow[] {
    return [...this.outbox.values()]
      .filter((row) => row.target === target && row.code === null)
      .sort((a, b) => a.position - b.position || a.ordinal - b.ordinal);
  }

  /** For which shards effects wait. */
  targets(): ShardNumber[] {
    const waiting = [...this.outbox.values()].filter(({ code }) => code === null);
    return [...new Set(waiting.map(({ target }) => target))];
  }

  /** Effects that were answered: the accepted go, the rejected stay with their code. Doing it twice changes nothing. */
  record(delivered: readonly Delivered[]): void {
    for (const { draft, outcome } of delivered) {
      const row = this.outbox.get(idToUuid(draft.id));
      if (row === undefined) continue;
      if (outcome.kind === "rejected") row.code = outcome.code;
      else this.outbox.delete(idToUuid(draft.id));
    }
  }

  isWaiting(row: OutboxRow): boolean {
    return this.outbox.has(idToUuid(row.draft.id)) && row.code === null;
  }

  /** How far an event has come. */
  arrivalOf(event: Uuid): Arrival {
    const row = this.log.find(({ event: { id } }) => idToUuid(id) === event);
    if (row === undefined) return "absent";
    return [...this.outbox.values()].some(({ position, code }) => position === row.position && code === null)
      ? "working"
      : "done";
  }

  /** What follows a position, with the streams' newest states. */
  page(from: number, most: number): Committed[] {
    return this.log.slice(from, from + most).map((row) => ({
      position: position(row.position),
      event: row.event,
      state: this.state(row.event.stream)!, // it has an event
    }));
  }

  eventsOf(stream: StreamId): LogEvent[] {
    return (this.#positions.get(stream) ?? []).map((at) => this.log[at - 1]!.event); // positions are of this log
  }

  positionOf(stream: StreamId, seq: number): number {
    const at = this.#positions.get(stream)?.[seq - 1];
    if (at === undefined) throw new RangeError(`no ${seq} in ${stream}`);
    return at;
  }

  /** Unique: positions, ids, a stream's seqs. A gap is nothing that tables forbid. */
  #check(rows: readonly LogRow[]): void {
    const ids = new Set<Uuid>();
    const heads = new Map<StreamId, number>();
    rows.forEach(({ position, event: { id, stream, seq } }, i) => {
      const uuid = idToUuid(id);
      const [expected, next] = [this.position + i + 1, (heads.get(stream) ?? this.state(stream)?.seq ?? 0) + 1];
      if (position < expected || seq < next || this.#known.has(uuid) || ids.has(uuid)) throw sqlError("23505");
      if (position > expected) this.breaches.push(`[LOG3] position ${position} after ${expected - 1}`);
      if (seq > next) this.breaches.push(`[LOG1] seq ${seq} after ${next - 1} in ${stream}`);
      ids.add(uuid);
      heads.set(stream, seq);
    });
  }

  #append(row: LogRow): void {
    const { event, digest } = row;
    const { stream, id, seq, at, actor } = event;
    this.log.push(row);
    this.#known.set(idToUuid(id), { ack: { id, seq, at }, digest, actor });
    this.#streams.set(stream, { state: evolve(this.state(stream), event), lastAt: at });
    const positions = this.#positions.get(stream) ?? [];
    this.#positions.set(stream, positions);
    positions.push(row.position);
    if (!isMessageEvent(event)) return;
    const target = event.type === "new-message" ? event.id : event.body.target;
    const message = evolveMessage(this.#messages.get(target) ?? null, event);
    if (message !== null) this.#messages.set(target, message);
  }
}
