import {
  type Ack,
  type Draft,
  evolve,
  evolveMessage,
  idToUuid,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  type MessageState,
  position as positionOf,
  type ShardNumber,
  shardOf,
  type StreamId,
  type StreamState,
  type Uuid,
} from "@gatz/domain";
import type { Committed } from "../contract.ts";
import type { StreamEntry } from "./cache.ts";
import type { PreparedDraft } from "./prepared.ts";

/** One accepted draft of a batch. */
export interface Accepted {
  readonly draft: PreparedDraft;
  readonly committed: Committed;
  /** The stream's state before it. */
  readonly before: StreamState | null;
  readonly effects: readonly Draft[];
  /** The shards that the effects are for. */
  readonly effectTargets: readonly ShardNumber[];
}

/** An event of this id is in the log, or in this batch. */
export interface KnownEvent {
  readonly ack: Pick<Ack, "id" | "seq" | "at">;
  /** Hexadecimal; null once expunged. */
  readonly digest: string | null;
  readonly actor: LogEvent["actor"];
}

/** What a batch stands on: read under the fence, or cached and true there. */
export interface BatchGround {
  readonly position: number;
  /** The shard's clock, Unix milliseconds. */
  readonly clock: number;
  /** By UUID: ids of different prefixes may share one, and the log holds it once. */
  readonly known: ReadonlyMap<Uuid, KnownEvent>;
  /** Whether there is a stream of another kind with this id's UUID. */
  isTaken(id: StreamId): boolean;
  stream(id: StreamId): StreamEntry | undefined;
  message(id: MessageId): MessageState | undefined;
}

/** The working copy of a shard's states while one batch is decided: what it changes, and what it began from. */
export class Batch {
  readonly accepted: Accepted[] = [];
  readonly streams = new Map<StreamId, StreamEntry>();
  readonly messages = new Map<MessageId, MessageState>();
  readonly #ground: BatchGround;
  readonly #known = new Map<Uuid, KnownEvent>();
  /** Streams that begin in this batch. */
  readonly #begun = new Set<Uuid>();

  constructor(ground: BatchGround) {
    this.#ground = ground;
  }

  get clock(): number {
    return this.#ground.clock;
  }

  /** The log's newest position, with this batch. */
  get position(): number {
    return this.#ground.position + this.accepted.length;
  }

  known(uuid: Uuid): KnownEvent | undefined {
    return this.#known.get(uuid) ?? this.#ground.known.get(uuid);
  }

  /** Whether a stream that is not there can't begin, because its UUID is that of a stream of another kind. */
  isTaken(id: StreamId): boolean {
    return this.#ground.isTaken(id) || this.#begun.has(idToUuid(id));
  }

  stream(id: StreamId): StreamEntry | undefined {
    return this.streams.get(id) ?? this.#ground.stream(id);
  }

  message(id: MessageId): MessageState | undefined {
    return this.messages.get(id) ?? this.#ground.message(id);
  }

  /** As it was before the batch. */
  messageBefore(id: MessageId): MessageState | undefined {
    return this.#ground.message(id);
  }

  streamBefore(id: StreamId): StreamEntry | undefined {
    return this.#ground.stream(id);
  }

  /** Applies an accepted event; `effectsOf` is given the state after it. */
  apply(
    draft: PreparedDraft,
    event: LogEvent,
    effectsOf: (event: LogEvent, state: StreamState) => readonly Draft[],
  ): void {
    const entry = this.stream(event.stream);
    const before = entry?.state ?? null;
    if (before === null) this.#begun.add(idToUuid(event.stream));
    const state = evolve(before, event);
    this.streams.set(event.stream, { state, lastAt: event.at, activeOn: entry?.activeOn ?? 0 });
    if (isMessageEvent(event)) this.#applyToMessage(event.type === "new-message" ? event.id : event.body.target, event);
    const effects = effectsOf(event, state);
    const committed = { position: positionOf(this.position + 1), event, state };
    this.accepted.push({ draft, committed, before, effects, effectTargets: targetsOf(effects) });
    const { id, seq, at, actor } = event;
    this.#known.set(draft.uuid, { ack: { id, seq, at }, digest: draft.digest, actor });
  }

  #applyToMessage(id: MessageId, event: LogEvent): void {
    const before = this.message(id) ?? null;
    const after = evolveMessage(before, event);
    if (after !== null && after !== before) this.messages.set(id, after);
  }
}

const NO_TARGETS: readonly ShardNumber[] = [];

function targetsOf(effects: readonly Draft[]): readonly ShardNumber[] {
  return effects.length === 0 ? NO_TARGETS : [...new Set(effects.map(({ stream }) => shardOf(stream)))];
}
