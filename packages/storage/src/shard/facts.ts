/** What drafts need to know of other streams, read before they are queued (FACT1). @module */
import {
  type AnyEventId,
  type Fact,
  type GroupId,
  type GroupState,
  needs,
  type Proposal,
  type StreamId,
  type StreamState,
  type UserFact,
  userFact,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "../contract.ts";
import { type BundleFacts, NO_FACTS } from "./bundle.ts";

// Also of a discussion that is missing now: its `create` may be queued in front. If it still is missing when the drafts are decided, they
// are answered by that alone.
const NOT_KNOWN: Fact<never> = { kind: "unavailable" };

type States = ReadonlyMap<StreamId, Fact<StreamState>>;

/** Facts for drafts to one stream; streams that don't answer are facts too (`unavailable`). */
export async function gatherFacts(
  storage: Pick<Storage, "states">,
  proposals: readonly Proposal[],
): Promise<BundleFacts> {
  const wants = proposals.filter(({ actor }) => actor !== "system").map((proposal) => ({
    proposal,
    needs: needs(proposal),
  }));
  const asksNothing = wants.every(({ needs }) => needs.users.length === 0 && !needs.group && !needs.ownGroup);
  if (asksNothing) return NO_FACTS;
  const ownGroup = wants.some(({ needs }) => needs.ownGroup) ? await groupOfStream(storage, proposals) : undefined;
  const named = wants.flatMap(({ needs }) => needs.group ? [needs.group] : []);
  const known = ownGroup?.kind === "known" ? [ownGroup.value] : [];
  const users = [...new Set(wants.flatMap(({ needs }) => needs.users))];
  const states = await storage.states([...named, ...known, ...users]);
  const groups = new Map<AnyEventId, Fact<GroupState>>();
  for (const { proposal, needs } of wants) {
    if (needs.group) groups.set(proposal.id, groupFact(states, needs.group));
    else if (needs.ownGroup && ownGroup) {
      groups.set(proposal.id, ownGroup.kind === "known" ? groupFact(states, ownGroup.value) : ownGroup);
    }
  }
  return { groups, users: new Map(users.map((user) => [user, factOfUser(states, user)])) };
}

/** The group of the drafts' discussion: it is in its state, or in the `create` among the drafts themselves. */
async function groupOfStream(
  storage: Pick<Storage, "states">,
  proposals: readonly Proposal[],
): Promise<Fact<GroupId> | undefined> {
  const [first] = proposals;
  if (!first) return undefined;
  const create = proposals.map((proposal) => needs(proposal).group).find((group) => group !== undefined);
  if (create) return { kind: "known", value: create };
  const fact = (await storage.states([first.stream])).get(first.stream);
  if (fact?.kind !== "known") return NOT_KNOWN;
  return fact.value.kind === "discussion" ? { kind: "known", value: fact.value.group } : undefined;
}

function groupFact(states: States, id: GroupId): Fact<GroupState> {
  const fact = states.get(id);
  if (!fact || fact.kind !== "known") return fact ?? { kind: "unavailable" };
  return fact.value.kind === "group" ? { kind: "known", value: fact.value } : { kind: "missing" };
}

function factOfUser(states: States, id: UserId): Fact<UserFact> {
  const fact = states.get(id);
  if (!fact || fact.kind !== "known") return fact ?? { kind: "unavailable" };
  return fact.value.kind === "user" ? { kind: "known", value: userFact(fact.value) } : { kind: "missing" };
}
