/** People as the API shows them; who is on a shard that does not answer is marked, and fails nobody else's look-up (USR1). @module */
import { type Attachment, type Fact, type Seq, unreachable, type UserId } from "@gatz/domain";
import type { Profile, Storage } from "@gatz/storage/contract";
import { ApiError, notFound } from "../errors.ts";

/** Somebody who is, or was, there: `asOf` is the seq of the newest event in their stream that changed what is shown here (READ0, BLK1). */
export type FoundUser =
  | {
    readonly kind: "user";
    readonly id: UserId;
    readonly asOf: Seq;
    readonly handle: string;
    readonly name: string;
    readonly about?: string;
    readonly avatar?: Attachment;
  }
  /** Their account has ended, and what they said of themselves is shown no more (USR4). */
  | { readonly kind: "ended"; readonly id: UserId; readonly asOf: Seq };
export type UserView = FoundUser | { readonly kind: "missing" | "unavailable"; readonly id: UserId };

const RETRY_AFTER_MS = 1_000;

/** One view an id, in the order of the ids. */
export async function userViews(storage: Pick<Storage, "profiles">, ids: readonly UserId[]): Promise<UserView[]> {
  const found = await storage.profiles([...new Set(ids)]);
  return ids.map((id) => userView(id, found.get(id)));
}

/** @throws {ApiError} NotFound; Unavailable: their shard does not answer */
export async function foundUser(storage: Pick<Storage, "profiles">, id: UserId): Promise<FoundUser> {
  const [user] = await userViews(storage, [id]);
  if (user !== undefined && "asOf" in user) return user;
  if (user?.kind !== "unavailable") throw notFound();
  const message = "a part of the service does not answer at the moment";
  throw new ApiError("Unavailable", { message, retryAfterMs: RETRY_AFTER_MS });
}

function userView(id: UserId, fact: Fact<Profile> | undefined): UserView {
  if (fact === undefined) return { kind: "missing", id };
  switch (fact.kind) {
    case "missing":
    case "unavailable":
      return { kind: fact.kind, id };
    case "known":
      return profileView(fact.value);
    default:
      return unreachable(fact);
  }
}

function profileView({ id, profileSeq: asOf, handle, name, about, avatar, endedAt }: Profile): FoundUser {
  if (endedAt !== undefined) return { kind: "ended", id, asOf };
  const more = { ...(about !== undefined && { about }), ...(avatar !== undefined && { avatar }) };
  return { kind: "user", id, asOf, handle, name, ...more };
}
