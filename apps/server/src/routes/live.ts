/** `live.*`: the one subscription that serves a whole client (LIVE1). @module */
import { type FeedFrame, PRESENCE_STATUSES, type Rejection, zDiscussionId, zSeq, zStreamId } from "@gatz/domain";
import type { TrackedEnvelope } from "@trpc/server";
import { z } from "zod";
import { accountEnded, notFound, tokenExpired } from "../errors.ts";
import { inboxFeed } from "../live/inbox_feed.ts";
import { memberProcedure, router, userProcedure } from "../trpc.ts";
import { requireShard } from "../views/seen.ts";

/** Far above the cursor of a user in every shard there can be. */
const zCursor = z.string().max(65_536);
/** The longest that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** `signalled`: it is on its way, to whomever it reaches. */
export type SignalAnswer = { readonly kind: "signalled" } | Rejection;

export const live = router({
  /**
   * Everything that concerns the caller, or one stream of theirs from a seq. Each frame's tracked id is the cursor to go on from: a
   * client that was cut sends it back as `lastEventId` by itself. `cursor` is where to begin the first time. Ends with
   * `Unauthenticated` when the token expires or the account ends.
   */
  inbox: memberProcedure
    .input(z.strictObject({
      lastEventId: zCursor.nullish(),
      cursor: zCursor.optional(),
      stream: zStreamId.optional(),
      fromSeq: zSeq.optional(),
    }))
    .subscription(({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<FeedFrame>, void, void> => {
      const { services: { live, now, accounts }, session: { user, expiresAt }, connection } = ctx;
      const ends = (end: (error: Error) => void) => {
        const timer = setTimeout(() => end(tokenExpired()), Math.min(expiresAt - now(), MAX_TIMER_MS));
        const unwatch = accounts.whenEnded(user, () => end(accountEnded()));
        return () => {
          clearTimeout(timer);
          unwatch();
        };
      };
      return inboxFeed(live, { user, input, connection, signal, ends });
    }),

  /**
   * Says that the caller types in a discussion, or does not any more, to its members who listen now (LIVE7). Whoever types goes on saying
   * so every few seconds. Answered as a message there would be, if that would be rejected.
   */
  typing: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId, on: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<SignalAnswer> => {
      const { signals, rates, storage } = ctx.services;
      const { user } = ctx.session;
      requireShard(storage, { field: "discussion", id: input.discussion });
      rates.paySignal(user);
      const refusal = await signals.refuseTyping({ user, ...input });
      if (refusal?.code === "NotFound") throw notFound();
      if (refusal !== null) return refusal;
      rates.payDiscussionSignal(input.discussion);
      await signals.typing({ user, ...input });
      return { kind: "signalled" };
    }),

  /** Says that the caller, while they have a feed open, is there, or away from it. A feed begins as online (LIVE7). */
  setPresence: userProcedure
    .input(z.strictObject({ status: z.enum(PRESENCE_STATUSES) }))
    .mutation(({ ctx: { services, session: { user } }, input }): SignalAnswer => {
      services.rates.paySignal(user);
      services.signals.setStatus(user, input.status);
      return { kind: "signalled" };
    }),
});
