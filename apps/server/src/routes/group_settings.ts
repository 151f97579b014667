/** `groups.*`: what a group is called, looks like and is about, and its end (GRP2). @module */
import { type Draft, zDescribeGroupBody, zGroupId, zNewEventId, zRenameBody, zSetGroupAvatarBody } from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne } from "../offers.ts";
import { memberOffer } from "../trpc.ts";

const to = { id: zNewEventId, group: zGroupId };

export const groupSettings = {
  rename: memberOffer
    .input(z.strictObject({ ...to, ...zRenameBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "rename", version: 1, body })
    ),

  describe: memberOffer
    .input(z.strictObject({ ...to, ...zDescribeGroupBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "describe", version: 1, body })
    ),

  /** Until there are uploads every picture is an `UnknownBlob`; null takes one away. */
  setAvatar: memberOffer
    .input(z.strictObject({ ...to, ...zSetGroupAvatarBody.shape }))
    .mutation(({ ctx, input: { id, group, ...body } }) =>
      write(ctx, { stream: group, id, type: "set-avatar", version: 1, body })
    ),

  archive: memberOffer
    .input(z.strictObject(to))
    .mutation(({ ctx, input: { id, group } }) =>
      write(ctx, { stream: group, id, type: "archive", version: 1, body: {} })
    ),
};

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "group" } });
