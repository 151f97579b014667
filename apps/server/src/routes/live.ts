/** `live.*`: the one subscription that serves a whole client (LIVE1). @module */
import { type FeedFrame, zSeq, zStreamId } from "@gatz/domain";
import { tracked, type TrackedEnvelope } from "@trpc/server";
import { z } from "zod";
import { memberProcedure, router } from "../trpc.ts";

/** Far above the cursor of a user in every shard there can be. */
const zCursor = z.string().max(65_536);

export const live = router({
  /**
   * Everything that concerns the caller, or one stream of theirs from a seq. Each frame's tracked id is the cursor to go on from: a
   * client that was cut sends it back as `lastEventId` by itself. `cursor` is where to begin the first time.
   */
  inbox: memberProcedure
    .input(z.strictObject({
      lastEventId: zCursor.nullish(),
      cursor: zCursor.optional(),
      stream: zStreamId.optional(),
      fromSeq: zSeq.optional(),
    }))
    .subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<FeedFrame>, void, void> {
      const { lastEventId, cursor, stream, fromSeq } = input;
      const frames = ctx.services.feed({
        viewer: ctx.session.user,
        connection: ctx.connection,
        signal: signal ?? new AbortController().signal,
        ...{ cursor: lastEventId ?? cursor, stream, fromSeq },
      });
      for await (const { cursor, frame } of frames) yield tracked(cursor, frame);
    }),
});
