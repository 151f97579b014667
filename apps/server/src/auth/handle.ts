/** Handles: how they are spelled, and how one becomes a user's (USR2). Whether one is free, the directory says. @module */
import { deriveId, HANDLE, shardOf, type UserId } from "@gatz/domain";
import type { HandleClaim, Profile, Storage } from "@gatz/storage/contract";
import { z } from "zod";
import type { Services } from "../context.ts";
import { offerOwn, userSilent } from "./own_stream.ts";

export const zHandle = z.string().regex(HANDLE, "must be 3 to 20 of a-z, 0-9 and _");

/** Claims a handle for a user. That of an account of whose end the directory was not told is let go first. */
export async function claimHandle(
  { directory, profiles }: Pick<Storage, "directory" | "profiles">,
  { handle, user }: { handle: string; user: UserId },
): Promise<HandleClaim> {
  const claim = await directory.claimHandle(handle, user);
  if (claim.kind !== "taken" || claim.by === null) return claim;
  const holder = (await profiles([claim.by])).get(claim.by);
  if (holder?.kind !== "known" || holder.value.endedAt === undefined) return claim;
  await directory.endAccount(claim.by, { at: holder.value.endedAt });
  return await directory.claimHandle(handle, user);
}

/** Has a user's stream say the handle that the directory granted, unless it does. @throws {ApiError} Unavailable */
export async function recordHandle(
  services: Pick<Services, "storage" | "config">,
  { profile, handle }: { profile: Pick<Profile, "id" | "profileSeq" | "handle">; handle: string },
): Promise<void> {
  const { id: user, profileSeq } = profile;
  if (profile.handle === handle) return;
  // The id follows from what was found, so that of those who find the same one writes it.
  const id = deriveId("evt", shardOf(user), "set-handle", user, handle, String(profileSeq));
  // If it is refused, the stream says so already, or its account has ended meanwhile.
  await offerOwn(services, { stream: user, id, type: "set-handle", version: 1, body: { handle } });
}

/** As {@link recordHandle}, with what the directory says now of a handle that was granted. */
export async function recordGranted(
  services: Pick<Services, "storage" | "config">,
  { user, asked }: { user: UserId; asked: string },
): Promise<void> {
  const { directory, profiles } = services.storage;
  const now = await directory.userByHandle(asked);
  if (now === null || now.id !== user || now.handle === null || now.handle === asked) return;
  const profile = (await profiles([user])).get(user);
  if (profile?.kind !== "known") throw userSilent();
  await recordHandle(services, { profile: profile.value, handle: now.handle });
}
