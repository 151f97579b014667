/** `discussions.*`: making them, and the look-ups; with what is done to them and to who is in them. @module */
import {
  type DiscussionId,
  type GroupId,
  type Incarnation,
  type Interval,
  type Seq,
  type ShardNumber,
  type UnixMs,
  unlessBlocked,
  type UserId,
  zCreateDiscussionBody,
  zDiscussionId,
  zNewDiscussionId,
  zNewEventId,
  zSeq,
} from "@gatz/domain";
import type { DiscussionRow } from "@gatz/storage/contract";
import { z } from "zod";
import type { BlocksRead } from "../auth/accounts.ts";
import { malformed, notFound } from "../errors.ts";
import { encodeCursor } from "../live/cursor.ts";
import { type OfferedBundle, offerWritten, type Written } from "../offers.ts";
import { memberProcedure, router, userOffer, userProcedure } from "../trpc.ts";
import { decodePlace, encodePlace } from "../views/list_cursor.ts";
import type { MessageView } from "../views/message_view.ts";
import { seenAt, seenDiscussion } from "../views/seen.ts";
import { type DiscussionView, discussionView } from "../views/stream_view.ts";
import { discussionPeople } from "./discussion_people.ts";
import { discussionSettings } from "./discussion_settings.ts";
import { newMessage, zNewMessageInput } from "./messages.ts";

export interface DiscussionById {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  readonly discussion: DiscussionView;
}

/** One row of a list. */
export interface DiscussionRowView {
  readonly id: DiscussionId;
  readonly group: GroupId;
  readonly name: string;
  readonly closed: boolean;
  readonly memberCount: number;
  readonly mine: readonly Interval[];
  /** The newest seq that the caller may see, and the time of it. */
  readonly head: Seq;
  readonly lastAt: UnixMs;
  /** The newest message that the caller may see, as they see it. */
  readonly preview: MessageView | null;
}

export interface DiscussionPage extends BlocksRead {
  readonly incarnation: Incarnation;
  /** A feed's cursor: what comes after this list (LIVE3). */
  readonly asOf: string;
  /** Latest activity first. */
  readonly rows: readonly DiscussionRowView[];
  /** Shards that did not answer: discussions there are not in the list (USR3). */
  readonly unavailable: readonly ShardNumber[];
  /** For the next page's `before`; null when there is no more. */
  readonly next: string | null;
}

const PAGE_ROWS = 100;
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

  byUser: userProcedure
    .input(z.strictObject({
      before: z.string().max(200).optional(),
      limit: z.int().min(1).max(PAGE_ROWS).default(50),
    }))
    .query(async ({ ctx, input: { before, limit } }): Promise<DiscussionPage> => {
      const { storage, accounts } = ctx.services;
      const { incarnation } = storage;
      const viewer = ctx.session.user;
      const place = before === undefined ? undefined : decodePlace(before);
      if (place === null) throw malformed("before", "not the `next` of a page");
      const { blocks, read } = await accounts.blocks(viewer);
      const list = await storage.discussionsOf(viewer, { limit, ...(place === undefined ? {} : { before: place }) });
      return {
        incarnation,
        asOf: encodeCursor({ incarnation, positions: list.asOf, ...(list.rev === null ? {} : { rev: list.rev }) }),
        rows: list.rows.map((row) => rowView(row, blocks)),
        unavailable: list.unavailable,
        next: list.next === null ? null : encodePlace(list.next),
        ...read,
      };
    }),
});

// A list shows no quotes, so what a preview answers is not read for it.
function rowView(
  { discussion, intervals, preview, ...row }: DiscussionRow,
  blocks: ReadonlySet<UserId>,
): DiscussionRowView {
  return { id: discussion, ...row, mine: intervals, preview: preview && unlessBlocked(preview, blocks) };
}
