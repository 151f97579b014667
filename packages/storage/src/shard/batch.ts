import {
  type Ack,
  type AnyEventId,
  type Draft,
  evolve,
  evolveMessage,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  type MessageState,
  position as positionOf,
  type ShardNumber,
  shardOf,
  type StreamId,
  type StreamState,
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
  readonly known: ReadonlyMap<AnyEventId, KnownEvent>;
  stream(id: StreamId): StreamEntry | undefined;
  message(id: MessageId): MessageState | undefined;
}

/** The working copy of a shard's states while one batch is decided: what it changes, and what it began from. */
export class Batch {
  readonly accepted: Accepted[] = [];
  readonly streams = new Map<StreamId, StreamEntry>();
  readonly messages = new Map<MessageId, MessageState>();
  readonly #ground: BatchGround;
  readonly #known = new Map<AnyEventId, KnownEvent>();

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

  known(id: AnyEventId): KnownEvent | undefined {
    return this.#known.get(id) ?? this.#ground.known.get(id);
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
    const state = evolve(before, event);
    this.streams.set(event.stream, { state, lastAt: event.at, activeOn: entry?.activeOn ?? 0 });
    if (isMessageEvent(event)) this.#applyToMessage(event.type === "new-message" ? event.id : event.body.target, event);
    const effects = effectsOf(event, state);
    const committed = { position: positionOf(this.position + 1), event, state };
    this.accepted.push({ draft, committed, before, effects, effectTargets: targetsOf(effects) });
    const { id, seq, at, actor } = event;
    this.#known.set(id, { ack: { id, seq, at }, digest: draft.digest, actor });
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
