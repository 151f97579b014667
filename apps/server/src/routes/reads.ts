/** `reads.*`: how far the caller has read their discussions (READ1). @module */
import {
  assert,
  type DiscussionId,
  type Incarnation,
  NOTHING_READ,
  type PersonalChange,
  type PersonalWish,
  type ReadMark,
  type Rev,
  rev,
  type Seq,
  zDiscussionId,
  zSeq,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { setOne, setPersonal } from "../personal.ts";
import { memberProcedure, router, userProcedure } from "../trpc.ts";

export interface MarkView extends ReadMark {
  readonly discussion: DiscussionId;
  /** As in the feed's `read`; 0: never marked. */
  readonly rev: Rev;
}

export interface Marked {
  readonly incarnation: Incarnation;
  /** The mark that now stands: not the one given, if that was older. */
  readonly mark: MarkView;
}

/** What became of one of several marks. */
export type MarkedOne =
  | { readonly kind: "marked"; readonly mark: MarkView }
  | { readonly kind: "missing" | "unavailable"; readonly discussion: DiscussionId };

export interface MarkedMany {
  readonly incarnation: Incarnation;
  /** One a mark, in their order. */
  readonly marks: readonly MarkedOne[];
}

export interface Marks {
  readonly incarnation: Incarnation;
  /** What the caller's marks are at least at. */
  readonly asOf: Rev;
  /** One a discussion, in their order. */
  readonly marks: readonly MarkView[];
}

const MARKS = 100;
const LOOKED_UP = 200;
/** The epoch of the mark that the caller holds. Without it a mark is about whichever stands. */
const epoch = { epoch: z.int().min(0).max(2 ** 31 - 1).optional() };
const zMark = z.strictObject({ discussion: zDiscussionId, seq: zSeq, ...epoch });
/** The newest that stays read; 0: nothing does. */
const zUnread = z.strictObject({ ...zMark.shape, seq: z.union([zSeq, z.literal(0)]) });

export const reads = router({
  /** Everything up to `seq`, or to the newest that the caller may see, is read. */
  mark: memberProcedure
    .input(zMark)
    .mutation(({ ctx, input }) => markOne(ctx, { type: "read", ...input })),

  /** As `mark`, of several discussions at once; one whose shard does not answer hinders no other. */
  markMany: memberProcedure
    .input(z.strictObject({ marks: z.array(zMark).min(1).max(MARKS) }))
    .mutation(async ({ ctx, input: { marks } }): Promise<MarkedMany> => {
      const set = await setPersonal(ctx, marks.map((mark) => ({ type: "read", ...mark })));
      return {
        incarnation: ctx.services.storage.incarnation,
        marks: set.map((one) => one.kind === "set" ? { kind: "marked", mark: markView(one.change) } : one),
      };
    }),

  /** Everything after `seq` is unread again, on all of the caller's devices. */
  markUnread: memberProcedure
    .input(zUnread)
    .mutation(({ ctx, input }) => markOne(ctx, { type: "unread", ...input, seq: input.seq as Seq })),

  get: userProcedure
    .input(z.strictObject({ discussions: z.array(zDiscussionId).min(1).max(LOOKED_UP) }))
    .query(async ({ ctx, input: { discussions } }): Promise<Marks> => {
      const { storage } = ctx.services;
      const { asOf, records } = await storage.personalOf(ctx.session.user, discussions);
      const marks = new Map(
        records.filter(({ type }) => type === "read").map((one) => [one.discussion, markView(one)]),
      );
      return {
        incarnation: storage.incarnation,
        asOf,
        marks: discussions.map((discussion) => marks.get(discussion) ?? { discussion, ...NOTHING_READ, rev: rev(0) }),
      };
    }),
});

async function markOne(context: UserContext, wish: PersonalWish): Promise<Marked> {
  const change = await setOne(context, wish);
  return { incarnation: context.services.storage.incarnation, mark: markView(change) };
}

function markView(change: PersonalChange): MarkView {
  assert(change.type === "read", "a mark was answered by a setting");
  const { discussion, epoch, seq, rev } = change;
  return { discussion, epoch, seq, rev };
}
