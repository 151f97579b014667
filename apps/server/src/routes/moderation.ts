/** `moderation.*`: flags and what they show, purges, and what moderators did (MOD1–2). @module */
import {
  type DiscussionId,
  type DiscussionState,
  type Draft,
  type EventOf,
  type Flag,
  type FlagMessage,
  type Incarnation,
  type LogEvent,
  type Sanction,
  seesSeq,
  type Seq,
  seq,
  type UserId,
  zDiscussionId,
  zExpungeBody,
  zFlagMessageBody,
  zNewEventId,
  zResolveFlagBody,
  zSeq,
} from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { notFound } from "../errors.ts";
import { offerOne } from "../offers.ts";
import { memberOffer, moderatorProcedure, router } from "../trpc.ts";
import { type MessageView, messageViews, NO_BLOCKS } from "../views/message_view.ts";
import { requireModerator } from "../views/moderator.ts";
import { type Seen, seenDiscussion } from "../views/seen.ts";

interface Answer {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
}

export interface FlagQueue extends Answer {
  /** Open flags that the caller may see, oldest first, each with its message as it stands. */
  readonly flags: readonly (Flag & { readonly shown: MessageView | null })[];
}

/** The log as it stood when the flag was raised (MOD2). */
export interface Evidence extends Answer {
  readonly flag: EventOf<FlagMessage>;
  /** Whether nobody has answered it yet. */
  readonly open: boolean;
  /** The message, and what had been done to it: as it was said. At most {@link HISTORY_EVENTS}, the first ones. */
  readonly history: readonly LogEvent[];
  /** What was said around it, newest first, as it stood; the message among them. */
  readonly around: readonly MessageView[];
}

/** Somebody who is muted or banned; without `until`, until it is taken back. */
export type Sanctioned = { readonly user: UserId } & Pick<Sanction, "until">;

export interface Sanctions extends Answer {
  readonly mutes: readonly Sanctioned[];
  readonly bans: readonly Sanctioned[];
}

export interface Audit extends Answer {
  /** What moderators did, and the flags, newest first. */
  readonly events: readonly LogEvent[];
  /** Ask for the next page before this seq; null at the beginning. */
  readonly before: Seq | null;
}

const HISTORY_EVENTS = 200;
/** Seqs after a flagged message that may still be shown around it, and how many messages in all. */
const SEQS_AFTER = 6;
const MESSAGES_AROUND = 12;
const PAGE_EVENTS = 200;
const to = { id: zNewEventId, discussion: zDiscussionId };

export const moderation = router({
  flag: memberOffer
    .input(z.strictObject({ ...to, ...zFlagMessageBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "flag-message", version: 1, body })
    ),

  resolve: memberOffer
    .input(z.strictObject({ ...to, ...zResolveFlagBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "resolve-flag", version: 1, body })
    ),

  /** All messages of one author up to a seq, by one event (MOD1). */
  purge: memberOffer
    .input(z.strictObject({ ...to, ...zExpungeBody.omit({ why: true }).shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "expunge", version: 1, body: { ...body, why: "purge" } })
    ),

  queue: moderatorProcedure
    .input(z.strictObject({ discussion: zDiscussionId }))
    .query(async ({ ctx, input: { discussion } }): Promise<FlagQueue> => {
      const { storage } = ctx.services;
      const viewer = ctx.session.user;
      const { state, ranges, stays, head } = await seenByModerator(storage, { viewer, discussion });
      const flags = (state.flags ?? []).filter((flag) => seesSeq(stays, flag.seq) && seesSeq(stays, flag.messageSeq));
      const ids = [...new Set(flags.map(({ message }) => message))];
      const { messages } = await storage.messagesById(discussion, { viewer, ids, ranges });
      const looking = { viewer, discussion, ranges, blocks: NO_BLOCKS };
      const views = await messageViews(storage, looking, [...messages.values()]);
      const shown = new Map(views.map((view) => [view.id, view]));
      return {
        incarnation: storage.incarnation,
        asOf: head,
        flags: flags.map((flag) => ({ ...flag, shown: shown.get(flag.message) ?? null })),
      };
    }),

  /** Who is muted and who is banned, also what has run out and was not taken back. */
  sanctions: moderatorProcedure
    .input(z.strictObject({ discussion: zDiscussionId }))
    .query(async ({ ctx, input: { discussion } }): Promise<Sanctions> => {
      const { storage } = ctx.services;
      const { state, head } = await seenByModerator(storage, { viewer: ctx.session.user, discussion });
      const { mutes, bans } = state;
      return { incarnation: storage.incarnation, asOf: head, mutes: sanctioned(mutes), bans: sanctioned(bans) };
    }),

  /** `seq`: of the `flag-message`, also of one that was answered. */
  evidence: moderatorProcedure
    .input(z.strictObject({ discussion: zDiscussionId, seq: zSeq }))
    .query(async ({ ctx, input }): Promise<Evidence> => {
      const { storage, rates } = ctx.services;
      const viewer = ctx.session.user;
      const { discussion } = input;
      const seen = await seenByModerator(storage, { viewer, discussion });
      const flag = await flagAt(storage, input, seen);
      const read = () => readEvidence(storage, flag, { viewer, ranges: seen.ranges });
      const { history, around } = await rates.readInTurn({ user: viewer, stream: discussion }, read);
      const open = seen.state.flags?.some(({ id }) => id === flag.id) ?? false;
      return { incarnation: storage.incarnation, asOf: flag.seq, flag, open, history, around };
    }),

  audit: moderatorProcedure
    .input(z.strictObject({
      discussion: zDiscussionId,
      before: zSeq.optional(),
      limit: z.int().min(1).max(PAGE_EVENTS).default(50),
    }))
    .query(async ({ ctx, input: { discussion, before, limit } }): Promise<Audit> => {
      const { storage, rates } = ctx.services;
      const viewer = ctx.session.user;
      const { stays, ranges } = await seenByModerator(storage, { viewer, discussion });
      const page = { ranges, limit, ...(before !== undefined && { before }) };
      const read = () => storage.moderation(discussion, page);
      const result = await rates.readInTurn({ user: viewer, stream: discussion }, read);
      // Who reads this moderates here, perhaps by a right of the group that `visible` does not know.
      const events = result.events.filter(({ decided: { targetSeq } }) =>
        targetSeq === undefined || seesSeq(stays, targetSeq)
      );
      return { incarnation: storage.incarnation, asOf: result.asOf, events, before: result.before };
    }),
});

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "discussion" } });

function sanctioned(by: DiscussionState["mutes"]): Sanctioned[] {
  // The keys of sanctions are user ids.
  return (Object.entries(by ?? {}) as [UserId, Sanction][]).map(([user, { until }]) => (
    { user, ...(until !== undefined && { until }) }
  ));
}

/** @throws {ApiError} NotFound to who is no member, Forbidden to who is no moderator */
async function seenByModerator(
  storage: Storage,
  ask: { viewer: UserId; discussion: DiscussionId },
): Promise<Seen<DiscussionState>> {
  const seen = await seenDiscussion(storage, ask);
  await requireModerator(storage, ask.viewer, seen.state);
  return seen;
}

/** A flag by its seq; there is none where the viewer may not see it or its message (VIS1). */
async function flagAt(
  storage: Storage,
  { discussion, seq: at }: { discussion: DiscussionId; seq: Seq },
  { stays }: Seen<DiscussionState>,
): Promise<EventOf<FlagMessage>> {
  const { events: [event] } = await storage.events(discussion, { from: at, to: at, limit: 1 });
  const target = event?.decided.targetSeq;
  if (event?.type !== "flag-message" || target === undefined) throw notFound();
  if (!seesSeq(stays, event.seq) || !seesSeq(stays, target)) throw notFound();
  return event;
}

async function readEvidence(
  storage: Storage,
  flag: EventOf<FlagMessage>,
  { viewer, ranges: all }: { viewer: UserId; ranges: readonly SeqRange[] },
): Promise<Pick<Evidence, "history" | "around">> {
  const { stream: discussion, seq: upTo, decided: { targetSeq } } = flag;
  if (targetSeq === undefined) throw new Error("a flag was decided with its target's seq");
  const ranges = all.filter(({ from }) => from <= upTo).map(({ from, to }) => ({ from, to: seq(Math.min(to, upTo)) }));
  const page = { viewer, ranges, before: seq(targetSeq + SEQS_AFTER), limit: MESSAGES_AROUND };
  const [history, { messages }] = await Promise.all([
    storage.eventsAbout(discussion, { target: targetSeq, ranges, limit: HISTORY_EVENTS }),
    storage.messages(discussion, page),
  ]);
  return { history, around: await messageViews(storage, { viewer, discussion, ranges, blocks: NO_BLOCKS }, messages) };
}
