/** Invites: who holds the token may join (GRP3). @module */
import type { Decision, Facts } from "../decision.ts";
import type { CreateInvite, JoinByInvite, Proposal, RevokeInvite } from "../events.ts";
import type { EventId } from "../ids.ts";
import { isMember, memberCount } from "../membership.ts";
import { refuse } from "../refuse.ts";
import type { UnixMs } from "../scalars.ts";
import type { GroupState, Invite } from "../state.ts";
import { refuseAct } from "./authority.ts";
import { refuseFull } from "./full.ts";

interface Scene {
  readonly state: GroupState;
  readonly facts: Facts;
}

export function findInvite(state: GroupState, id: EventId): Invite | undefined {
  return state.invites?.find((invite) => invite.id === id);
}

/** Whether an invite has not run out. It is also good for nothing once its maker is no member. */
export function isOpen({ expiresAt }: Invite, at: UnixMs): boolean {
  return expiresAt === undefined || at < expiresAt;
}

export function decideCreateInvite({ actor, body }: Proposal<CreateInvite>, { state, facts }: Scene): Decision {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  const bad = refuseAct("invite", { actor }, state);
  if (bad) return bad;
  const { at, limits: { invites: limit } } = facts;
  if (body.expiresAt !== undefined && body.expiresAt <= at) return refuse("PeriodInvalid", { field: "body.expiresAt" });
  const open = state.invites?.filter((invite) => isOpen(invite, at)) ?? [];
  if (open.length >= limit) return refuse("TooManyInvites", { field: "stream", detail: { limit } });
  return { kind: "accepted", decided: {} };
}

export function decideRevokeInvite({ actor, body }: Proposal<RevokeInvite>, { state }: Scene): Decision {
  const invite = findInvite(state, body.invite);
  if (invite === undefined) return refuse("NotFound", { field: "body.invite" });
  const act = invite.by === actor ? "revoke-own-invite" : "revoke-invite";
  return refuseAct(act, { actor, field: "body.invite" }, state) ?? { kind: "accepted", decided: {} };
}

/**
 * On joining by somebody who has shown the token. An outsider is not told more than that it does not work: not whether the group exists,
 * nor who blocks whom (VIS3, BLK1).
 */
export function decideJoinByInvite(
  { actor, body }: Proposal<JoinByInvite>,
  { state, facts }: { state: GroupState | null; facts: Facts },
): Decision {
  if (actor === "system") return refuse("Malformed", { field: "actor" });
  if (state !== null && isMember(state, actor)) return refuse("NoChange", { field: "stream" });
  const invalid = refuse("InviteInvalid", { field: "body.invite" });
  const invite = state === null ? undefined : findInvite(state, body.invite);
  if (state === null || state.archived || invite === undefined || !isGood(invite, state, facts.at)) return invalid;
  const joiner = facts.actor ?? { kind: "unavailable" };
  const inviter = facts.users.get(invite.by) ?? { kind: "unavailable" };
  if (joiner.kind === "unavailable" || inviter.kind === "unavailable") {
    return { kind: "not-now", reason: "Unavailable" };
  }
  if (joiner.kind === "missing" || joiner.value.ended) return refuse("AccountEnded", { field: "actor" });
  if (inviter.kind === "missing" || inviter.value.ended) return invalid;
  if (inviter.value.blocks.has(actor) || joiner.value.blocks.has(invite.by)) return invalid;
  return refuseFull(memberCount(state) + 1, { facts, field: "stream" }) ??
    { kind: "accepted", decided: { basis: [{ stream: invite.by, seq: inviter.value.seq }] } };
}

function isGood(invite: Invite, state: GroupState, at: UnixMs): boolean {
  return isOpen(invite, at) && isMember(state, invite.by);
}
