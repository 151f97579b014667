import { unreachable } from "../asserts.ts";
import { decidedOf, judgeAdder, judgeAdding } from "../adding.ts";
import type { Decision, Fact, Facts } from "../decision.ts";
import type { CreateDiscussion, Decided, Proposal } from "../events.ts";
import { isMember } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { UnixMs } from "../scalars.ts";
import type { DiscussionState, GroupState } from "../state.ts";
import { refuseDescription, refuseName } from "../text.ts";

/** Decides on a discussion's beginning: by a member of the group, with people of it, going on from a message that they see (DISC2–3). */
export function decideCreate(
  { actor, body }: Proposal<CreateDiscussion>,
  { state, facts }: { state: DiscussionState | null; facts: Facts },
): Decision {
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseName(body.name, facts.limits) ?? refuseDescription(body.description, facts.limits) ??
    refusePast(body.join?.until, { at: facts.at, field: "body.join.until" });
  if (bad) return bad;
  const group = knownGroup(facts.group);
  if (group.kind !== "group") return group;
  if (!isMember(group, actor)) return refuse("NotFound", { field: "body.group" });
  if (group.archived) return refuse("Archived", { field: "body.group" });
  const source = sourceRead(body, { facts, group });
  if ("kind" in source) return source;
  const named = body.members.filter((user) => user !== actor);
  const held = judgeAdder(actor, { named, facts });
  if (held) return held;
  const adding = judgeAdding(named, { facts, adder: actor, among: group });
  const { basis = [], ...rest } = decidedOf(adding, readOf(group));
  return { kind: "accepted", decided: { basis: [...basis, ...source.read], ...rest } };
}

/** The group that a decision stands on, or the answer when it can't be known (FACT1). */
export function knownGroup(
  fact: Fact<GroupState> = { kind: "unavailable" },
): GroupState | Exclude<Decision, { kind: "accepted" }> {
  switch (fact.kind) {
    case "known":
      return fact.value;
    case "missing":
      return refuse("NotFound", { field: "body.group" });
    case "unavailable":
      return { kind: "not-now", reason: "Unavailable" };
    default:
      return unreachable(fact);
  }
}

export function readOf({ id, seq }: GroupState) {
  return { stream: id, seq };
}

/** Refuses an end that is not yet to come, or null. */
export function refusePast(until: UnixMs | undefined, { at, field }: { at: UnixMs; field: string }): Rejection | null {
  return until === undefined || until > at ? null : refuse("PeriodInvalid", { field });
}

interface SourceRead {
  readonly read: NonNullable<Decided["basis"]>;
}

/** The discussion that a new one goes on from, as it was read; or the answer if the actor sees no such message in one of the group. */
function sourceRead(
  { continues }: CreateDiscussion["body"],
  { facts, group }: { facts: Facts; group: GroupState },
): SourceRead | Exclude<Decision, { kind: "accepted" }> {
  if (continues === undefined) return { read: [] };
  const fact = facts.source ?? { kind: "unavailable" };
  const missing = refuse("NotFound", { field: "body.continues.message" });
  switch (fact.kind) {
    case "unavailable":
      return { kind: "not-now", reason: "Unavailable" };
    case "missing":
      return missing;
    case "known": {
      const { seq, messageSeq, group: itsGroup } = fact.value;
      if (messageSeq === null || itsGroup !== group.id) return missing;
      return { read: [{ stream: continues.discussion, seq }] };
    }
    default:
      return unreachable(fact);
  }
}
