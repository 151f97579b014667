/** Signing in by name alone, for development: the user is made on first use. @module */
import { createHash } from "node:crypto";
import { deriveId, makeId, type ShardNumber, shardNumber, shardOf, unixMs, type UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import type { Services } from "../context.ts";
import { ApiError } from "../errors.ts";

export interface SignIn {
  readonly handle: string;
  readonly name: string;
  /** Where a new user's stream is to be; else spread by the handle. */
  readonly shard?: ShardNumber;
}

export interface SignedIn {
  readonly user: UserId;
  readonly token: string;
  readonly home: ShardNumber;
}

const SESSION_ID_BYTES = 16;

/**
 * The same handle is the same user. A sign-in that broke off between the handle and the user's first event is finished by the next.
 *
 * @throws {ApiError} HandleTaken if the handle looks like somebody else's; Unavailable if the new user's shard does not answer
 */
export async function devSignIn(services: Services, { handle, name, shard }: SignIn): Promise<SignedIn> {
  const { storage } = services;
  const user = await ownerOf(handle, { services, shard });
  await register(services, { user, handle, name });
  const { home } = await storage.directory.home(user);
  return { user, home, token: await logIn(services, { user, home }) };
}

async function ownerOf(
  handle: string,
  { services, shard }: { services: Services; shard: ShardNumber | undefined },
): Promise<UserId> {
  const { directory } = services.storage;
  const known = await directory.userByHandle(handle);
  if (known !== null) return known.id;
  const fresh = makeId("user", {
    shard: shard ?? spread(handle, services.storage),
    unixMs: services.now(),
    random: services.random(8),
  });
  const claim = await directory.claimHandle(handle, fresh);
  if (claim.kind === "granted") return fresh;
  // Somebody was faster, perhaps with the very same handle.
  const winner = await directory.userByHandle(handle);
  if (winner !== null) return winner.id;
  throw new ApiError("HandleTaken", { field: "handle", message: "taken, or too much like one that is" });
}

function spread(handle: string, { shards }: Storage): ShardNumber {
  return shardNumber(createHash("sha256").update(handle).digest().readUInt32BE() % shards.length);
}

/** The user's first event; its id follows from the user, so that two racing sign-ins make one. */
async function register(
  { storage, config }: Services,
  { user, handle, name }: { user: UserId; handle: string; name: string },
): Promise<void> {
  if (await storage.state(user) !== null) return;
  const id = deriveId("evt", shardOf(user), "register", user);
  const [outcome] = await storage.offer(user, [
    { stream: user, id, type: "register", version: 1, actor: user, body: { handle, name } },
  ], { deadlineMs: config.limits.callDeadlineMs });
  if (outcome?.kind === "accepted" || outcome?.kind === "duplicate") return;
  if (outcome?.kind === "rejected") {
    // The other of two racing sign-ins gave another display name, and came first.
    if (outcome.code === "EventIdReused" || outcome.code === "AlreadyExists") return;
    throw new ApiError("Malformed", { field: outcome.field?.replace("body.", "") ?? "handle", message: outcome.code });
  }
  const retryAfterMs = outcome?.kind === "not-now" ? outcome.retryAfterMs : 1_000;
  throw new ApiError("Unavailable", { message: "the user's shard does not answer", retryAfterMs });
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
