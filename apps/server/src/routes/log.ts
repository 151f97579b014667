/** `log.*`: drafts as they are, and the log as it is, for clients that hold a replica. @module */
import {
  type Incarnation,
  isDiscussionStream,
  isGroupStream,
  type NotNow,
  type Rejection,
  seq,
  type StreamId,
  type UserId,
  zDiscussionId,
  zGroupId,
  zSeq,
  zStreamId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { z } from "zod";
import { notFound } from "../errors.ts";
import { foreseeUnchecked, offerUnchecked } from "../offers.ts";
import { memberOffer, memberProcedure, router } from "../trpc.ts";
import { type HeldHash, readHeldHash } from "../views/held_hash.ts";
import { type LogPage, type NewestPage, readLogPage, readNewestPage } from "../views/log_page.ts";
import { requireShard, seenDiscussion, seenGroup } from "../views/seen.ts";

export interface Foresight {
  readonly incarnation: Incarnation;
  /** One a draft, each by itself. */
  readonly answers: readonly (Rejection | NotNow | null)[];
}

const BUNDLE_DRAFTS = 100;
const FORESEEN_DRAFTS = 50;
const PAGE_EVENTS = 500;
const OPENED_EVENTS = 200;
const HASHED_MESSAGES = 100;

const zSharedId = z.union([zGroupId, zDiscussionId], { error: "not a grp_ or disc_ id" });

export const log = router({
  offer: memberOffer
    .input(z.strictObject({ stream: zStreamId, drafts: z.array(z.unknown()).min(1).max(BUNDLE_DRAFTS) }))
    .mutation(({ ctx, input }) => offerUnchecked(ctx, input)),

  /** What offering each of these drafts would be answered now, without offering it: null, if it would be accepted (DISC4). */
  canOffer: memberProcedure
    .input(z.strictObject({ stream: zStreamId, drafts: z.array(z.unknown()).min(1).max(FORESEEN_DRAFTS) }))
    .query(async ({ ctx, input }): Promise<Foresight> => {
      const { storage, rates } = ctx.services;
      const look = () => foreseeUnchecked(ctx, input);
      const answers = await rates.readInTurn({ user: ctx.session.user, stream: input.stream }, look);
      // Each is as much to read as a call of its own.
      ctx.caller.charge(input.drafts.length - 1);
      return { incarnation: storage.incarnation, answers };
    }),

  read: memberProcedure
    .input(z.strictObject({
      stream: zStreamId,
      fromSeq: zSeq,
      limit: z.int().min(1).max(PAGE_EVENTS).default(PAGE_EVENTS),
    }))
    .query(async ({ ctx, input }): Promise<{ readonly incarnation: Incarnation } & LogPage> => {
      const { storage, rates, config } = ctx.services;
      const viewer = ctx.session.user;
      const { stream, fromSeq, limit } = input;
      const page = await rates.readInTurn({ user: viewer, stream }, async () => {
        const seen = await seenStream(storage, { viewer, stream });
        return await readLogPage(storage, { viewer, ...seen, fromSeq, limit });
      });
      // A full page is as much work as many calls.
      ctx.caller.charge(Math.floor(page.items.length / config.limits.pageCallEvents));
      return { incarnation: storage.incarnation, ...page };
    }),

  /** What a client begins to hold a stream with: the newest of its log, and the state at its end. */
  open: memberProcedure
    .input(z.strictObject({ stream: zStreamId, limit: z.int().min(1).max(PAGE_EVENTS).default(OPENED_EVENTS) }))
    .query(async ({ ctx, input: { stream, limit } }): Promise<{ readonly incarnation: Incarnation } & NewestPage> => {
      const { storage, rates, config } = ctx.services;
      const viewer = ctx.session.user;
      const page = await rates.readInTurn({ user: viewer, stream }, async () => {
        const seen = await seenStream(storage, { viewer, stream });
        return await readNewestPage(storage, { viewer, ...seen, limit });
      });
      const { pageCallEvents, pageCallBytes } = config.limits;
      const stateBytes = JSON.stringify(page.state).length;
      ctx.caller.charge(Math.floor(page.items.length / pageCallEvents) + Math.floor(stateBytes / pageCallBytes));
      return { incarnation: storage.incarnation, ...page };
    }),

  /** For a client to find out whether it holds what it should. */
  hash: memberProcedure
    .input(z.strictObject({ stream: zSharedId, seq: zSeq, messages: z.int().min(0).max(HASHED_MESSAGES) }))
    .query(async ({ ctx, input }): Promise<{ readonly incarnation: Incarnation } & HeldHash> => {
      const { storage, rates } = ctx.services;
      const viewer = ctx.session.user;
      const read = () => readHeldHash(storage, { viewer, ...input });
      const held = await rates.readInTurn({ user: viewer, stream: input.stream }, read);
      return { incarnation: storage.incarnation, ...held };
    }),
});

/** A user's own stream has one member, the user (VIS1). */
async function seenStream(storage: Storage, { viewer, stream }: { viewer: UserId; stream: StreamId }) {
  if (isDiscussionStream(stream)) return await seenDiscussion(storage, { viewer, discussion: stream, field: "stream" });
  if (isGroupStream(stream)) return await seenGroup(storage, { viewer, group: stream, field: "stream" });
  requireShard(storage, { field: "stream", id: stream });
  const state = stream === viewer ? await storage.state(stream) : null;
  if (state === null) throw notFound();
  return { state, ranges: [{ from: seq(1), to: state.seq }] };
}
