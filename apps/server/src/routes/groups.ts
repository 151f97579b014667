/** `groups.*`: making them and who is in them (GRP1–2). @module */
import {
  type Incarnation,
  type Seq,
  zAddMembersBody,
  zCreateGroupBody,
  zGroupId,
  zNewEventId,
  zNewGroupId,
  zRemoveFromGroupBody,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne, type Written } from "../offers.ts";
import { memberOffer, memberProcedure, router, userOffer } from "../trpc.ts";
import { seenGroup } from "../views/seen.ts";
import { type GroupView, groupView } from "../views/stream_view.ts";

export interface GroupById {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  readonly group: GroupView;
}

const to = { id: zNewEventId, group: zGroupId };

export const groups = router({
  create: userOffer
    .input(z.strictObject({ id: zNewEventId, stream: zNewGroupId, ...zCreateGroupBody.shape }))
    .mutation(({ ctx, input: { id, stream, ...body } }) =>
      offerOne(ctx, { draft: { stream, id, type: "create", version: 1, body }, names: { stream: "stream" } })
    ),

  addMembers: memberOffer
    .input(z.strictObject({ ...to, ...zAddMembersBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "add-members", version: 1, body })
    ),

  removeMember: memberOffer
    .input(z.strictObject({ ...to, ...zRemoveFromGroupBody.omit({ since: true }).shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "remove-member", version: 1, body })
    ),

  leave: memberOffer
    .input(z.strictObject(to))
    .mutation(({ ctx, input: { id, group } }) =>
      write(ctx, { stream: group, id, type: "leave", version: 1, body: {} })
    ),

  byId: memberProcedure
    .input(z.strictObject({ group: zGroupId }))
    .query(async ({ ctx, input: { group } }): Promise<GroupById> => {
      const { storage } = ctx.services;
      const viewer = ctx.session.user;
      const { state, head } = await seenGroup(storage, { viewer, group });
      return { incarnation: storage.incarnation, asOf: head, group: groupView(state, viewer) };
    }),
});

const write = (context: UserContext, draft: Written["draft"]) =>
  offerOne(context, { draft, names: { stream: "group" } });
