import { z } from "zod";
import { idVersion, parseId } from "../ids.ts";
import type { AnyId, IdPrefix, TypedId } from "../ids.ts";

const LONGEST_ID = 5 + 26; // "user_" or "disc_" and the suffix

/** What is wrong with a value that should be an id, in words for the client; or null. */
function idProblem(prefix: IdPrefix, value: unknown): string | null {
  if (typeof value !== "string") return "not a text";
  if (value.length > LONGEST_ID) return "WrongLength";
  const parsed = parseId(prefix, value);
  return parsed.ok ? null : parsed.problem;
}

/** An id that is looked up: client-made and derived ones alike (ID1). */
function lookUp<P extends IdPrefix>(prefix: P) {
  return z.custom<TypedId<P>>((value) => idProblem(prefix, value) === null, {
    error: ({ input }) => `not a ${prefix}_ id: ${idProblem(prefix, input)}`,
  });
}

/** The id of a new thing: only version 7, as clients make them (ID1). */
function fresh<P extends IdPrefix>(prefix: P) {
  const isNew = (id: AnyId) => idVersion(id) === 7;
  // A TypedId of any one prefix is an AnyId, which the compiler can't see of a prefix that is a type parameter.
  return lookUp(prefix).refine((id) => isNew(id as AnyId), {
    error: "the id of a new thing is a UUIDv7: WrongVersion",
  });
}

// Ids that are looked up.

export const zUserId = lookUp("user");
export const zGroupId = lookUp("grp");
export const zDiscussionId = lookUp("disc");
export const zMessageId = lookUp("msg");
export const zEventId = lookUp("evt");
export const zStreamId = z.union([zUserId, zGroupId, zDiscussionId], { error: "not a user_, grp_ or disc_ id" });

// Ids of new things.

export const zNewGroupId = fresh("grp");
export const zNewDiscussionId = fresh("disc");
export const zNewMessageId = fresh("msg");
export const zNewEventId = fresh("evt");
