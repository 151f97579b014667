/** `discussions.*`: who is in a discussion, in what role, and who may not speak or come back (DISC2–4, MOD1). @module */
import {
  type DiscussionState,
  type Draft,
  type Incarnation,
  type Sanction,
  type Seq,
  zAddMembersBody,
  zDiscussionId,
  zNewEventId,
  zPardonBody,
  zRemoveFromDiscussionBody,
  zSanctionBody,
  zSetDiscussionRoleBody,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne } from "../offers.ts";
import { memberOffer, memberProcedure } from "../trpc.ts";
import { memberPage, type MemberPlace, type PagedMember, zMemberPage } from "../views/member_page.ts";
import { seenDiscussion } from "../views/seen.ts";

/** How long a sanction lasts; without `until`, until it is taken back. */
export type Lasting = Pick<Sanction, "until">;

/** A member, and who that is as far as their own shard answers (USR1). */
export type DiscussionMember = PagedMember & { readonly muted?: Lasting };

export interface DiscussionMembers {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  /** In the order of joining. */
  readonly members: readonly DiscussionMember[];
  /** For the next page's `after`; null at the end. */
  readonly next: MemberPlace | null;
}

const to = { id: zNewEventId, discussion: zDiscussionId };
const zNothingMore = z.strictObject(to);
const zPardonInput = z.strictObject({ ...to, ...zPardonBody.shape });
const zSanctionInput = z.strictObject({ ...to, ...zSanctionBody.shape });

export const discussionPeople = {
  addMembers: memberOffer
    .input(z.strictObject({ ...to, ...zAddMembersBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "add-members", version: 1, body })
    ),

  /** By oneself, while the join window is open (DISC3). */
  join: memberOffer.input(zNothingMore).mutation(({ ctx, input: { id, discussion } }) =>
    write(ctx, { stream: discussion, id, type: "join", version: 1, body: {} })
  ),

  removeMember: memberOffer
    .input(z.strictObject({ ...to, ...zRemoveFromDiscussionBody.omit({ since: true }).shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "remove-member", version: 1, body })
    ),

  leave: memberOffer.input(zNothingMore).mutation(({ ctx, input: { id, discussion } }) =>
    write(ctx, { stream: discussion, id, type: "leave", version: 1, body: {} })
  ),

  setRole: memberOffer
    .input(z.strictObject({ ...to, ...zSetDiscussionRoleBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "set-role", version: 1, body })
    ),

  mute: memberOffer.input(zSanctionInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "mute-member", version: 1, body })
  ),

  unmute: memberOffer.input(zPardonInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "unmute-member", version: 1, body })
  ),

  ban: memberOffer.input(zSanctionInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "ban-member", version: 1, body })
  ),

  unban: memberOffer.input(zPardonInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "unban-member", version: 1, body })
  ),

  members: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId, ...zMemberPage }))
    .query(async ({ ctx, input: { discussion, ...page } }): Promise<DiscussionMembers> => {
      const { storage } = ctx.services;
      const { state, head } = await seenDiscussion(storage, { viewer: ctx.session.user, discussion });
      const { members, next } = await memberPage(storage, state, page);
      return {
        incarnation: storage.incarnation,
        asOf: head,
        members: members.map((member) => withMute(member, state)),
        next,
      };
    }),
};

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "discussion" } });

function withMute(member: PagedMember, { mutes }: DiscussionState): DiscussionMember {
  const mute = mutes?.[member.id];
  return { ...member, ...(mute && { muted: mute.until === undefined ? {} : { until: mute.until } }) };
}
