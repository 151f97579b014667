import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { newInvite } from "./new_invite.ts";

Deno.test("[GRP3] an invite's token has 128 random bits, and its hash is the token's SHA-256", async () => {
  const made = await Promise.all(Array.from({ length: 50 }, newInvite));
  assert.equal(new Set(made.map(({ token }) => token)).size, made.length);
  for (const { token, hash } of made) {
    assert.match(token, /^[A-Za-z0-9_-]{22}$/);
    assert.equal(hash, createHash("sha256").update(token).digest("hex"));
  }
});
