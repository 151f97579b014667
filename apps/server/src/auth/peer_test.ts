import { strict as assert } from "node:assert";
import { peerOf } from "./peer.ts";

Deno.test("[SEC1] only a direct connection from this machine is from this machine", () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ["127.0.0.1", {}, true],
    ["127.8.9.1", {}, true],
    ["::1", {}, true],
    ["::ffff:127.0.0.1", {}, true],
    ["10.0.0.1", {}, false],
    ["127.0.0.1.example.org", {}, false],
    ["::ffff:10.0.0.1", {}, false],
    ["2001:db8::1", {}, false],
    ["127.0.0.1", { "X-Forwarded-For": "127.0.0.1" }, false],
    ["127.0.0.1", { forwarded: "for=192.0.2.1" }, false],
  ];
  for (const [address, headers, loopback] of cases) {
    assert.equal(peerOf(address, new Headers(headers)).loopback, loopback, `${address} ${JSON.stringify(headers)}`);
  }
});
