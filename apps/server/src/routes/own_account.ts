/** The part of `users.*` that is about the caller: profile, handle, blocks, the account's end (USR2, USR4, BLK1). @module */
import {
  type Draft,
  type Incarnation,
  type Seq,
  shardOf,
  zBlockBody,
  zNewEventId,
  zSetProfileBody,
} from "@gatz/domain";
import { z } from "zod";
import { claimHandle, recordGranted, zHandle } from "../auth/handle.ts";
import type { UserContext } from "../context.ts";
import { handleTaken, malformed, notFound, rateLimited } from "../errors.ts";
import { type Offered, offerMade, offerOne } from "../offers.ts";
import { isAck } from "../rates/offer_paid.ts";
import { userOffer, userProcedure } from "../trpc.ts";
import { type UserView, userViews } from "../views/user_view.ts";

export interface BlockedList {
  readonly incarnation: Incarnation;
  /** The seq of the caller's stream. */
  readonly asOf: Seq;
  /** In the order of blocking. */
  readonly users: readonly UserView[];
}

const id = zNewEventId;
const NAMES = { stream: "user" };

/** Offers a draft to the caller's own stream. */
const write = (context: UserContext, own: Pick<Draft, "id" | "type" | "body">): Promise<Offered> =>
  // Which body goes with which type is checked as for any draft.
  offerOne(context, { draft: { stream: context.session.user, version: 1, ...own } as Draft, names: NAMES });

export const ownAccount = {
  setProfile: userOffer
    .input(z.strictObject({ id, ...zSetProfileBody.shape }))
    .mutation(({ ctx, input: { id, ...body } }) => write(ctx, { id, type: "set-profile", body })),

  /**
   * Granted by the directory, then recorded in the user's stream; what breaks off between the two is finished by the same call once more,
   * or by the next sign-in.
   */
  changeHandle: userProcedure
    .input(z.strictObject({ id, handle: zHandle }))
    .mutation(async ({ ctx, input: { id, handle } }): Promise<Offered> => {
      const { services: { storage }, session: { user } } = ctx;
      if (shardOf(id) !== shardOf(user)) throw malformed("id", "the id carries another shard than its stream");
      const draft: Draft = { stream: user, id, type: "set-handle", version: 1, body: { handle } };
      // What was done once is not done again: they may have another handle since (LOG2).
      const known = (await storage.known(user, [{ ...draft, actor: user }])).get(id);
      if (known !== undefined) return { incarnation: storage.incarnation, outcome: known };
      const claim = await claimHandle(storage, { handle, user });
      if (claim.kind === "taken") throw handleTaken();
      if (claim.kind === "too-many") {
        throw rateLimited({ limiter: "handleRedirects", retryAfterMs: claim.retryAfterMs });
      }
      const offered = await offerMade(ctx, { draft, names: NAMES });
      // Of two that are changed at once the directory's last need not be recorded last.
      if (isAck(offered.outcome)) await recordGranted(ctx.services, { user, asked: handle });
      return offered;
    }),

  block: userOffer
    .input(z.strictObject({ id, ...zBlockBody.shape }))
    .mutation(({ ctx, input: { id, ...body } }) => write(ctx, { id, type: "block-user", body })),

  unblock: userOffer
    .input(z.strictObject({ id, ...zBlockBody.shape }))
    .mutation(({ ctx, input: { id, ...body } }) => write(ctx, { id, type: "unblock-user", body })),

  /** Whom the caller blocks; nobody else is ever told (BLK1). */
  blocked: userProcedure
    .input(z.void())
    .query(async ({ ctx }): Promise<BlockedList> => {
      const { services: { storage }, session } = ctx;
      const account = await storage.account(session.user);
      if (account === null) throw notFound();
      const { seq: asOf, blocks = [] } = account;
      return { incarnation: storage.incarnation, asOf, users: await userViews(storage, blocks) };
    }),

  /** For good. From then on every token of the account is refused, and its feeds end. */
  endAccount: userOffer
    .input(z.strictObject({ id }))
    .mutation(({ ctx, input: { id } }) => write(ctx, { id, type: "end-account", body: {} })),
};
