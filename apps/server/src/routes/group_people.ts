/** `groups.*`: who is in a group, and in what role (GRP2, DISC4). @module */
import {
  type Draft,
  zAddMembersBody,
  zGroupId,
  zNewEventId,
  zRemoveFromGroupBody,
  zSetGroupRoleBody,
  zTransferOwnershipBody,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne } from "../offers.ts";
import { memberOffer } from "../trpc.ts";

const to = { id: zNewEventId, group: zGroupId };

export const groupPeople = {
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

  setRole: memberOffer
    .input(z.strictObject({ ...to, ...zSetGroupRoleBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "set-role", version: 1, body })
    ),

  transferOwnership: memberOffer
    .input(z.strictObject({ ...to, ...zTransferOwnershipBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "transfer-ownership", version: 1, body })
    ),
};

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "group" } });
