/** The one way to consume a shard's log. @module */
import type { Position } from "@gatz/domain";
import { type Committed, ShardUnavailable } from "../contract.ts";
import type { Ring } from "./ring.ts";

export interface LogSource {
  readonly ring: Ring;
  /** A page of the log behind a position; throws `ShardUnavailable`. */
  page(from: Position): Promise<readonly Committed[]>;
  /** Someone waits for news: sees to it that the ring learns how far the log goes. Returns what ends it. */
  watch(): () => void;
}

const RETRY_MS = 250;

/**
 * Every event after `from`, in position order: from memory where it is there, else from the log. Holds nothing for a slow consumer: it
 * goes on where that left off. While the shard does not answer it waits, and goes on afterwards.
 */
export async function* follow(
  source: LogSource,
  from: Position,
  signal: AbortSignal,
): AsyncGenerator<readonly Committed[], void, void> {
  const unwatch = source.watch();
  try {
    let at = from;
    while (!signal.aborted) {
      const batch = await next(source, at, signal);
      const last = batch.at(-1);
      if (!last) continue;
      at = last.position;
      yield batch;
    }
  } finally {
    unwatch();
  }
}

async function next(source: LogSource, at: Position, signal: AbortSignal): Promise<readonly Committed[]> {
  const fresh = source.ring.since(at);
  if (fresh !== "in the log") {
    if (fresh.length === 0) await source.ring.movedBeyond(at, signal);
    return fresh;
  }
  const page = await pageOrNone(source, at);
  // What is known to be committed is not there: the shard is down, or a server answers that has less of the log.
  if (page.length === 0) await pauseUnless(signal, RETRY_MS);
  return page;
}

async function pageOrNone(source: LogSource, at: Position): Promise<readonly Committed[]> {
  try {
    return await source.page(at);
  } catch (error) {
    if (error instanceof ShardUnavailable) return [];
    throw error;
  }
}

/** Resolves after some milliseconds, or when the signal is aborted. */
export async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  if (!signal.aborted) await promise;
  signal.removeEventListener("abort", stop);
  clearTimeout(timer);
}
