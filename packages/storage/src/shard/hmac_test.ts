import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { hmacSha256 } from "./hmac.ts";

Deno.test("[LOG2] the keyed digest is HMAC-SHA-256, for keys and texts of any length", () => {
  for (const keyLength of [0, 1, 32, 63, 64]) {
    const key = new Uint8Array(keyLength).map((_, i) => 7 * i + 1);
    const mac = hmacSha256(key);
    for (const text of ["", "a", "π ≠ 3", "x".repeat(55), "x".repeat(64), "語".repeat(10_000)]) {
      assert.equal(mac(text).toHex(), createHmac("sha256", key).update(text).digest("hex"));
    }
  }
  assert.throws(() => hmacSha256(new Uint8Array(65)), RangeError);
});
