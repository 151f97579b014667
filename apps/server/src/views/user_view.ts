/** People as the API shows them; who is on a shard that does not answer is marked, and fails nobody else's look-up (USR1). @module */
import type { Fact, StreamState, UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";

export type UserView =
  | { readonly kind: "user"; readonly id: UserId; readonly handle: string; readonly name: string }
  | { readonly kind: "missing" | "unavailable"; readonly id: UserId };

/** One view an id, in the order of the ids. */
export async function userViews(storage: Storage, ids: readonly UserId[]): Promise<UserView[]> {
  const found = await storage.states([...new Set(ids)]);
  return ids.map((id) => userView(id, found.get(id)));
}

function userView(id: UserId, fact: Fact<StreamState> | undefined): UserView {
  if (fact === undefined || fact.kind === "missing") return { kind: "missing", id };
  if (fact.kind === "unavailable") return { kind: "unavailable", id };
  const { value } = fact;
  return value.kind === "user" ? { kind: "user", id, handle: value.handle, name: value.name } : { kind: "missing", id };
}
