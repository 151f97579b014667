/** A caller's wishes for their own records on the way to storage: paid for, allowed, and no further than they can see. @module */
import { type DiscussionId, type PersonalChange, type PersonalWish, type Seq, seq, shardOf } from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import type { UserContext } from "./context.ts";
import { notFound } from "./errors.ts";
import { requireShard } from "./views/seen.ts";

/** What became of one wish. `missing`: the caller never was a member of the discussion, or there is none (VIS3). */
export type SetOne =
  | { readonly kind: "set"; readonly change: PersonalChange }
  /** `unavailable`: the discussion's shard does not answer, so nobody can say what of it the caller may see. */
  | { readonly kind: "missing" | "unavailable"; readonly discussion: DiscussionId };

/** When the discussion's shard may answer again. */
const RETRY_AFTER_MS = 500;

/**
 * One outcome a wish, in their order.
 * @throws {ApiError} RateLimited; Malformed for a shard that does not exist
 * @throws {ShardUnavailable} the caller's own shard does not answer
 */
export async function setPersonal(
  { services: { storage, rates, config }, session: { user } }: UserContext,
  wishes: readonly PersonalWish[],
): Promise<readonly SetOne[]> {
  for (const [i, { discussion }] of wishes.entries()) {
    requireShard(storage, { field: wishes.length === 1 ? "discussion" : `marks.${i}.discussion`, id: discussion });
  }
  rates.payMarks(user, wishes.length);
  const heads = await storage.headsSeen(user, wishes.map(({ discussion }) => discussion));
  const allowed = wishes.flatMap((wish) => {
    const head = heads.get(wish.discussion);
    return head?.kind === "known" ? [upTo(head.value, wish)] : [];
  });
  const changes = allowed.length === 0
    ? []
    : await storage.setPersonal(user, allowed, { deadlineMs: config.limits.callDeadlineMs });
  let next = 0;
  return wishes.map(({ discussion }): SetOne => {
    const kind = heads.get(discussion)?.kind ?? "missing";
    return kind === "known" ? { kind: "set", change: changes[next++]! } : { kind, discussion }; // one an allowed wish
  });
}

/**
 * As {@link setPersonal}, for one.
 * @throws {ApiError} also NotFound
 * @throws {ShardUnavailable} also for the discussion's shard
 */
export async function setOne(context: UserContext, wish: PersonalWish): Promise<PersonalChange> {
  const [outcome] = await setPersonal(context, [wish]);
  if (outcome?.kind === "set") return outcome.change;
  if (outcome?.kind === "unavailable") throw new ShardUnavailable(shardOf(wish.discussion), RETRY_AFTER_MS);
  throw notFound();
}

function upTo(head: Seq, wish: PersonalWish): PersonalWish {
  return wish.type === "setting" ? wish : { ...wish, seq: seq(Math.min(wish.seq, head)) };
}
