/** A rejection is final, so it must have been right at some moment while it was decided: one from a state that was long gone is not (LOG4, DISC4). */
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { PlainTalk } from "../../../tools/oracle/talk.ts";
import type { History, Offer, PlainOutcome } from "../history.ts";

interface Entry {
  readonly event: PlainEvent;
  readonly committedAt: number;
}

export function* brokenInRejections({ offers, shards }: History): Generator<string> {
  const entries = shards.flatMap(({ log, committedAt }) =>
    log.map((event, i): Entry => ({ event, committedAt: committedAt[i]! })) // one for each
  );
  const streams = Map.groupBy(entries, ({ event }) => event.stream);
  for (const offer of offers) {
    const [draft] = offer.drafts;
    const [outcome] = offer.outcomes ?? [];
    if (offer.drafts.length !== 1 || draft === undefined || !draft.stream.startsWith("disc_")) continue;
    // Those who add and remove are also told of the people that they name.
    const isAboutPeople = draft.type === "create" || draft.type === "join" || draft.body.user !== undefined ||
      draft.body.users !== undefined;
    if (isAboutPeople || outcome?.kind !== "rejected") continue;
    if (isNeverTrue(offer, { outcome, log: streams.get(draft.stream) ?? [] })) {
      yield `[LOG4] ${draft.id} (${draft.type}) was rejected as ${outcome.code}, which it never was meanwhile`;
    }
  }
}

/** Whether what a rejection says was wrong in every state that the discussion had from the offer's arrival to its answer. */
function isNeverTrue(
  { user, drafts, arrivedAt, settledAt }: Offer,
  { outcome, log }: { outcome: PlainOutcome; log: readonly Entry[] },
): boolean {
  if (arrivedAt === null || settledAt === null) return false;
  const { body } = drafts[0]!; // there is one
  const talk = new PlainTalk();
  let isTrue = false;
  for (const [i, { event, committedAt }] of log.entries()) {
    if (committedAt > settledAt) break;
    talk.apply(event);
    const next = log[i + 1]?.committedAt ?? Infinity;
    if (next >= arrivedAt) isTrue ||= says(talk, { code: outcome.code, user, body });
  }
  const began = log[0]?.committedAt ?? Infinity;
  return !isTrue && began < arrivedAt;
}

/** Whether the discussion is as a rejection says; true for codes that tell nothing of its members and messages. */
function says(
  talk: PlainTalk,
  { code, user, body }: { code: string | undefined; user: string; body: PlainEvent["body"] },
): boolean {
  const { target } = body;
  switch (code) {
    case "NotMember":
      return !talk.roster.has(user);
    case "MessageDeleted":
      return target === undefined || talk.messages.get(target)?.isLive === false;
    case "NotYourMessage":
      return target === undefined || talk.messages.get(target)?.author !== user;
    case "Muted":
      return talk.mutes.has(user);
    case "Locked":
      return talk.isLocked;
    case "Closed":
      return talk.isClosed;
    case "Forbidden":
      // An owner may do everything, except to themselves.
      return talk.roster.roleOf(user) !== "owner" || [body.user, body.author, flagged(talk, body)].includes(user);
    case "NotFound":
      // Of a target: what was before one's time is not told apart here from what does not exist.
      return [target, body.author, body.flag].some((named) => named !== undefined) ||
        !talk.roster.everMembers.has(user);
    default:
      return true;
  }
}

/** Whose message a flag is about. */
function flagged({ flags, messages }: PlainTalk, { flag = "" }: PlainEvent["body"]): string | undefined {
  return messages.get(flags.get(flag) ?? "")?.author;
}
