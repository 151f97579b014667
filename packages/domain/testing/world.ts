/**
 * An installation in memory, for tests: streams with their logs, and one first-in-first-out outbox for each pair of shards. Nothing
 * happens by itself: effects wait until a test delivers them.
 */
import { assert } from "../src/asserts.ts";
import { canonicalContent } from "../src/canonical.ts";
import { decide } from "../src/decide.ts";
import { userFact } from "../src/decision.ts";
import type { Fact, Facts, Needs, SourceFact, UserFact } from "../src/decision.ts";
import { effects } from "../src/effects.ts";
import type { Draft, LogEvent, Proposal } from "../src/events.ts";
import { foldStream, NOTHING } from "../src/fold.ts";
import type { Folded } from "../src/fold.ts";
import { shardOf } from "../src/ids.ts";
import type { AnyEventId, DiscussionId, GroupId, StreamId, UserId } from "../src/ids.ts";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import type { DomainLimits } from "../src/limits.ts";
import { needs } from "../src/needs.ts";
import type { Outcome } from "../src/outcome.ts";
import { seq, unixMs } from "../src/scalars.ts";
import type { DiscussionState, GroupState, StreamState, UserState } from "../src/state.ts";
import { toEvent } from "../src/to_event.ts";
import { viewOf } from "../src/view.ts";
import { KNOWN_BLOB } from "./drafts.ts";

interface Stream {
  readonly log: readonly LogEvent[];
  readonly folded: Folded;
}

const NEW_STREAM: Stream = { log: [], folded: NOTHING };

/** From one shard to another, as `1>2`. */
export type Pair = `${number}>${number}`;

export class World {
  readonly limits: DomainLimits;
  /** Outcomes of the effects that were refused. */
  readonly refused: Outcome[] = [];
  #streams = new Map<StreamId, Stream>();
  #events = new Map<AnyEventId, { event: LogEvent; content: string }>();
  #outboxes = new Map<Pair, readonly Draft[]>();
  #now = 1_800_000_000_000;

  constructor(limits: Partial<DomainLimits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** A world that goes on from here by itself. */
  clone(): World {
    const copy = new World(this.limits);
    copy.#streams = new Map(this.#streams);
    copy.#events = new Map(this.#events);
    copy.#outboxes = new Map(this.#outboxes);
    copy.#now = this.#now;
    copy.refused.push(...this.refused);
    return copy;
  }

  /** The time at which the next event is decided. */
  get now(): number {
    return this.#now;
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.#now += ms;
  }

  get streams(): readonly StreamId[] {
    return [...this.#streams.keys()];
  }

  log(stream: StreamId): readonly LogEvent[] {
    return this.#stream(stream).log;
  }

  folded(stream: StreamId): Folded {
    return this.#stream(stream).folded;
  }

  group(id: GroupId): GroupState {
    return this.#state(id, "group");
  }

  discussion(id: DiscussionId): DiscussionState {
    return this.#state(id, "discussion");
  }

  user(id: UserId): UserState {
    return this.#state(id, "user");
  }

  /** The facts that a proposal needs, as they are now (FACT1). */
  facts(proposal: Proposal): Facts {
    const { group, ownGroup, users, actor, inviterOf, source } = needs(proposal);
    const own = this.#stream(proposal.stream).folded.state;
    const invite = own?.kind === "group" ? own.invites?.find(({ id }) => id === inviterOf) : undefined;
    const asked = invite === undefined ? users : [...users, invite.by];
    const about = group ?? (ownGroup && own?.kind === "discussion" ? own.group : undefined);
    return {
      at: unixMs(this.#now),
      limits: this.limits,
      ...(about !== undefined && { group: this.#fact<GroupState>(about) }),
      users: new Map(asked.map((user) => [user, this.#userFact(user)])),
      ...(actor && proposal.actor !== "system" && { actor: this.#userFact(proposal.actor) }),
      ...(source !== undefined && proposal.actor !== "system" && { source: this.#sourceFact(source, proposal.actor) }),
      blobs: new Set([KNOWN_BLOB]),
    };
  }

  /** Appends a proposal, or says why not; a proposal that was accepted before is a duplicate, whatever has happened since (LOG2). */
  offer(proposal: Proposal, facts: Facts = this.facts(proposal)): Outcome {
    const content = canonicalContent(proposal);
    const known = this.#events.get(proposal.id);
    if (known?.content === content) return { ...ackOf(known.event), kind: "duplicate" };
    if (known) return { kind: "rejected", code: "EventIdReused" };
    const before = this.#stream(proposal.stream);
    const decision = decide({ stream: before.folded.state, messages: before.folded.messages }, proposal, facts);
    if (decision.kind === "not-now") return { retryAfterMs: 1, ...decision };
    if (decision.kind === "rejected") return decision;
    const place = { seq: seq(before.log.length + 1), at: unixMs(this.#now++) };
    const event = toEvent(proposal, decision.decided, place);
    const folded = foldStream([event], before.folded);
    this.#streams.set(proposal.stream, { log: [...before.log, event], folded });
    this.#events.set(event.id, { event, content });
    for (const draft of effects(event, folded.state!)) this.#post(event.stream, draft);
    return ackOf(event);
  }

  /** Offers a proposal that has to be accepted, and returns its event. */
  accept<P extends Proposal>(proposal: P): Extract<LogEvent, { type: P["type"]; stream: P["stream"] }> {
    const outcome = this.offer(proposal);
    assert(outcome.kind === "accepted", `not accepted: ${JSON.stringify(outcome)} for ${JSON.stringify(proposal)}`);
    // The event of a proposal has its type and stream.
    return this.#events.get(proposal.id)!.event as Extract<LogEvent, { type: P["type"]; stream: P["stream"] }>;
  }

  /** The pairs of shards between which something waits. */
  waiting(): readonly Pair[] {
    return [...this.#outboxes.keys()].filter((pair) => this.#outboxes.get(pair)!.length > 0).sort();
  }

  /** Delivers the oldest effect that waits between two shards. */
  deliver(pair: Pair): void {
    const [draft, ...rest] = this.#outboxes.get(pair) ?? [];
    assert(draft, `nothing waits at ${pair}`);
    this.#outboxes.set(pair, rest);
    const outcome = this.offer({ ...draft, actor: "system" });
    if (outcome.kind !== "accepted") this.refused.push(outcome);
  }

  deliverAll(): void {
    for (let [pair] = this.waiting(); pair; [pair] = this.waiting()) this.deliver(pair);
  }

  /** What waits, by pair of shards. */
  outboxes(): readonly (readonly [Pair, readonly Draft[]])[] {
    return this.waiting().map((pair) => [pair, this.#outboxes.get(pair)!]);
  }

  /** All that a refusal must leave as it is. */
  fingerprint(): string {
    return JSON.stringify([[...this.#streams], this.outboxes()]);
  }

  #post(from: StreamId, draft: Draft): void {
    const pair: Pair = `${shardOf(from)}>${shardOf(draft.stream)}`;
    this.#outboxes.set(pair, [...(this.#outboxes.get(pair) ?? []), draft]);
  }

  #stream(id: StreamId): Stream {
    return this.#streams.get(id) ?? NEW_STREAM;
  }

  #state<K extends StreamState["kind"]>(id: StreamId, kind: K): Extract<StreamState, { kind: K }> {
    const { state } = this.#stream(id).folded;
    assert(state?.kind === kind, `there is no ${kind} ${id}`);
    return state as Extract<StreamState, { kind: K }>; // asserted above
  }

  #userFact(id: UserId): Fact<UserFact> {
    const fact = this.#fact<UserState>(id);
    return fact.kind === "known" ? { kind: "known", value: userFact(fact.value) } : fact;
  }

  #sourceFact({ discussion, message }: NonNullable<Needs["source"]>, viewer: UserId): Fact<SourceFact> {
    const { state, messages } = viewOf(this.log(discussion), viewer);
    if (state === null) return { kind: "missing" };
    const seen = messages.get(message);
    const messageSeq = seen?.discussion === discussion && seen.kind === "live" ? seen.seq : null;
    assert(state.kind === "discussion", "a discussion's id is a discussion's");
    return { kind: "known", value: { seq: state.seq, messageSeq, group: state.group } };
  }

  #fact<S extends StreamState>(id: StreamId): Fact<S> {
    const { state } = this.#stream(id).folded;
    return state === null ? { kind: "missing" } : { kind: "known", value: state as S }; // the caller names the kind of its id
  }
}

function ackOf({ id, seq, at }: LogEvent): Outcome & { kind: "accepted" | "duplicate" } {
  return { kind: "accepted", id, seq, at };
}
