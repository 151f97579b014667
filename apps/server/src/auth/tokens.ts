/** Access tokens: signed, self-contained, checked without asking anybody (SHARD4). @module */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { parseId, type ShardNumber, shardNumber, type UserId } from "@gatz/domain";
import { z } from "zod";

/** What a token says. */
export interface Session {
  /** Names the log-in session; the directory keeps its hash only (SEC4). */
  readonly id: string;
  readonly user: UserId;
  /** The user's home at log-in (ID4); the directory knows better if it has changed since. */
  readonly home: ShardNumber;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface Tokens {
  issue(session: Session): string;
  /** Null for what is not a token of this installation, or was altered; expiry is the caller's to check. */
  read(token: string): Session | null;
}

const VERSION = "gatz1";
/** Tells these signatures from any other that the same key might make. */
const PURPOSE = "gatz access token\n";
/** Longer than any token that is issued. */
const MAX_LENGTH = 512;

const zPayload = z.strictObject({
  s: z.string().min(1).max(64),
  u: z.custom<UserId>((value) => typeof value === "string" && parseId("user", value).ok),
  h: z.int().min(0).max(4095),
  e: z.int().positive(),
});

/** @param key 32 bytes, the installation's secret */
export function createTokens(key: Uint8Array): Tokens {
  const sign = (payload: string) => createHmac("sha256", key).update(PURPOSE).update(payload).digest();
  return {
    issue(session) {
      const claims = { s: session.id, u: session.user, h: session.home, e: session.expiresAt };
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      return `${VERSION}.${payload}.${sign(payload).toString("base64url")}`;
    },
    read(token) {
      if (token.length > MAX_LENGTH) return null;
      const [version, payload = "", signature = "", ...rest] = token.split(".");
      if (version !== VERSION || rest.length > 0) return null;
      const given = Buffer.from(signature, "base64url");
      const expected = sign(payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      // The signature is ours, so the payload is what `issue` wrote; the schema restores its types.
      const claims = zPayload.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
      return { id: claims.s, user: claims.u, home: shardNumber(claims.h), expiresAt: claims.e };
    },
  };
}

const BEARER = /^Bearer ([\w.-]+)$/i;

/** The token of an `Authorization` header, or null. */
export function bearerToken(headers: Headers): string | null {
  return BEARER.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}
