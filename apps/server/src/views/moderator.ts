/** Who may be told what moderators of a discussion are told (DISC4). @module */
import {
  type DiscussionState,
  type Fact,
  type GroupId,
  type GroupState,
  isMember,
  judgeRight,
  shardOf,
  unixMs,
  unreachable,
  type UserId,
} from "@gatz/domain";
import { ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { ApiError } from "../errors.ts";

const RETRY_AFTER_MS = 1_000;

/**
 * The group is asked only where the viewer's own role does not tell.
 *
 * @throws {ApiError} Forbidden; ShardUnavailable if only the group could tell and does not answer (FACT1)
 */
export async function requireModerator(storage: Storage, viewer: UserId, state: DiscussionState): Promise<void> {
  const byRole = mayOversee(viewer, state);
  const may = byRole === "unknown" ? mayOversee(viewer, state, await groupFact(storage, state.group)) : byRole;
  switch (may) {
    case "yes":
      return;
    case "no":
      throw new ApiError("Forbidden", { message: "only moderators of the discussion are told this" });
    case "unknown":
      throw new ShardUnavailable(shardOf(state.group), RETRY_AFTER_MS);
    default:
      return unreachable(may);
  }
}

function mayOversee(viewer: UserId, state: DiscussionState, group?: Fact<GroupState>): "yes" | "no" | "unknown" {
  if (!isMember(state, viewer)) return "no";
  // No period bears on this right, so no time does.
  const facts = { at: unixMs(0), ...(group && { group }) };
  const { kind } = judgeRight("oversee", { actor: viewer }, { state, facts });
  switch (kind) {
    case "accepted":
      return "yes";
    case "rejected":
      return "no";
    case "not-now":
      return "unknown";
    default:
      return unreachable(kind);
  }
}

async function groupFact(storage: Storage, group: GroupId): Promise<Fact<GroupState>> {
  const fact = (await storage.states([group])).get(group) ?? { kind: "missing" };
  if (fact.kind !== "known") return fact;
  return fact.value.kind === "group" ? { kind: "known", value: fact.value } : { kind: "missing" };
}
