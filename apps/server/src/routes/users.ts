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
import { zHandle } from "../auth/handle.ts";
import { notFound } from "../errors.ts";
import { memberProcedure, router, userProcedure } from "../trpc.ts";
import { requireShard, type Seen, seenDiscussion, seenGroup } from "../views/seen.ts";
import { membersOf } from "../views/stream_view.ts";
import { type FoundUser, foundUser, type UserView, userViews } from "../views/user_view.ts";
import { ownAccount } from "./own_account.ts";

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

/** One person. */
export interface UserById {
  readonly incarnation: Incarnation;
  /** The user's. */
  readonly asOf: Seq;
  readonly user: FoundUser;
}

export interface UserByHandle extends UserById {
  /** Whether the handle that was asked for is one that they had before: they have another now (USR2). */
  readonly isRedirect: boolean;
}

export interface UserList {
  readonly incarnation: Incarnation;
  /** In the order of the ids; each says what it is as of. */
  readonly users: readonly UserView[];
}

const LOOKED_UP = 200;

export const users = router({
  ...ownAccount,

  byId: userProcedure
    .input(z.strictObject({ id: zUserId }))
    .query(async ({ ctx, input: { id } }): Promise<UserById> => {
      const { storage } = ctx.services;
      requireShard(storage, { field: "id", id });
      const user = await foundUser(storage, id);
      return { incarnation: storage.incarnation, asOf: user.asOf, user };
    }),

  byIds: userProcedure
    .input(z.strictObject({ ids: z.array(zUserId).min(1).max(LOOKED_UP) }))
    .query(async ({ ctx, input: { ids } }): Promise<UserList> => {
      const { storage } = ctx.services;
      for (const [i, id] of ids.entries()) requireShard(storage, { field: `ids.${i}`, id });
      return { incarnation: storage.incarnation, users: await userViews(storage, ids) };
    }),

  byHandle: userProcedure
    .input(z.strictObject({ handle: zHandle }))
    .query(async ({ ctx, input: { handle } }): Promise<UserByHandle> => {
      const { storage } = ctx.services;
      const known = await storage.directory.userByHandle(handle);
      if (known === null) throw notFound();
      // A handle is granted before its user's stream begins: one that never began is nobody's yet.
      const user = await foundUser(storage, known.id);
      // It is kept for nobody.
      if (user.kind === "ended") throw notFound();
      return { incarnation: storage.incarnation, asOf: user.asOf, user, isRedirect: known.isRedirect };
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
