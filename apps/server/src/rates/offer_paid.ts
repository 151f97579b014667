/** Offers drafts that were paid for; what is not is answered not-now, unless it is in the log already (SEC2, LOG2). @module */
import {
  type AnyEventId,
  isDiscussionStream,
  isMember,
  type NotNow,
  type Outcome,
  type Proposal,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import { type OfferOptions, ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { type Charge, payInOrder, settle } from "./charge.ts";
import type { Rates } from "./rates.ts";

export interface Offer {
  readonly user: UserId;
  readonly stream: StreamId;
  readonly proposals: readonly Proposal[];
  /** Why the call is not to be served; null if it is. */
  readonly refusal: NotNow | null;
}

interface Parts {
  readonly storage: Pick<Storage, "offer" | "known" | "state">;
  readonly rates: Rates;
}

const NOTHING: ReadonlyMap<AnyEventId, Outcome> = new Map();

/** One outcome a draft that was tried, like `Storage.offer`. A bundle that there are tokens for in part is offered in part, and ends in not-now. */
export async function offerPaid(parts: Parts, offer: Offer, options: OfferOptions): Promise<readonly Outcome[]> {
  const { user, stream, refusal } = offer;
  if (isUnseen(refusal)) return [refusal];
  const charges = refusal === null ? parts.rates.charges(user, stream) : [unpayable(refusal)];
  try {
    return await pay(parts, { ...offer, charges }, options);
  } catch (error) {
    if (!(error instanceof ShardUnavailable)) throw error;
    return [{ kind: "not-now", reason: "Unavailable", retryAfterMs: error.retryAfterMs }];
  }
}

async function pay(
  { storage, rates }: Parts,
  { user, stream, proposals, charges, refusal }: Offer & { charges: readonly Charge[] },
  options: OfferOptions,
): Promise<readonly Outcome[]> {
  let known = NOTHING;
  let payment = payInOrder(proposals, { charges, known });
  if (payment.refusal !== null) {
    settle(payment, []);
    known = await storage.known(stream, proposals);
    payment = payInOrder(proposals, { charges: await chargesOfMember(storage, { user, stream, charges }), known });
  }
  const affordable = proposals.slice(0, payment.paid.length);
  const answers = affordable.flatMap(({ id }) => known.get(id) ?? []);
  const outcomes = answers.length === affordable.length
    ? untilRejected(answers)
    : await storage.offer(stream, affordable, options);
  settle(payment, outcomes);
  if (payment.refusal === null || !outcomes.every(isAck)) return outcomes;
  if (refusal === null) rates.refused(payment.refusal.limiter ?? "");
  return [...outcomes, payment.refusal];
}

/** That a discussion is busy is nothing for others to learn: they are told that it does not exist, by the writer (VIS3). */
async function chargesOfMember(
  storage: Pick<Storage, "state">,
  { user, stream, charges }: { user: UserId; stream: StreamId; charges: readonly Charge[] },
): Promise<readonly Charge[]> {
  if (!isDiscussionStream(stream)) return charges;
  const state = await storage.state(stream);
  const isOurs = state?.kind === "discussion" && isMember(state, user);
  return isOurs ? charges : charges.filter(({ limiter }) => limiter !== "discussionSends");
}

/** What a call that is not to be served finds in its purse. */
function unpayable({ limiter = "", retryAfterMs }: NotNow): Charge {
  return { limiter, applies: () => true, take: () => retryAfterMs, giveBack: () => {}, isKept: () => true };
}

/** Too much at once is not looked up: that costs what the refusal is to save, and not-now is no verdict on a draft. */
export function isUnseen(refusal: NotNow | null): refusal is NotNow {
  return refusal?.reason === "Busy";
}

function untilRejected(outcomes: readonly Outcome[]): readonly Outcome[] {
  const end = outcomes.findIndex((outcome) => !isAck(outcome));
  return end < 0 ? outcomes : outcomes.slice(0, end + 1);
}

export function isAck({ kind }: Outcome): boolean {
  return kind === "accepted" || kind === "duplicate";
}
