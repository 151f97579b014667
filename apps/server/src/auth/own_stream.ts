/** What the server itself says in a user's stream, on the user's behalf. @module */
import type { Draft, RejectionCode, UserId } from "@gatz/domain";
import type { Services } from "../context.ts";
import { ApiError } from "../errors.ts";

/** Offers a draft to the user's own stream; why it was rejected, or null. @throws {ApiError} Unavailable */
export async function offerOwn(
  { storage, config }: Pick<Services, "storage" | "config">,
  draft: Draft & { readonly stream: UserId },
): Promise<RejectionCode | null> {
  const proposal = { ...draft, actor: draft.stream };
  const [outcome] = await storage.offer(draft.stream, [proposal], { deadlineMs: config.limits.callDeadlineMs });
  if (outcome?.kind === "accepted" || outcome?.kind === "duplicate") return null;
  if (outcome?.kind === "rejected") return outcome.code;
  throw userSilent(outcome?.kind === "not-now" ? outcome.retryAfterMs : undefined);
}

export function userSilent(retryAfterMs = 1_000): ApiError {
  return new ApiError("Unavailable", { message: "the user's shard does not answer", retryAfterMs });
}
