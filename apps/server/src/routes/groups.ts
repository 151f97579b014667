/** `groups.*`: making them, and the look-ups; with what is done to them, to who is in them, and invites (GRP1–3). @module */
import {
  type CreateGroup,
  directCreateId,
  directGroupId,
  type GroupId,
  type Incarnation,
  type Outcome,
  type Seq,
  type StreamState,
  unixMs,
  type UserId,
  zCreateGroupBody,
  zGroupId,
  zNewEventId,
  zNewGroupId,
  zUserId,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { malformed } from "../errors.ts";
import { answerTo, type Offered, offerMade, offerOne } from "../offers.ts";
import { isUnseen } from "../rates/offer_paid.ts";
import { memberProcedure, router, userOffer } from "../trpc.ts";
import { type JoinableDiscussion, joinableDiscussions } from "../views/joinable.ts";
import { memberPage, type MemberPlace, type PagedMember, zMemberPage } from "../views/member_page.ts";
import { requireShard, seenGroup } from "../views/seen.ts";
import { type GroupView, groupView } from "../views/stream_view.ts";
import { groupLists } from "./group_lists.ts";
import { groupInvites } from "./group_invites.ts";
import { groupPeople } from "./group_people.ts";
import { groupSettings } from "./group_settings.ts";

export interface GroupById {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  readonly group: GroupView;
}

/** The direct group of the caller and another. */
export interface DirectGroup extends Offered {
  /** There, if the outcome is `accepted` (it was made now) or `duplicate` (it was there). */
  readonly group: GroupId;
}

export interface GroupMembers {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  /** In the order of joining. */
  readonly members: readonly PagedMember[];
  /** For the next page's `after`; null at the end. */
  readonly next: MemberPlace | null;
}

export interface JoinableDiscussions {
  readonly incarnation: Incarnation;
  /** Of the group. */
  readonly asOf: Seq;
  /** The newest first. */
  readonly discussions: readonly JoinableDiscussion[];
}

/** Clients show who the other one is. */
const DIRECT_NAME = "Direct";

export const groups = router({
  create: userOffer
    .input(z.strictObject({ id: zNewEventId, stream: zNewGroupId, ...zCreateGroupBody.shape }))
    .mutation(({ ctx, input: { id, stream, ...body } }) =>
      offerOne(ctx, { draft: { stream, id, type: "create", version: 1, body }, names: { stream: "stream" } })
    ),

  /** The one group of the caller and somebody else, got or made (GRP1). */
  direct: userOffer
    .input(z.strictObject({ user: zUserId }))
    .mutation(({ ctx, input: { user } }) => direct(ctx, user)),

  ...groupPeople,
  ...groupSettings,
  ...groupInvites,
  ...groupLists,

  byId: memberProcedure
    .input(z.strictObject({ group: zGroupId }))
    .query(async ({ ctx, input: { group } }): Promise<GroupById> => {
      const { storage } = ctx.services;
      const viewer = ctx.session.user;
      const { state, head } = await seenGroup(storage, { viewer, group });
      return { incarnation: storage.incarnation, asOf: head, group: groupView(state, viewer) };
    }),

  members: memberProcedure
    .input(z.strictObject({ group: zGroupId, ...zMemberPage }))
    .query(async ({ ctx, input: { group, ...page } }): Promise<GroupMembers> => {
      const { storage } = ctx.services;
      const { state, head } = await seenGroup(storage, { viewer: ctx.session.user, group });
      return { incarnation: storage.incarnation, asOf: head, ...await memberPage(storage, state, page) };
    }),

  /** Discussions of the group that the caller is not in and may join (DISC3). */
  joinable: memberProcedure
    .input(z.strictObject({ group: zGroupId }))
    .query(async ({ ctx, input: { group } }): Promise<JoinableDiscussions> => {
      const { storage, now } = ctx.services;
      const viewer = ctx.session.user;
      const { state, head } = await seenGroup(storage, { viewer, group });
      const discussions = await joinableDiscussions(storage, state, { viewer, now: unixMs(now()) });
      return { incarnation: storage.incarnation, asOf: head, discussions };
    }),
});

async function direct(context: UserContext, user: UserId): Promise<DirectGroup> {
  const { services: { storage }, session, refusal = null } = context;
  requireShard(storage, { field: "user", id: user });
  if (user === session.user) throw malformed("user", "oneself");
  const group = directGroupId(session.user, user);
  const body = { name: DIRECT_NAME, members: [user], direct: true as const };
  const draft: CreateGroup = {
    ...{ stream: group, id: directCreateId(session.user, user), type: "create", version: 1, body },
  };
  if (isUnseen(refusal)) return { group, ...await answerTo(context, { draft, outcome: refusal }) };
  const [fact] = (await storage.states([group])).values();
  if (fact?.kind === "known") {
    return { group, ...await answerTo(context, { draft, outcome: there(draft, fact.value) }) };
  }
  const { outcome, ...offered } = await offerMade(context, { draft, names: { stream: "user" } });
  if (outcome.kind !== "rejected") return { group, ...offered, outcome };
  // Where the other one was faster there is an event of the same id, by them.
  const made = outcome.code === "EventIdReused" ? await storage.state(group) : null;
  if (made === null) return { group, ...offered, outcome: { ...outcome, field: "user" } };
  return { group, ...await answerTo(context, { draft, outcome: there(draft, made) }) };
}

function there({ id }: CreateGroup, { createdAt: at }: Pick<StreamState, "createdAt">): Outcome {
  return { kind: "duplicate", id, seq: 1 as Seq, at }; // a group's `create` is its first event
}
