/** `live.*`: the one subscription that serves a whole client (LIVE1). @module */
import { type FeedFrame, zSeq, zStreamId } from "@gatz/domain";
import type { TrackedEnvelope } from "@trpc/server";
import { z } from "zod";
import { tokenExpired } from "../errors.ts";
import { inboxFeed } from "../live/inbox_feed.ts";
import { memberProcedure, router } from "../trpc.ts";

/** Far above the cursor of a user in every shard there can be. */
const zCursor = z.string().max(65_536);
/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const live = router({
  /**
   * Everything that concerns the caller, or one stream of theirs from a seq. Each frame's tracked id is the cursor to go on from: a
   * client that was cut sends it back as `lastEventId` by itself. `cursor` is where to begin the first time. Ends with
   * `Unauthenticated` when the token expires.
   */
  inbox: memberProcedure
    .input(z.strictObject({
      lastEventId: zCursor.nullish(),
      cursor: zCursor.optional(),
      stream: zStreamId.optional(),
      fromSeq: zSeq.optional(),
    }))
    .subscription(({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<FeedFrame>, void, void> => {
      const { services: { live, now }, session: { user, expiresAt }, connection } = ctx;
      const expiry = { inMs: Math.min(expiresAt - now(), MAX_TIMER_MS), error: tokenExpired };
      return inboxFeed(live, { user, input, connection, signal, expiry });
    }),
});
