import type { Facts } from "../decision.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";

/** Refuses more members than a group may have (GRP1), or null. */
export function refuseFull(count: number, { facts, field }: { facts: Facts; field: string }): Rejection | null {
  const limit = facts.limits.members;
  return count <= limit ? null : refuse("GroupFull", { field, detail: { limit } });
}
