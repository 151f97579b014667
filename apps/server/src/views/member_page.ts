/** Who is in a group or a discussion, page by page, in the order of joining (USR1). @module */
import { type DiscussionState, type GroupState, type Seq, type UserId, zSeq, zUserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { z } from "zod";
import { type Member, membersOf } from "./stream_view.ts";
import { type UserView, userViews } from "./user_view.ts";

/** A member, and who that is as far as their own shard answers. */
export type PagedMember = UserView & Pick<Member, "role" | "since">;

/** After whom a page begins. */
export interface MemberPlace {
  readonly since: Seq;
  readonly user: UserId;
}

export interface MemberPage {
  readonly members: readonly PagedMember[];
  /** For the next page's `after`; null at the end. */
  readonly next: MemberPlace | null;
}

const PAGE_MEMBERS = 200;

/** The part of an input that asks for a page. */
export const zMemberPage = {
  after: z.strictObject({ since: zSeq, user: zUserId }).optional(),
  limit: z.int().min(1).max(PAGE_MEMBERS).default(50),
};

export async function memberPage(
  storage: Storage,
  state: GroupState | DiscussionState,
  { after, limit }: { after?: MemberPlace | undefined; limit: number },
): Promise<MemberPage> {
  const rest = membersOf(state).filter((member) => after === undefined || comesAfter(member, after));
  const page = rest.slice(0, limit);
  const people = await userViews(storage, page.map(({ user }) => user));
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    members: page.map(({ role, since }, i) => ({ ...people[i]!, role, since })), // one view an id
    next: last === undefined ? null : { since: last.since, user: last.user },
  };
}

function comesAfter({ since, user }: Member, place: MemberPlace): boolean {
  return since > place.since || (since === place.since && user > place.user);
}
