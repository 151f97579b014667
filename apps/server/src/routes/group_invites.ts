/** `groups.*`: invites. The server sees a token only when somebody joins by it, and keeps none (GRP3). @module */
import { createHash } from "node:crypto";
import {
  type EventId,
  findInvite,
  type GroupId,
  type Incarnation,
  type Invite,
  isInviteOpen,
  type JoinByInvite,
  type Outcome,
  roleOf,
  type Seq,
  unixMs,
  zCreateInviteBody,
  zEventId,
  zGroupId,
  zNewEventId,
  zRevokeInviteBody,
} from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { answerTo, type Offered, offerMade, offerOne } from "../offers.ts";
import { isUnseen } from "../rates/offer_paid.ts";
import { memberOffer, memberProcedure, userOffer } from "../trpc.ts";
import { requireShard, seenGroup } from "../views/seen.ts";

/** An invite as it is shown to who may revoke it: nothing of the token. */
export type InviteView = Omit<Invite, "hash">;

export interface GroupInvites {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  /** Oldest first. */
  readonly invites: readonly InviteView[];
}

/** What 80 random bits take at least: 14 characters of base 64. */
const TOKEN_LENGTH = { min: 14, max: 256 };
const zToken = z.string().min(TOKEN_LENGTH.min).max(TOKEN_LENGTH.max).regex(/^[\w~.-]+$/, "not a token");

const to = { id: zNewEventId, group: zGroupId };

export const groupInvites = {
  createInvite: memberOffer
    .input(z.strictObject({ ...to, ...zCreateInviteBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) => {
      const draft = { stream: group, id, type: "create-invite", version: 1, body } as const;
      return offerOne(ctx, { draft, names: { stream: "group" } });
    }),

  revokeInvite: memberOffer
    .input(z.strictObject({ ...to, ...zRevokeInviteBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) => {
      const draft = { stream: group, id, type: "revoke-invite", version: 1, body } as const;
      return offerOne(ctx, { draft, names: { stream: "group" } });
    }),

  /** Those that have not run out: of owner and moderators all, of others their own. */
  invites: memberProcedure
    .input(z.strictObject({ group: zGroupId }))
    .query(async ({ ctx, input: { group } }): Promise<GroupInvites> => {
      const { services: { storage, now }, session: { user: viewer } } = ctx;
      const { state, head } = await seenGroup(storage, { viewer, group });
      const role = roleOf(state, viewer);
      const open = state.invites?.filter((invite) => isInviteOpen(invite, unixMs(now()))) ?? [];
      const shown = open.filter(({ by }) => role !== undefined && (role !== "member" || by === viewer));
      return { incarnation: storage.incarnation, asOf: head, invites: shown.map(({ hash: _, ...invite }) => invite) };
    }),

  joinByInvite: userOffer
    .input(z.strictObject({ ...to, invite: zEventId, token: zToken }))
    .mutation(({ ctx, input }) => join(ctx, input)),
};

interface Joining {
  readonly id: EventId;
  readonly group: GroupId;
  readonly invite: EventId;
  readonly token: string;
}

/** Whoever does not show the invite's token is told no more than that it does not work: not whether there is such a group (VIS3). */
async function join(context: UserContext, { id, group, invite, token }: Joining): Promise<Offered> {
  const { services: { storage }, refusal = null } = context;
  requireShard(storage, { field: "group", id: group });
  const draft: JoinByInvite = { stream: group, id, type: "join-by-invite", version: 1, body: { invite } };
  if (isUnseen(refusal)) return await answerTo(context, { draft, outcome: refusal });
  const [fact] = (await storage.states([group])).values();
  if (fact?.kind === "unavailable") return await answerTo(context, { draft, outcome: UNAVAILABLE });
  const known = fact?.kind === "known" && fact.value.kind === "group" ? findInvite(fact.value, invite) : undefined;
  if (known?.hash === hashOf(token)) return await offerMade(context, { draft, names: { stream: "group" } });
  return await answerTo(context, { draft, outcome: await outcomeWithout(context, draft) });
}

/** An invite that is used up, or was revoked since, is gone: who asks again, having lost the answer, has been let in by it (LOG2). */
async function outcomeWithout(context: UserContext, draft: JoinByInvite): Promise<Outcome> {
  const { services: { storage }, session, refusal } = context;
  try {
    const before = (await storage.known(draft.stream, [{ ...draft, actor: session.user }])).get(draft.id);
    if (before?.kind === "duplicate") return before;
    // Who is not to be served does not learn of one token after the other that it is none.
    return refusal ?? { kind: "rejected", code: "InviteInvalid", field: "invite" };
  } catch (error) {
    if (error instanceof ShardUnavailable) return { ...UNAVAILABLE, retryAfterMs: error.retryAfterMs };
    throw error;
  }
}

const UNAVAILABLE = { kind: "not-now", reason: "Unavailable", retryAfterMs: 1_000 } as const;

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
