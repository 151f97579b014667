/** Signing in by name alone, for development: the user is made on first use. @module */
import { createHash } from "node:crypto";
import {
  deriveId,
  type Draft,
  makeId,
  type ShardNumber,
  shardNumber,
  shardOf,
  unixMs,
  type UserId,
} from "@gatz/domain";
import type { DirectoryUser, Storage } from "@gatz/storage/contract";
import type { Services } from "../context.ts";
import { ApiError, handleTaken } from "../errors.ts";
import { claimHandle, recordHandle } from "./handle.ts";
import { offerOwn, userSilent } from "./own_stream.ts";

export interface SignIn {
  readonly handle: string;
  readonly name: string;
  /** Where a new user's stream is to be; else spread by the handle. */
  readonly shard?: ShardNumber;
}

export interface SignedIn {
  readonly user: UserId;
  /** The user's handle now: who signed in by one that they had before has another. */
  readonly handle: string;
  readonly token: string;
  readonly home: ShardNumber;
}

const SESSION_ID_BYTES = 16;

/**
 * The same handle is the same user, also one that they had before. A sign-in or a rename that broke off between the handle and the event in
 * the user's stream is finished by the next sign-in.
 *
 * @throws {ApiError} HandleTaken if the handle looks like somebody else's, or is that of an account that has ended; Unavailable if the
 *   user's shard does not answer
 */
export async function devSignIn(services: Services, { handle, name, shard }: SignIn): Promise<SignedIn> {
  const { storage } = services;
  const owner = await ownerOf(handle, { services, shard });
  await record(services, { ...owner, name });
  const { home } = await storage.directory.home(owner.user);
  return { ...owner, home, token: await logIn(services, { user: owner.user, home }) };
}

interface Owner {
  readonly user: UserId;
  /** As the directory has it now. */
  readonly handle: string;
}

async function ownerOf(
  handle: string,
  { services, shard }: { services: Services; shard: ShardNumber | undefined },
): Promise<Owner> {
  const { storage } = services;
  const known = await storage.directory.userByHandle(handle);
  if (known !== null) return presentOwner(known);
  const fresh = makeId("user", {
    shard: shard ?? spread(handle, storage),
    unixMs: services.now(),
    random: services.random(8),
  });
  const claim = await claimHandle(storage, { handle, user: fresh });
  if (claim.kind === "granted") return { user: fresh, handle };
  // Somebody was faster, perhaps with the very same handle.
  const winner = await storage.directory.userByHandle(handle);
  if (winner !== null) return presentOwner(winner);
  throw handleTaken();
}

function presentOwner({ id: user, handle }: DirectoryUser): Owner {
  if (handle === null) throw handleTaken();
  return { user, handle };
}

function spread(handle: string, { shards }: Storage): ShardNumber {
  return shardNumber(createHash("sha256").update(handle).digest().readUInt32BE() % shards.length);
}

/** Has the user's stream say what the directory has granted, unless it does. */
async function record(services: Services, owner: Owner & { name: string }): Promise<void> {
  const profile = (await services.storage.profiles([owner.user])).get(owner.user);
  switch (profile?.kind) {
    case "known":
      if (profile.value.endedAt !== undefined) throw handleTaken();
      return await recordHandle(services, { profile: profile.value, handle: owner.handle });
    case "missing":
      return await register(services, owner);
    default:
      throw userSilent();
  }
}

/** The user's first event; its id follows from the user, so that two racing sign-ins make one. */
async function register(services: Services, { user, handle, name }: Owner & { name: string }): Promise<void> {
  const id = deriveId("evt", shardOf(user), "register", user);
  const draft: Draft = { stream: user, id, type: "register", version: 1, body: { handle, name } };
  const code = await offerOwn(services, draft);
  // The other of two racing sign-ins gave another display name, and came first.
  if (code === null || code === "EventIdReused" || code === "AlreadyExists") return;
  throw new ApiError("Malformed", { field: "name", message: code });
}

async function logIn(
  { storage, tokens, now, random, config }: Services,
  { user, home }: { user: UserId; home: ShardNumber },
): Promise<string> {
  const id = random(SESSION_ID_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  const expiresAt = now() + config.limits.tokenMs;
  const hash = createHash("sha256").update(id).digest("hex");
  await storage.directory.saveSession({ id: hash, user, expiresAt: unixMs(expiresAt) });
  return tokens.issue({ id, user, home, expiresAt });
}
