/** What who offers may rely on (LOG2, LOG4). */
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import type { History, Offer, PlainDraft, PlainOutcome } from "../history.ts";

/** What a deadline's timer may be late. */
const TIMER_MS = 5;

interface Try {
  readonly offer: Offer;
  readonly draft: PlainDraft;
  readonly outcome: PlainOutcome | undefined;
}

export function* brokenInOffers(history: History): Generator<string> {
  const log = new Map(history.shards.flatMap((shard) => shard.log).map((event) => [event.id, event]));
  yield* brokenDeadlines(history);
  yield* brokenBundles(history);
  const tries = history.offers.flatMap((offer) =>
    offer.drafts.map((draft, i): Try => ({ offer, draft, outcome: offer.outcomes?.[i] }))
  );
  const offered = Map.groupBy(tries, ({ draft }) => draft.id);
  for (const [id, ofId] of offered) {
    yield* brokenAcks(ofId, log.get(id));
    yield* brokenRefusals(ofId, log.get(id));
  }
  for (const event of log.values()) {
    if (event.actor === "system") continue;
    const isOffered = offered.get(event.id)?.some(({ draft }) => isContentOf(draft, event));
    if (!isOffered) yield `[LOG1] ${event.id} is in the log, and nobody offered it so`;
  }
  yield* brokenOrder(offered, log);
}

function* brokenDeadlines({ offers, deadlineMs, accountMs, ownStreamMs, endedAt }: History): Generator<string> {
  for (const { drafts, arrivedAt, settledAt, node, isByApp } of offers) {
    if (arrivedAt === null) continue;
    const ms = (settledAt ?? endedAt) - arrivedAt;
    const mostMs = deadlineMs + (isByApp ? accountMs + ownStreamMs : 0) + TIMER_MS;
    if (ms > mostMs) yield `[LOG4] ${drafts[0]?.id} had no answer of ${node} for ${ms.toFixed()} ms`;
  }
}

/** A bundle is tried up to the first draft that is neither accepted nor duplicate. */
function* brokenBundles({ offers }: History): Generator<string> {
  for (const { drafts, outcomes } of offers) {
    if (outcomes === null) continue;
    const kinds = outcomes.map(({ kind }) => kind);
    const last = kinds.findIndex((kind) => kind !== "accepted" && kind !== "duplicate");
    const isWhole = last === -1 ? kinds.length === drafts.length : last === kinds.length - 1;
    const areRestUnknown = kinds.slice(last).every((kind) => kind === "unknown") && kinds.length === drafts.length;
    if (!isWhole && !areRestUnknown) yield `[LOG4] ${drafts.length} drafts from ${drafts[0]?.id} came to ${kinds}`;
  }
}

function* brokenAcks(tries: readonly Try[], event: PlainEvent | undefined): Generator<string> {
  let acceptedAt = Infinity;
  for (const { draft, outcome, offer } of tries) {
    if (outcome?.kind !== "accepted" && outcome?.kind !== "duplicate") continue;
    if (event === undefined) {
      yield `[LOG4] ${draft.id} was acked as ${outcome.kind}, and is lost`;
      continue;
    }
    const isSame = outcome.id === event.id && outcome.seq === event.seq && outcome.at === event.at;
    if (!isSame) {
      yield `[LOG2] ${draft.id} was acked as ${outcome.seq} at ${outcome.at}, and is ${event.seq} at ${event.at}`;
    }
    if (!isContentOf(draft, event)) yield `[LOG2] ${draft.id} was acked, and the log has other content`;
    if (outcome.kind === "accepted" && offer.at > acceptedAt) yield `[LOG2] ${draft.id} was accepted twice`;
    if (outcome.kind === "accepted") acceptedAt = Math.min(acceptedAt, offer.answeredAt ?? Infinity);
  }
}

/** What was refused, every time that it was tried, is not there. */
function* brokenRefusals(tries: readonly Try[], event: PlainEvent | undefined): Generator<string> {
  if (event === undefined) return;
  const same = tries.filter(({ draft }) => isContentOf(draft, event));
  if (same.length > 0 && same.every(isRefused)) yield `[LOG4] ${event.id} was refused every time, and is in the log`;
  for (const { draft, outcome, offer } of same) {
    const isFinal = outcome?.kind === "rejected" && outcome.code !== "EventIdReused";
    const isLater = same.some((other) => other.offer !== offer && !isRefused(other));
    if (isFinal && !isLater) yield `[LOG4] ${draft.id} was rejected (${outcome.code}), and is in the log`;
  }
}

/** Answered, and not with an ack or that nobody knows; or not tried, because of one before it in its bundle. */
function isRefused({ offer, outcome }: Try): boolean {
  if (offer.outcomes === null) return false;
  return outcome === undefined || outcome.kind === "rejected" || outcome.kind === "not-now";
}

function isContentOf(draft: PlainDraft, event: PlainEvent): boolean {
  return draft.stream === event.stream && draft.type === event.type &&
    ordered(draft.body) === ordered(event.body);
}

/** As JSON with the fields in one order. */
function ordered(body: PlainEvent["body"]): string {
  return JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Who is acked before another one's draft is first offered comes before it in the log of their shard. */
function* brokenOrder(
  offered: ReadonlyMap<string, readonly Try[]>,
  log: ReadonlyMap<string, PlainEvent>,
): Generator<string> {
  const spans = [...offered].flatMap(([id, tries]) => {
    const event = log.get(id);
    const answers = tries.filter(({ outcome }) => outcome?.kind === "accepted" || outcome?.kind === "duplicate");
    const from = Math.min(...tries.map(({ offer }) => offer.at));
    const to = Math.min(...answers.map(({ offer }) => offer.answeredAt ?? Infinity));
    return event === undefined ? [] : [{ event, from, to }];
  });
  for (const ofStream of Map.groupBy(spans, ({ event }) => event.stream).values()) {
    const inOrder = ofStream.sort((a, b) => a.event.seq - b.event.seq);
    let latestStart = -Infinity;
    for (const { event, from, to } of inOrder) {
      if (to < latestStart) yield `[LOG3] ${event.id} was acked before what is in front of it was offered`;
      latestStart = Math.max(latestStart, from);
    }
  }
}
