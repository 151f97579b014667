/** `discussions.*`: making them, and the look-ups; with what is done to them and to who is in them. @module */
import {
  type Incarnation,
  type Seq,
  zCreateDiscussionBody,
  zDiscussionId,
  zNewDiscussionId,
  zNewEventId,
  zSeq,
} from "@gatz/domain";
import { z } from "zod";
import { notFound } from "../errors.ts";
import { type OfferedBundle, offerWritten, type Written } from "../offers.ts";
import { memberProcedure, router, userOffer } from "../trpc.ts";
import { seenAt, seenDiscussion } from "../views/seen.ts";
import { type DiscussionView, discussionView } from "../views/stream_view.ts";
import { discussionLists } from "./discussion_lists.ts";
import { discussionPeople } from "./discussion_people.ts";
import { discussionSettings } from "./discussion_settings.ts";
import { newMessage, zNewMessageInput } from "./messages.ts";

export interface DiscussionById {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  readonly discussion: DiscussionView;
}

const { replyTo: _, ...first } = zNewMessageInput.shape;

export const discussions = router({
  create: userOffer
    .input(z.strictObject({
      ...{ id: zNewEventId, stream: zNewDiscussionId },
      ...zCreateDiscussionBody.shape,
      first: z.strictObject(first).optional(),
    }))
    .mutation(async ({ ctx, input: { id, stream, first, ...body } }): Promise<OfferedBundle> => {
      const create: Written = {
        draft: { stream, id, type: "create", version: 1, body },
        names: { stream: "stream" },
      };
      const more = first === undefined
        ? []
        : [{ draft: newMessage(stream, first), names: { stream: "stream", prefix: "first." } }];
      return await offerWritten(ctx, [create, ...more]);
    }),

  ...discussionPeople,
  ...discussionSettings,
  ...discussionLists,

  byId: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId }))
    .query(async ({ ctx, input: { discussion } }): Promise<DiscussionById> => {
      const { storage } = ctx.services;
      const viewer = ctx.session.user;
      const { state, head } = await seenDiscussion(storage, { viewer, discussion });
      return { incarnation: storage.incarnation, asOf: head, discussion: discussionView(state, viewer) };
    }),

  /** The discussion as it was right after the event `seq` (TIME1). */
  at: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId, seq: zSeq }))
    .query(async ({ ctx, input: { discussion, seq } }): Promise<DiscussionById> => {
      const { storage, rates } = ctx.services;
      const viewer = ctx.session.user;
      await seenAt(storage, { viewer, discussion, at: seq });
      const read = () => storage.streamAt(discussion, seq);
      const state = await rates.readInTurn({ user: viewer, stream: discussion }, read);
      if (state === null) throw notFound();
      return { incarnation: storage.incarnation, asOf: seq, discussion: discussionView(state, viewer) };
    }),
});
