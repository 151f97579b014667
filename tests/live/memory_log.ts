/** Storage in memory for tests of feeds: a world's streams as shards' logs, whose parts can be held up or fail. */
import {
  type Incarnation,
  incarnation,
  intervalsOf,
  type LogEvent,
  type Outcome,
  type PersonalWish,
  type Position,
  position,
  type Proposal,
  type Rev,
  type Seq,
  seq,
  type ShardNumber,
  shardNumber,
  shardOf,
  type StreamId,
  type StreamState,
  type UserId,
} from "@gatz/domain";
import {
  type BackfillBudget,
  type ChangesPage,
  type Committed,
  type OwnChanges,
  type ResumedStream,
  type ShardFence,
  type ShardResume,
  ShardUnavailable,
} from "@gatz/storage/contract";
import type { LogSource } from "../../apps/server/src/live/source.ts";
import { settle } from "../../packages/storage/src/personal/settle.ts";
import { SimPersonal } from "../simulation/postgres/sim_personal.ts";
import { World } from "../../packages/domain/testing/world.ts";

export class MemoryLog implements LogSource {
  readonly incarnation: Incarnation;
  readonly shards: readonly ShardNumber[];
  readonly world = new World();
  /** Shards that do not answer. */
  readonly down = new Set<ShardNumber>();
  /** Awaited before and after a resume has read its snapshot, of streams or of a user's own records. */
  beforeResume: (shard: ShardNumber) => Promise<void> = () => Promise.resolve();
  afterResume: (shard: ShardNumber) => Promise<void> = () => Promise.resolve();
  /** What a follower is handed of a batch: tests make it lose events. */
  inTransit: (batch: readonly Committed[]) => readonly Committed[] = (batch) => batch;
  /** Whether a follower is handed a page of changes of people's own records. */
  arrives: (page: ChangesPage) => boolean = () => true;
  readonly personal: ReadonlyMap<ShardNumber, SimPersonal>;
  perStream = 200;
  readonly #logs = new Map<ShardNumber, Committed[]>();
  readonly #recorded = new Map<StreamId, number>();
  #grown = Promise.withResolvers<void>();

  constructor({ shards, life = "first" }: { shards: number; life?: string }) {
    this.incarnation = incarnation(life);
    this.shards = Array.from({ length: shards }, (_, n) => shardNumber(n));
    for (const shard of this.shards) this.#logs.set(shard, []);
    this.personal = new Map(this.shards.map((shard) => [shard, new SimPersonal()]));
  }

  /** From now on followers are handed the streams' present states, as when they read behind from the log. */
  handNewestStates(): void {
    this.inTransit = (batch) =>
      batch.map((committed) => ({ ...committed, state: this.world.folded(committed.event.stream).state! }));
  }

  accept<P extends Proposal>(proposal: P): LogEvent {
    const event = this.world.accept(proposal);
    this.#record();
    return event;
  }

  offer(proposal: Proposal): Outcome {
    const outcome = this.world.offer(proposal);
    this.#record();
    return outcome;
  }

  /** Delivers effects that wait, all or so many of them. */
  deliverEffects(most = Infinity): void {
    for (let n = 0; n < most; n++) {
      const [pair] = this.world.waiting();
      if (pair === undefined) return;
      this.world.deliver(pair);
      this.#record();
    }
  }

  log(shard: ShardNumber): readonly Committed[] {
    return this.#logs.get(shard)!;
  }

  health(): ReadonlyMap<ShardNumber, "ok" | "slow" | "down"> {
    return new Map(this.shards.map((shard) => [shard, this.down.has(shard) ? "down" : "ok"]));
  }

  async *follow(shard: ShardNumber, from: Position, signal: AbortSignal): AsyncGenerator<readonly Committed[]> {
    const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    for (let at = from as number; !signal.aborted;) {
      this.#requireUp(shard);
      const grown = this.#grown.promise;
      const batch = this.log(shard).slice(at);
      at += batch.length;
      const handed = this.inTransit(batch);
      if (handed.length > 0) yield handed;
      if (batch.length === 0) await Promise.race([grown, ended]);
    }
  }

  fence(shard: ShardNumber): Promise<ShardFence> {
    return this.#reading(shard, () => ({
      epoch: 1,
      position: this.#head(shard),
      rev: this.personal.get(shard)!.rev, // there is one of each shard
    }));
  }

  /** Sets one of a user's own records; followers hear of it. */
  set(user: UserId, wish: PersonalWish): void {
    const wishes = [{ user, wish }];
    this.personal.get(shardOf(user))!.commit(wishes, (standing) => settle(wishes, standing)); // likewise
    this.#grow();
  }

  async personalSince(user: UserId, from: Rev, limit: number): Promise<OwnChanges> {
    const shard = shardOf(user);
    await this.beforeResume(shard);
    const changes = await this.#reading(shard, () => this.personal.get(shard)!.sinceOf(user, from, limit)); // likewise
    await this.afterResume(shard);
    return changes;
  }

  async *followPersonal(shard: ShardNumber, from: Rev, signal: AbortSignal): AsyncGenerator<ChangesPage> {
    const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    for (let at = from; !signal.aborted;) {
      this.#requireUp(shard);
      const grown = this.#grown.promise;
      const page = this.personal.get(shard)!.since(at, 7); // likewise
      if (page.upTo === at) await Promise.race([grown, ended]);
      else if (this.arrives(page)) yield page;
      at = page.upTo;
    }
  }

  async resume(
    user: UserId,
    { shard, position: since, only }: { shard: ShardNumber; position: Position; only?: StreamId },
    budget: BackfillBudget,
  ): Promise<ShardResume> {
    await this.beforeResume(shard);
    const answer = await this.#reading(shard, () => {
      const streams = this.world.streams.filter((stream) =>
        shardOf(stream) === shard && (only === undefined || stream === only)
      );
      const parts = streams.flatMap((stream) => this.#resumed(user, { stream, since, budget }) ?? []);
      return { shard, position: this.#head(shard), streams: parts };
    });
    await this.afterResume(shard);
    return answer;
  }

  shardsOf(user: UserId): Promise<readonly ShardNumber[]> {
    return this.#reading(shardOf(user), () => {
      const inbox = Object.values(this.world.user(user).inbox);
      const streams = inbox.flatMap((group) => Object.keys(group.streams) as StreamId[]);
      return [...new Set([shardOf(user), ...streams.map(shardOf)])];
    });
  }

  state(stream: StreamId): Promise<StreamState | null> {
    return this.#reading(shardOf(stream), () => this.world.folded(stream).state);
  }

  events(stream: StreamId, page: { from: Seq; to: Seq; limit: number }) {
    return this.#reading(shardOf(stream), () => {
      const log = this.world.log(stream);
      return { asOf: seq(log.length), events: log.slice(page.from - 1, page.to).slice(0, page.limit) };
    });
  }

  #reading<T>(shard: ShardNumber, read: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      this.#requireUp(shard);
      return read();
    });
  }

  #requireUp(shard: ShardNumber): void {
    if (this.down.has(shard)) throw new ShardUnavailable(shard, 10);
  }

  #head(shard: ShardNumber): Position {
    return position(this.log(shard).length);
  }

  /** Every operation appends at most one event, so its state is the stream's present one. */
  #record(): void {
    for (const stream of this.world.streams) {
      const log = this.world.log(stream);
      const known = this.#recorded.get(stream) ?? 0;
      if (log.length === known) continue;
      const shard = shardOf(stream);
      const here = this.#logs.get(shard)!;
      here.push({
        position: position(here.length + 1),
        event: log[known]!,
        state: this.world.folded(stream).state!,
      });
      this.#recorded.set(stream, log.length);
    }
    this.#grow();
  }

  #grow(): void {
    this.#grown.resolve();
    this.#grown = Promise.withResolvers();
  }

  #positionOf(stream: StreamId, at: Seq): number {
    return this.log(shardOf(stream)).find(({ event }) => event.stream === stream && event.seq === at)!.position;
  }

  #resumed(
    user: UserId,
    { stream, since, budget }: { stream: StreamId; since: Position; budget: BackfillBudget },
  ): ResumedStream | null {
    const state = this.world.folded(stream).state!;
    const stays = state.kind === "user"
      ? (state.id === user ? [{ from: seq(1), historyFrom: seq(1), left: undefined }] : [])
      : intervalsOf(state, user);
    const last = stays.at(-1);
    if (last === undefined) return null;
    const head = last.left ?? state.seq;
    if (this.#positionOf(stream, head) <= since) return null;
    if (this.#positionOf(stream, last.from) > since) {
      return { kind: "joined", stream, visibleFrom: last.historyFrom, head, state };
    }
    const events = this.world.log(stream).filter((event) =>
      event.seq <= head && this.#positionOf(stream, event.seq) > since
    );
    if (events.length > Math.min(this.perStream, budget.events)) return { kind: "behind", stream, head, state };
    budget.events -= events.length;
    return { kind: "events", stream, head, state, events };
  }
}
