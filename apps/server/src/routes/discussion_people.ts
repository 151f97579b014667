/** `discussions.*`: who is in a discussion, in what role, and who may not speak or come back (DISC2–4, MOD1). @module */
import {
  type DiscussionState,
  type Draft,
  type Incarnation,
  type Sanction,
  type Seq,
  type UserId,
  zAddMembersBody,
  zDiscussionId,
  zNewEventId,
  zPardonBody,
  zRemoveFromDiscussionBody,
  zSanctionBody,
  zSeq,
  zSetDiscussionRoleBody,
  zUserId,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne } from "../offers.ts";
import { memberOffer, memberProcedure } from "../trpc.ts";
import { seenDiscussion } from "../views/seen.ts";
import { type Member, membersOf } from "../views/stream_view.ts";
import { type UserView, userViews } from "../views/user_view.ts";

/** How long a sanction lasts; without `until`, until it is taken back. */
export type Lasting = Pick<Sanction, "until">;

/** A member, and who that is as far as their own shard answers (USR1). */
export type DiscussionMember = UserView & Pick<Member, "role" | "since"> & { readonly muted?: Lasting };

/** After whom a page begins. */
export interface MemberPlace {
  readonly since: Seq;
  readonly user: UserId;
}

export interface DiscussionMembers {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  /** In the order of joining. */
  readonly members: readonly DiscussionMember[];
  /** For the next page's `after`; null at the end. */
  readonly next: MemberPlace | null;
}

const PAGE_MEMBERS = 200;
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
    .input(z.strictObject({
      discussion: zDiscussionId,
      after: z.strictObject({ since: zSeq, user: zUserId }).optional(),
      limit: z.int().min(1).max(PAGE_MEMBERS).default(50),
    }))
    .query(async ({ ctx, input: { discussion, after, limit } }): Promise<DiscussionMembers> => {
      const { storage } = ctx.services;
      const { state, head } = await seenDiscussion(storage, { viewer: ctx.session.user, discussion });
      const rest = membersOf(state).filter((member) => after === undefined || comesAfter(member, after));
      const page = rest.slice(0, limit);
      const people = await userViews(storage, page.map(({ user }) => user));
      const last = rest.length > page.length ? page.at(-1) : undefined;
      return {
        incarnation: storage.incarnation,
        asOf: head,
        members: page.map((member, i) => withPerson(member, people[i]!, state)), // one view an id
        next: last === undefined ? null : { since: last.since, user: last.user },
      };
    }),
};

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "discussion" } });

function comesAfter({ since, user }: Member, place: MemberPlace): boolean {
  return since > place.since || (since === place.since && user > place.user);
}

function withPerson({ user, role, since }: Member, person: UserView, { mutes }: DiscussionState): DiscussionMember {
  const mute = mutes?.[user];
  return { ...person, role, since, ...(mute && { muted: mute.until === undefined ? {} : { until: mute.until } }) };
}
