/** What drafts need to know of other streams, read before they are queued (FACT1). @module */
import {
  type Actor,
  type Fact,
  type GroupId,
  type GroupState,
  intervalsOf,
  isMember,
  type Needs,
  needs,
  type Proposal,
  roleOf,
  type SourceFact,
  type StreamId,
  type StreamState,
  type UserFact,
  userFact,
  type UserId,
  visibleRanges,
} from "@gatz/domain";
import { type Account, ShardUnavailable, type Storage } from "../contract.ts";
import { type BundleFacts, NO_FACTS } from "./bundle.ts";

export type FactReads = Pick<Storage, "states" | "accounts" | "messagesById">;

// Also of a discussion that is missing now: its `create` may be queued in front. If it still is missing when the drafts are decided, they
// are answered by that alone.
const NOT_KNOWN: Fact<never> = { kind: "unavailable" };

interface Want {
  readonly proposal: Proposal;
  readonly needs: Needs;
}

/** Facts for drafts to one stream; streams that don't answer are facts too (`unavailable`). */
export async function gatherFacts(reads: FactReads, proposals: readonly Proposal[]): Promise<BundleFacts> {
  const wants = proposals.filter(({ actor }) => actor !== "system")
    .map((proposal): Want => ({ proposal, needs: needs(proposal) }));
  if (wants.every(({ needs }) => asksNothing(needs))) return NO_FACTS;
  const own = await ownState(reads, wants);
  const groupIds = new Map(wants.map((want) => [want.proposal, groupOf(want, { wants, own })]));
  const named = [...groupIds.values()].flatMap((group) => group?.kind === "known" ? [group.value] : []);
  const people = new Set(wants.flatMap((want) => peopleOf(want, own)));
  const [states, accounts, sources] = await Promise.all([
    reads.states([...new Set(named)]),
    reads.accounts([...people]),
    Promise.all(wants.map(async (want) => [want.proposal, await sourceOf(reads, want)] as const)),
  ]);
  const groups = new Map<Proposal, Fact<GroupState>>();
  for (const [proposal, group] of groupIds) {
    if (group) groups.set(proposal, group.kind === "known" ? groupFact(states.get(group.value)) : group);
  }
  const users = new Map([...people].map((user) => [user, userFactOf(accounts.get(user))]));
  return {
    groups,
    users,
    sources: new Map(sources.flatMap(([proposal, source]) => source ? [[proposal, source]] : [])),
  };
}

function asksNothing({ users, group, ownGroup, actor, inviterOf, source }: Needs): boolean {
  return users.length === 0 && !group && !ownGroup && !actor && !inviterOf && !source;
}

/** The state of the drafts' own stream, as far as it says what else must be read; undefined: that is in none of them. */
async function ownState(reads: FactReads, wants: readonly Want[]): Promise<Fact<StreamState> | undefined> {
  const asks = wants.find(({ needs }) => needs.ownGroup || needs.inviterOf);
  if (!asks) return undefined;
  const { stream } = asks.proposal;
  return (await reads.states([stream])).get(stream) ?? NOT_KNOWN;
}

/**
 * The group that a draft asks for: it is named, or in the state of its discussion; only where there is none yet, in a `create` among the
 * drafts themselves. Nobody brings a group of their own to a discussion of another one.
 */
function groupOf(
  { proposal, needs: { group, ownGroup } }: Want,
  { wants, own }: { wants: readonly Want[]; own: Fact<StreamState> | undefined },
): Fact<GroupId> | undefined {
  if (group) return { kind: "known", value: group };
  if (!ownGroup) return undefined;
  // Their own role allows what the group could: nobody waits for one that does not answer.
  if (ownGroup === "for-rights" && moderates(proposal.actor, own)) return undefined;
  if (own?.kind === "known") {
    return own.value.kind === "discussion" ? { kind: "known", value: own.value.group } : undefined;
  }
  const created = wants.map(({ needs }) => needs.group).find((named) => named !== undefined);
  return created ? { kind: "known", value: created } : NOT_KNOWN;
}

function moderates(actor: Actor, own: Fact<StreamState> | undefined): boolean {
  if (actor === "system" || own?.kind !== "known" || own.value.kind !== "discussion") return false;
  const role = roleOf(own.value, actor);
  return role === "owner" || role === "moderator";
}

/** Whom a draft asks about: those it names, its actor, and who made the invite that it uses. */
function peopleOf({ proposal, needs }: Want, own: Fact<StreamState> | undefined): readonly UserId[] {
  const { actor } = proposal;
  const asked = needs.actor && actor !== "system" ? [...needs.users, actor] : needs.users;
  if (!needs.inviterOf || own?.kind !== "known" || own.value.kind !== "group") return asked;
  const invite = own.value.invites?.find(({ id }) => id === needs.inviterOf);
  return invite ? [...asked, invite.by] : asked;
}

function groupFact(fact: Fact<StreamState> | undefined): Fact<GroupState> {
  if (!fact || fact.kind !== "known") return fact ?? NOT_KNOWN;
  return fact.value.kind === "group" ? { kind: "known", value: fact.value } : { kind: "missing" };
}

function userFactOf(fact: Fact<Account> = NOT_KNOWN): Fact<UserFact> {
  return fact.kind === "known" ? { kind: "known", value: userFact(fact.value) } : fact;
}

/**
 * The message that a new discussion goes on from, as far as the actor sees it (DISC3, VIS4). Who has left sees it too, but leaves no more
 * traces there: the discussion would record the link.
 */
async function sourceOf(
  reads: FactReads,
  { proposal: { actor }, needs: { source } }: Want,
): Promise<Fact<SourceFact> | undefined> {
  if (!source || actor === "system") return undefined;
  const { discussion, message } = source;
  const fact = (await reads.states([discussion])).get(discussion) ?? NOT_KNOWN;
  if (fact.kind !== "known" || fact.value.kind !== "discussion") {
    return fact.kind === "known" ? { kind: "missing" } : fact;
  }
  if (!isMember(fact.value, actor)) return { kind: "missing" };
  const { group, seq } = fact.value;
  const ranges = visibleRanges(intervalsOf(fact.value, actor), seq);
  const head = ranges.at(-1)?.to;
  if (head === undefined) return { kind: "missing" };
  try {
    const { messages } = await reads.messagesById(discussion, { viewer: actor, ids: [message], ranges });
    const seen = messages.get(message);
    return { kind: "known", value: { seq: head, messageSeq: seen?.kind === "live" ? seen.seq : null, group } };
  } catch (error) {
    if (error instanceof ShardUnavailable) return NOT_KNOWN;
    throw error;
  }
}

/** The same reads, each given up when it takes too long. */
export function inTime(reads: FactReads, inTime: <T>(read: Promise<T>) => Promise<T>): FactReads {
  return {
    states: (streams: readonly StreamId[]) => inTime(reads.states(streams)),
    accounts: (users) => inTime(reads.accounts(users)),
    messagesById: (stream, ask) => inTime(reads.messagesById(stream, ask)),
  };
}
