/** `users.*`: people, by id, by handle, and of a discussion or a group (USR1). @module */
import {
  type DiscussionState,
  type GroupState,
  type Incarnation,
  type Role,
  type Seq,
  zDiscussionId,
  zGroupId,
  zUserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { z } from "zod";
import { isHandle } from "../auth/handle.ts";
import { notFound } from "../errors.ts";
import { memberProcedure, router, userProcedure } from "../trpc.ts";
import { requireShard, type Seen, seenDiscussion, seenGroup } from "../views/seen.ts";
import { membersOf } from "../views/stream_view.ts";
import { type UserView, userViews } from "../views/user_view.ts";

/** A member, and who that is as far as their own shard answers. */
export type MemberView = UserView & {
  readonly role: Role;
  /** The seq of the event that made them a member. */
  readonly since: Seq;
};

export interface MemberList {
  readonly incarnation: Incarnation;
  readonly asOf: Seq;
  /** In the order of joining. */
  readonly members: readonly MemberView[];
}

const LOOKED_UP = 200;

export const users = router({
  byId: userProcedure
    .input(z.strictObject({ ids: z.array(zUserId).min(1).max(LOOKED_UP) }))
    .query(async ({ ctx, input: { ids } }): Promise<{ readonly users: readonly UserView[] }> => {
      const { storage } = ctx.services;
      for (const [i, id] of ids.entries()) requireShard(storage, { field: `ids.${i}`, id });
      return { users: await userViews(storage, ids) };
    }),

  byHandle: userProcedure
    .input(z.strictObject({ handle: z.string().refine(isHandle, "must be 3 to 20 of a-z, 0-9 and _") }))
    .query(async ({ ctx, input: { handle } }): Promise<{ readonly user: UserView }> => {
      const { storage } = ctx.services;
      const known = await storage.directory.userByHandle(handle);
      if (known === null) throw notFound();
      const [user] = await userViews(storage, [known.id]);
      // A handle is granted before its user's stream begins: one that never began is nobody's yet.
      if (user === undefined || user.kind === "missing") throw notFound();
      return { user };
    }),

  forDiscussion: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId }))
    .query(async ({ ctx, input: { discussion } }) => {
      const { storage } = ctx.services;
      return memberList(storage, await seenDiscussion(storage, { viewer: ctx.session.user, discussion }));
    }),

  forGroup: memberProcedure
    .input(z.strictObject({ group: zGroupId }))
    .query(async ({ ctx, input: { group } }) => {
      const { storage } = ctx.services;
      return memberList(storage, await seenGroup(storage, { viewer: ctx.session.user, group }));
    }),
});

async function memberList(
  storage: Storage,
  { state, head }: Seen<GroupState | DiscussionState>,
): Promise<MemberList> {
  const members = membersOf(state);
  const people = await userViews(storage, members.map((member) => member.user));
  return {
    incarnation: storage.incarnation,
    asOf: head,
    members: members.map(({ role, since }, i) => ({ ...people[i]!, role, since })),
  };
}
