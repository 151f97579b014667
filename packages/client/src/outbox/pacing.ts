/** How much is asked of a server at once. @module */
import { type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import type { Timing } from "../timing.ts";
import type { OutboxLimits } from "./contract.ts";

/** Calls at once; a server takes a hundred, and there is more to ask than this. */
const CALLS = 64;
/** Of one shard: one that is stuck holds up its own streams, and takes no room from others. */
const CALLS_PER_SHARD = 4;
/** What is asked within so many milliseconds may leave in one frame of the socket: it is at most as much as fits into one. */
const FRAME_MS = 10;
const CALLS_PER_FRAME = 10;
/** Between two streams that are offered again. */
const RETRY_MS = 200;

interface PacingOptions {
  readonly timing: Pick<Timing, "now" | "wait">;
  readonly limits: Pick<OutboxLimits, "bundleBytes">;
  readonly signal: AbortSignal;
  /** There may be room again. */
  readonly onRoom: () => void;
}

export class Pacing {
  readonly #options: PacingOptions;
  readonly #ofShards = new Map<ShardNumber, number>();
  #calls = 0;
  #isPaused = false;
  #frame = { bytes: 0, calls: 0 };
  #nextRetry = 0;

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  /** Whether a stream may be asked about now. */
  hasRoom(stream: StreamId): boolean {
    return !this.#isPaused && this.#calls < CALLS && this.#callsOf(stream) < CALLS_PER_SHARD;
  }

  /** Takes room for a call, if the frame has it too. */
  begin(stream: StreamId, bytes: number): boolean {
    const isFirst = this.#frame.calls === 0;
    const frame = { bytes: this.#frame.bytes + bytes, calls: this.#frame.calls + 1 };
    if (!isFirst && (frame.bytes > this.#options.limits.bundleBytes || frame.calls > CALLS_PER_FRAME)) return false;
    this.#frame = frame;
    if (isFirst) void this.#nextFrame();
    this.#count(stream, 1);
    return true;
  }

  /** `limitedMs`: for so long the user is not to ask for anything more. */
  end(stream: StreamId, { limitedMs }: { readonly limitedMs: number | null }): void {
    this.#count(stream, -1);
    if (limitedMs !== null && !this.#isPaused) void this.#pause(limitedMs);
  }

  /** Waits until a stream may be offered again: many that wait for the same do not come back at once. */
  async retry(afterMs: number): Promise<void> {
    const { timing, signal } = this.#options;
    await timing.wait(afterMs, signal);
    const now = timing.now();
    const at = Math.max(now, this.#nextRetry);
    this.#nextRetry = at + RETRY_MS;
    if (at > now) await timing.wait(at - now, signal);
  }

  async #pause(ms: number): Promise<void> {
    this.#isPaused = true;
    await this.#options.timing.wait(ms, this.#options.signal);
    this.#isPaused = false;
    this.#options.onRoom();
  }

  async #nextFrame(): Promise<void> {
    await this.#options.timing.wait(FRAME_MS, this.#options.signal);
    this.#frame = { bytes: 0, calls: 0 };
    this.#options.onRoom();
  }

  #callsOf(stream: StreamId): number {
    return this.#ofShards.get(shardOf(stream)) ?? 0;
  }

  #count(stream: StreamId, by: 1 | -1): void {
    this.#calls += by;
    this.#ofShards.set(shardOf(stream), this.#callsOf(stream) + by);
  }
}
