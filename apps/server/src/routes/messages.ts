/** `messages.*`: the four event types at the log's core, and their look-ups (MSG1–5). @module */
import {
  type DiscussionId,
  type Draft,
  type Incarnation,
  type Seq,
  seq,
  zDeleteMessageBody,
  zDiscussionId,
  zEditMessageBody,
  zMessageId,
  zNewEventId,
  zNewMessageBody,
  zNewMessageId,
  zReactToMessageBody,
  zSeq,
} from "@gatz/domain";
import { z } from "zod";
import type { BlocksRead } from "../auth/accounts.ts";
import type { UserContext } from "../context.ts";
import { notFound } from "../errors.ts";
import { type Offered, offerOne } from "../offers.ts";
import { memberOffer, memberProcedure, router } from "../trpc.ts";
import { type MessageView, messageViews } from "../views/message_view.ts";
import { readSeen, requireShard, seenAt } from "../views/seen.ts";

export interface MessagePageView extends BlocksRead {
  readonly incarnation: Incarnation;
  /** The discussion's head that this page is as of, for this viewer (READ0). */
  readonly asOf: Seq;
  /** Newest first. */
  readonly messages: readonly MessageView[];
  /** Ask for the next page before this seq; null at the beginning. */
  readonly before: Seq | null;
}

export interface MessageById extends BlocksRead {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  readonly message: MessageView;
}

const { mentions, attachments } = zNewMessageBody.shape;
const content = {
  text: zNewMessageBody.shape.text,
  mentions: mentions.optional(),
  attachments: attachments.optional(),
};
/** What a client says of a new message, wherever it may say it. */
export const zNewMessageInput = z.strictObject({
  id: zNewMessageId,
  ...content,
  replyTo: zNewMessageBody.shape.replyTo,
});
const inDiscussion = { id: zNewEventId, discussion: zDiscussionId };

export function newMessage(
  discussion: DiscussionId,
  { id, mentions = [], attachments = [], ...rest }: z.output<typeof zNewMessageInput>,
): Draft {
  return {
    ...{ stream: discussion, id, type: "new-message", version: 1 },
    body: { ...rest, mentions, attachments },
  };
}

const write = (context: UserContext, draft: Draft): Promise<Offered> =>
  offerOne(context, { draft, names: { stream: "discussion" } });

export const messages = router({
  send: memberOffer
    .input(z.strictObject({ ...zNewMessageInput.shape, discussion: zDiscussionId }))
    .mutation(({ ctx, input: { discussion, ...message } }) => write(ctx, newMessage(discussion, message))),

  edit: memberOffer
    .input(z.strictObject({ ...inDiscussion, ...zEditMessageBody.shape, ...content }))
    .mutation(({ ctx, input: { id, discussion, mentions = [], attachments = [], ...rest } }) => {
      const body = { ...rest, mentions, attachments };
      return write(ctx, { stream: discussion, id, type: "edit-message", version: 1, body });
    }),

  delete: memberOffer
    .input(z.strictObject({ ...inDiscussion, ...zDeleteMessageBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "delete-message", version: 1, body })
    ),

  react: memberOffer
    .input(z.strictObject({ ...inDiscussion, ...zReactToMessageBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "react-to-message", version: 1, body })
    ),

  byDiscussion: memberProcedure
    .input(z.strictObject({
      discussion: zDiscussionId,
      before: zSeq.optional(),
      limit: z.int().min(1).max(100).default(50),
    }))
    .query(async ({ ctx, input: { discussion, before, limit } }): Promise<MessagePageView> => {
      const { storage, accounts } = ctx.services;
      const viewer = ctx.session.user;
      const page = { limit, ...(before === undefined ? {} : { before }) };
      const { result, asOf, seen } = await readSeen(
        storage,
        { viewer, discussion },
        (ranges) => storage.messages(discussion, { viewer, ranges, ...page }),
      );
      const { blocks, read } = await accounts.blocks(viewer);
      const looking = { viewer, discussion, ranges: seen.ranges, blocks };
      const views = await messageViews(storage, looking, result.messages);
      return { incarnation: storage.incarnation, asOf, messages: views, before: result.before, ...read };
    }),

  /** A page of messages as they stood right after the event `seq` (TIME1). */
  at: memberProcedure
    .input(z.strictObject({
      ...{ discussion: zDiscussionId, seq: zSeq, before: zSeq.optional() },
      limit: z.int().min(1).max(100).default(50),
    }))
    .query(async ({ ctx, input: { discussion, seq: at, before, limit } }): Promise<MessagePageView> => {
      const { storage, rates, accounts } = ctx.services;
      const viewer = ctx.session.user;
      const { ranges } = await seenAt(storage, { viewer, discussion, at });
      const page = { limit, ...(before === undefined ? {} : { before }) };
      const read = () => storage.messages(discussion, { viewer, ranges, ...page });
      const result = await rates.readInTurn({ user: viewer, stream: discussion }, read);
      const { blocks, read: blocksRead } = await accounts.blocks(viewer);
      const views = await messageViews(storage, { viewer, discussion, ranges, blocks }, result.messages);
      return { incarnation: storage.incarnation, asOf: at, messages: views, before: result.before, ...blocksRead };
    }),

  byId: memberProcedure
    .input(z.strictObject({ id: zMessageId }))
    .query(async ({ ctx, input: { id } }): Promise<MessageById> => {
      const { storage, accounts } = ctx.services;
      const viewer = ctx.session.user;
      requireShard(storage, { field: "id", id });
      const discussion = await storage.discussionOf(id);
      if (discussion === null) throw notFound();
      const { result, asOf, seen } = await readSeen(
        storage,
        { viewer, discussion },
        (ranges) => storage.messagesById(discussion, { viewer, ids: [id], ranges }),
      );
      const found = result.messages.get(id);
      if (found === undefined) throw notFound();
      const { blocks, read } = await accounts.blocks(viewer);
      const [message] = await messageViews(storage, { viewer, discussion, ranges: seen.ranges, blocks }, [found]);
      if (message === undefined) throw new Error("a message was lost on its way to a view");
      return { incarnation: storage.incarnation, asOf: seq(asOf), message, ...read };
    }),
});
