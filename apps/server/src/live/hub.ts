/** One a node: has the committed events of every shard in position order, and hands each to the feeds of its stream's members. @module */
import type { PersonalChange, Position, Rev, ShardNumber, ShardStatus, UserId } from "@gatz/domain";
import { assert } from "@gatz/domain";
import type { OwnedChange } from "@gatz/storage/contract";
import { amongThem, audience } from "./audience.ts";
import type { Delivery } from "./delivery.ts";
import { pause } from "./pause.ts";
import { PersonalTail } from "./personal_tail.ts";
import type { SignalEntry } from "./queue.ts";
import type { LogSource } from "./source.ts";
import { Tail } from "./tail.ts";
import type { Traffic } from "./traffic.ts";

/** A feed, as the hub sees it. All calls are synchronous and never throw for what a shard or a reader does. */
export interface Subscriber {
  readonly user: UserId;
  deliver(delivery: Delivery): void;
  signal(signal: SignalEntry): void;
  /** One of the user's own records changed. */
  changed(change: PersonalChange): void;
  shardChanged(shard: ShardNumber, status: ShardStatus): void;
}

/** Told of all that a hub does, synchronously. */
export interface HubObserver {
  /** A feed of the user's begins. */
  began(user: UserId): void;
  /** A feed has ended; `last`: its user has none left here. */
  ended(user: UserId, last: boolean): void;
  /** An event was handed over. */
  handed(delivery: Delivery): void;
}

export interface Hub {
  /** From this call on the subscriber gets the events of its user's streams; returns what ends that. */
  subscribe(subscriber: Subscriber): () => void;
  /** Everything up to here has been handed over; undefined until the shard first answered. */
  position(shard: ShardNumber): Position | undefined;
  /** Resolves once {@link Hub.position} is known. */
  placed(shard: ShardNumber): Promise<void>;
  /** The fence's position, once all up to it has been handed over; null if the shard can't be read (LIVE4). */
  confirm(shard: ShardNumber): Promise<Position | null>;
  /** All changes of users' own records up to here have been handed over; undefined until the shard first answered. */
  rev(shard: ShardNumber): Rev | undefined;
  /** Resolves once {@link Hub.rev} is known. */
  revKnown(shard: ShardNumber): Promise<void>;
  /** Whether all of them that the fence tells of have been handed over. */
  confirmPersonal(shard: ShardNumber): Promise<boolean>;
  status(shard: ShardNumber): ShardStatus;
  /** Hands a signal to the feeds that those of the users have here. */
  signal(users: readonly UserId[], signal: SignalEntry): void;
  /** From now on it is told of what happens here. */
  observe(observer: HubObserver): void;
  /** How many feeds there are. */
  readonly size: number;
  stop(): Promise<void>;
}

export interface HubOptions {
  readonly source: LogSource;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  readonly traffic: Traffic;
  /** Told of each event that was handed over, and to how many feeds. */
  readonly onHanded?: ((delivery: Delivery, feeds: number) => void) | undefined;
}

const STATUS_MS = 250;

/** Begins at each shard's present end; a shard that does not answer joins when it does. */
export function createHub(options: HubOptions): Hub {
  return new ShardHub(options);
}

class ShardHub implements Hub {
  readonly #source: LogSource;
  readonly #tails: ReadonlyMap<ShardNumber, Tail>;
  readonly #personal: ReadonlyMap<ShardNumber, PersonalTail>;
  readonly #subscribers = new Map<UserId, Set<Subscriber>>();
  readonly #said = new Map<ShardNumber, ShardStatus>();
  readonly #traffic: Traffic;
  readonly #onHanded: HubOptions["onHanded"];
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #observers: HubObserver[] = [];
  #size = 0;

  constructor({ source, now, traffic, onHanded }: HubOptions) {
    this.#source = source;
    this.#traffic = traffic;
    this.#onHanded = onHanded;
    const { signal } = this.#stop;
    const hand = (delivery: Delivery) => this.#hand(delivery);
    this.#tails = new Map(source.shards.map((shard) => [shard, new Tail({ source, shard, hand, now, signal })]));
    const handPersonal = ({ user, change }: OwnedChange) => {
      for (const subscriber of this.#subscribers.get(user) ?? []) subscriber.changed(change);
    };
    this.#personal = new Map(
      source.shards.map((shard) => [shard, new PersonalTail({ source, shard, hand: handPersonal, signal })]),
    );
    const tails = [...this.#tails.values(), ...this.#personal.values()];
    this.#running = Promise.all([...tails.map((tail) => tail.run()), this.#watch()]);
  }

  get size(): number {
    return this.#size;
  }

  subscribe(subscriber: Subscriber): () => void {
    const { user } = subscriber;
    const same = this.#subscribers.get(user) ?? new Set();
    this.#subscribers.set(user, same.add(subscriber));
    this.#size++;
    for (const observer of this.#observers) observer.began(user);
    return () => {
      if (!same.delete(subscriber)) return;
      this.#size--;
      // A set that was emptied may have been replaced since.
      const isLast = same.size === 0 && this.#subscribers.get(user) === same;
      if (isLast) this.#subscribers.delete(user);
      for (const observer of this.#observers) observer.ended(user, isLast);
    };
  }

  position(shard: ShardNumber): Position | undefined {
    return this.#tail(shard).position;
  }

  placed(shard: ShardNumber): Promise<void> {
    return this.#tail(shard).placed;
  }

  async confirm(shard: ShardNumber): Promise<Position | null> {
    return (await this.#tail(shard).confirm())?.position ?? null;
  }

  rev(shard: ShardNumber): Rev | undefined {
    return this.#personalTail(shard).rev;
  }

  revKnown(shard: ShardNumber): Promise<void> {
    return this.#personalTail(shard).placed;
  }

  async confirmPersonal(shard: ShardNumber): Promise<boolean> {
    const fence = await this.#tail(shard).confirm();
    return fence !== null && await this.#personalTail(shard).arrived(fence.rev);
  }

  status(shard: ShardNumber): ShardStatus {
    return this.#tail(shard).failing ? "down" : this.#source.health().get(shard) ?? "ok";
  }

  signal(users: readonly UserId[], signal: SignalEntry): void {
    for (const same of amongThem(users, this.#subscribers)) {
      for (const subscriber of same) subscriber.signal(signal);
    }
  }

  observe(observer: HubObserver): void {
    this.#observers.push(observer);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #tail(shard: ShardNumber): Tail {
    const tail = this.#tails.get(shard);
    assert(tail !== undefined, `shard ${shard} is not one of this installation's`);
    return tail;
  }

  #personalTail(shard: ShardNumber): PersonalTail {
    const tail = this.#personal.get(shard);
    assert(tail !== undefined, `shard ${shard} is not one of this installation's`);
    return tail;
  }

  #hand(delivery: Delivery): number {
    let handed = 0;
    for (const same of amongThem(audience(delivery.event, delivery.state), this.#subscribers)) {
      for (const subscriber of same) subscriber.deliver(delivery);
      handed += same.size;
    }
    this.#traffic.deliveries += handed;
    this.#onHanded?.(delivery, handed);
    for (const observer of this.#observers) observer.handed(delivery);
    return handed;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const shard of this.#tails.keys()) {
        const status = this.status(shard);
        if ((this.#said.get(shard) ?? "ok") === status) continue;
        this.#said.set(shard, status);
        for (const same of this.#subscribers.values()) {
          for (const subscriber of same) subscriber.shardChanged(shard, status);
        }
      }
      await pause(STATUS_MS, this.#stop.signal);
    }
  }
}
