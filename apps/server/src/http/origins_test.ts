import { strict as assert } from "node:assert";
import { originAllowed } from "./origins.ts";

const allowed = ["https://chat.example.org", "http://10.0.0.1:4000"];

Deno.test("[SEC3] in production only configured origins may call", () => {
  const policy = { allowed, loopback: false };
  assert.equal(originAllowed(null, policy), true);
  assert.equal(originAllowed("https://chat.example.org", policy), true);
  for (
    const origin of [
      ...["http://chat.example.org", "https://chat.example.org:8443", "https://chat.example.org.evil.test"],
      ...["http://localhost:4000", "null", "", "https://CHAT.example.org/"],
    ]
  ) assert.equal(originAllowed(origin, policy), false, origin);
});

Deno.test("[SEC3] in development any port of this machine may call, and nothing that only looks like it", () => {
  const policy = { allowed, loopback: true };
  for (const origin of ["http://localhost:1", "http://127.0.0.1:9999", "https://localhost", "http://[::1]:5173"]) {
    assert.equal(originAllowed(origin, policy), true, origin);
  }
  for (
    const origin of [
      "http://localhost.evil.test",
      "http://127.0.0.1.evil.test:4000",
      "file://localhost",
      "http://evil.test",
    ]
  ) assert.equal(originAllowed(origin, policy), false, origin);
});
