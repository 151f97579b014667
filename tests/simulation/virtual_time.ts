/**
 * A process whose time is a number: while a simulation runs, timers, clocks and randomness are its own, and whatever the code under test
 * waits for comes in an order that the seed alone decides. Only one may run at a time.
 */
import { setImmediate as realSetImmediate } from "node:timers";
import type { Chance } from "./chance.ts";

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly run: () => void;
}

/** Unix milliseconds at the start of every history. */
const EPOCH = 1_700_000_000_000;
/** No run takes so long. */
const LONGEST_MS = 300_000;

export class VirtualTime {
  /** Milliseconds since the start. */
  now = 0;
  /** Timers that fired. */
  fired = 0;
  readonly #chance: Chance;
  readonly #heap: Timer[] = [];
  /** Those in the heap that were not cancelled. */
  readonly #live = new Set<number>();
  #lastId = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  after(ms: number, run: () => void): number {
    const id = ++this.#lastId;
    this.#live.add(id);
    push(this.#heap, { id, at: this.now + Math.max(0, ms), run });
    return id;
  }

  cancel(id: number): void {
    this.#live.delete(id);
  }

  /** Runs the work and whatever it starts until it is done; throws what it throws, or that nothing is left that could end it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const restore = this.#install();
    try {
      let ended: { readonly value: T } | { readonly error: unknown } | undefined;
      work().then((value) => ended = { value }, (error) => ended = { error });
      await settled();
      while (ended === undefined) {
        if (this.now > LONGEST_MS) throw new Error(`it is not done after ${LONGEST_MS} ms`);
        if (!this.#fireNext()) {
          throw new Error(`nothing is left to happen at ${this.now.toFixed(1)} ms, and it is not done`);
        }
        await settled();
      }
      if ("error" in ended) throw ended.error;
      return ended.value;
    } finally {
      restore();
    }
  }

  #fireNext(): boolean {
    for (let timer = pop(this.#heap); timer; timer = pop(this.#heap)) {
      if (!this.#live.delete(timer.id)) continue;
      this.now = timer.at;
      this.fired++;
      timer.run();
      return true;
    }
    return false;
  }

  /** Puts virtual time in the place of the platform's; returns what undoes it. */
  #install(): () => void {
    const platform = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      setInterval: globalThis.setInterval,
      setImmediate: globalThis.setImmediate,
    };
    const { now: performanceNow } = performance;
    const { now: dateNow } = Date;
    const { random } = Math;
    const { getRandomValues } = crypto;
    const timeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.after(ms, () => run(...args));
    const timers = {
      setTimeout: timeout,
      clearTimeout: (id?: number) => id === undefined ? undefined : this.cancel(id),
      setInterval: () => {
        throw new Error("no part of a simulation may repeat itself without an end");
      },
      setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => timeout(run, 0, ...args),
    };
    Object.assign(globalThis, timers);
    performance.now = () => this.now;
    Date.now = () => EPOCH + Math.floor(this.now);
    Math.random = this.#chance.next;
    crypto.getRandomValues = (bytes) => {
      // Bytes are all that is asked for.
      if (bytes instanceof Uint8Array) { for (let i = 0; i < bytes.length; i++) bytes[i] = this.#chance.whole(0, 255); }
      return bytes;
    };
    return () => {
      Object.assign(globalThis, platform);
      performance.now = performanceNow;
      Date.now = dateNow;
      Math.random = random;
      crypto.getRandomValues = getRandomValues;
    };
  }
}

/** Everything that is ready has happened: all promises that were settled have been taken up. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

function comesBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!comesBefore(timer, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && comesBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!comesBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
