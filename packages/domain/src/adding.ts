import { unreachable } from "./asserts.ts";
import type { Decision, Fact, Facts, UserFact } from "./decision.ts";
import { isInForce } from "./discussion/authority.ts";
import type { Actor, Decided, HistoryFrom, SkipCode } from "./events.ts";
import type { StreamId, UserId } from "./ids.ts";
import { intervalsOf, isMember, visibleRanges } from "./membership.ts";
import type { SharedState } from "./membership.ts";
import type { Json, Rejection } from "./outcome.ts";
import { refuse } from "./refuse.ts";
import type { Seq, UnixMs } from "./scalars.ts";
import { seq } from "./scalars.ts";
import { firstVisible } from "./state.ts";
import type { GroupState } from "./state.ts";

type Read = { stream: StreamId; seq: Seq };

/** Who of the people named can be added, and on what that was decided (FACT1). */
export interface Adding {
  added: readonly UserId[];
  skipped: readonly { user: UserId; code: SkipCode }[];
  /** Each added user's stream, as it was read. */
  read: readonly Read[];
}

/** Why one person is left out, or the seq of their stream at which they can be added. */
type Judged = { skip: SkipCode } | { at: Seq };

/** Keeps from adding anybody whose own stream does not answer, as it says whom they block; and whose account is over (USR4). Null: go on. */
export function judgeAdder(
  adder: Actor,
  { named, facts }: { named: readonly UserId[]; facts: Facts },
): Exclude<Decision, { kind: "accepted" }> | null {
  if (adder === "system") return null;
  const fact = facts.actor ?? { kind: "unavailable" };
  if (fact.kind === "known" && fact.value.ended) return refuse("AccountEnded", { field: "actor" });
  return fact.kind === "unavailable" && named.length > 0 ? { kind: "not-now", reason: "Unavailable" } : null;
}

/**
 * Sorts the people named into those who can be added and those who are skipped. Present members of `to` are skipped, who is banned there,
 * whoever is not in the group `among`, and whoever blocks the adder or is blocked by them (BLK1).
 */
export function judgeAdding(
  named: readonly UserId[],
  { facts, adder, to, among }: { facts: Facts; adder: Actor; to?: SharedState; among?: GroupState },
): Adding {
  const blocked = facts.actor?.kind === "known" && adder !== "system" ? facts.actor.value.blocks : NOBODY;
  const added: UserId[] = [];
  const skipped: { user: UserId; code: SkipCode }[] = [];
  const read: Read[] = [];
  for (const user of new Set(named)) {
    const outside = (to && (isMember(to, user) || isBanned(to, user, facts.at))) ||
      (among && !isMember(among, user)) || blocked.has(user);
    const judged: Judged = outside ? { skip: "NotAddable" } : judgeUser(facts.users.get(user), adder);
    if ("skip" in judged) skipped.push({ user, code: judged.skip });
    else {
      added.push(user);
      read.push({ stream: user, seq: judged.at });
    }
  }
  return { added, skipped, read };
}

const NOBODY: ReadonlySet<UserId> = new Set();

function isBanned(state: SharedState, user: UserId, at: UnixMs): boolean {
  return state.kind === "discussion" && isInForce(state.bans?.[user], at);
}

function judgeUser(fact: Fact<UserFact> | undefined, adder: Actor): Judged {
  if (fact === undefined) return { skip: "Unavailable" };
  switch (fact.kind) {
    case "known": {
      const { seq, ended, blocks } = fact.value;
      const isApart = ended || (adder !== "system" && blocks.has(adder));
      return isApart ? { skip: "NotAddable" } : { at: seq };
    }
    case "missing":
      return { skip: "NotAddable" };
    case "unavailable":
      return { skip: "Unavailable" };
    default:
      return unreachable(fact);
  }
}

/** What an event records of an adding; nothing for what is empty (LOG1). */
export function decidedOf({ skipped, read }: Adding, group?: Read): Decided {
  const basis = group ? [group, ...read] : read;
  return { ...(basis.length > 0 && { basis }), ...(skipped.length > 0 && { skipped }) };
}

/** Refuses an adding that adds nobody, or null. */
export function refuseNobody({ added, skipped }: Adding, to: SharedState): Rejection | null {
  if (added.length > 0) return null;
  if (skipped.every(({ user }) => isMember(to, user))) return refuse("NoChange", { field: "body.users" });
  const detail = { skipped: skipped.map(({ user, code }): Json => ({ user, code })) };
  return refuse("NobodyAddable", { field: "body.users", detail });
}

/** Whether a history would begin after the adding itself: that is nobody's to grant. */
export function isYetToCome(historyFrom: HistoryFrom, state: SharedState): boolean {
  const addedAt = seq(state.seq + 1);
  return firstVisible(historyFrom, addedAt) > addedAt;
}

/** Refuses an adder who grants more history than they see themselves; moderators may (VIS1). Null: granted. */
export function refuseHistory(
  historyFrom: HistoryFrom,
  { adder, state }: { adder: UserId; state: SharedState },
): Rejection | null {
  const refusal = refuse("HistoryNotYours", { field: "body.historyFrom" });
  if (isYetToCome(historyFrom, state)) return refusal;
  const addedAt = seq(state.seq + 1);
  const first = firstVisible(historyFrom, addedAt);
  const stays = intervalsOf(state, adder);
  if (stays.at(-1)?.role !== "member") return null;
  const newest = visibleRanges(stays, addedAt).at(-1);
  return newest !== undefined && newest.from <= first ? null : refusal;
}
