import { strict as assert } from "node:assert";
import { makeId, shardNumber } from "@gatz/domain";
import { bearerToken, createTokens, type Session } from "./tokens.ts";

const key = new Uint8Array(32).map((_, i) => i * 7 + 1);
const session: Session = {
  id: "s".repeat(22),
  user: makeId("user", { shard: shardNumber(3), unixMs: 1_700_000_000_000, random: new Uint8Array(8) }),
  home: shardNumber(5),
  expiresAt: 1_800_000_000_000,
};

Deno.test("[SHARD4] a token says all that is needed to know its user", () => {
  const tokens = createTokens(key);
  assert.deepEqual(tokens.read(tokens.issue(session)), session);
});

Deno.test("[SEC3] a token that was altered anywhere is none", () => {
  const tokens = createTokens(key);
  const token = tokens.issue(session);
  for (let i = 0; i < token.length; i++) {
    const other = token[i] === "A" ? "B" : "A";
    const altered = token.slice(0, i) + other + token.slice(i + 1);
    // The last character of a part may carry bits that base64 ignores: then it is the same token still.
    const read = tokens.read(altered);
    assert.ok(read === null || i === token.length - 1, `character ${i}`);
  }
  for (const text of ["", ".", "..", "gatz1..", `${token}.x`, token.slice(1), "x".repeat(10_000)]) {
    assert.equal(tokens.read(text), null);
  }
});

Deno.test("[SEC3] a token of another installation is none", () => {
  const theirs = createTokens(key.map((byte) => byte ^ 1));
  assert.equal(createTokens(key).read(theirs.issue(session)), null);
});

Deno.test("[SEC3] a token is read from the Authorization header only as a bearer's", () => {
  const of = (authorization: string) => bearerToken(new Headers({ authorization }));
  assert.equal(of("Bearer gatz1.a-b_c.d"), "gatz1.a-b_c.d");
  assert.equal(of("Basic gatz1.a.b"), null);
  assert.equal(of("Bearer a b"), null);
  assert.equal(bearerToken(new Headers()), null);
});
