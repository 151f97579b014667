import { setTimeout as sleep } from "node:timers/promises";
import { TRPCClientError } from "@trpc/client";
import { type Ack, type Outcome, type Rejection, unreachable } from "@gatz/domain";
import type { AppRouter } from "@gatz/server";

/** The server said a final no to something that it should have accepted. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** What was asked for did not happen in the time given to it. */
export class GaveUp extends Error {
  override readonly name = "GaveUp";
}

const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Offers until every draft is acked, with the same ids each time (LOG4). `what` is for messages.
 * @throws {Refused | GaveUp}
 */
export async function deliver(what: string, offer: () => Promise<readonly Outcome[]>): Promise<readonly Ack[]> {
  return await persist(what, async (): Promise<Attempt<readonly Ack[]>> => {
    const outcomes = await offer();
    const acks: Ack[] = [];
    for (const outcome of outcomes) {
      switch (outcome.kind) {
        case "accepted":
        case "duplicate":
          acks.push(outcome);
          break;
        case "rejected":
          if (passes(outcome)) return { later: JSON.stringify(outcome) };
          throw new Refused(`${what} was refused: ${JSON.stringify(outcome)}`);
        case "not-now":
          return { later: JSON.stringify(outcome), afterMs: outcome.retryAfterMs };
        case "unknown":
          return { later: "unknown" };
        default:
          unreachable(outcome);
      }
    }
    return { done: acks };
  });
}

/** Nobody could be added because nobody's shard answered (FACT1): nothing is stored, so the same draft may be tried again. */
function passes({ code, detail }: Rejection): boolean {
  const skipped = detail?.skipped;
  return code === "NobodyAddable" && Array.isArray(skipped) && skipped.every(isUnavailable);
}

function isUnavailable(skipped: unknown): boolean {
  return typeof skipped === "object" && skipped !== null && "code" in skipped && skipped.code === "Unavailable";
}

/** Asks until the answer comes, over lost connections and shards that do not answer. */
export async function ask<T>(what: string, query: () => Promise<T>): Promise<T> {
  return await persist(what, async () => ({ done: await query() }));
}

type Attempt<T> = { readonly done: T } | { readonly later: string; readonly afterMs?: number };

async function persist<T>(what: string, attempt: () => Promise<Attempt<T>>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let wait = FIRST_WAIT_MS;; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const result = await attempt().catch(later);
    if ("done" in result) return result.done;
    if (performance.now() > until) {
      throw new GaveUp(`${what} got no answer in ${PATIENCE_MS / 1000} s: ${result.later}`);
    }
    await sleep(Math.max(wait, result.afterMs ?? 0));
  }
}

/** A lost connection, a shard that does not answer and a rate that was met are worth another attempt; what else goes wrong is not. */
function later(error: unknown): { later: string; afterMs?: number } {
  // Who throws it is the client, whose router is the only one that this program knows.
  const known = error instanceof TRPCClientError ? error as TRPCClientError<AppRouter> : undefined;
  if (!known) throw error;
  if (!known.data) return { later: known.message };
  if (known.data.code !== "Unavailable" && known.data.code !== "RateLimited") throw error;
  return { later: known.message, ...(known.data.retryAfterMs !== undefined && { afterMs: known.data.retryAfterMs }) };
}
