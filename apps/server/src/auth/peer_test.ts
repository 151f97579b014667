import { strict as assert } from "node:assert";
import { peerOf } from "./peer.ts";

Deno.test("[SEC1] only a direct connection from this machine is from this machine", () => {
  const host = "127.0.0.1:4000";
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
    const peer = peerOf(address, new Headers({ host, ...headers }));
    assert.equal(peer.loopback, loopback, `${address} ${JSON.stringify(headers)}`);
  }
});

Deno.test("[SEC1] a request that names another host is of a page whose name was made to lead here", () => {
  for (const host of ["localhost", "LOCALHOST:4000", "127.0.0.1", "127.0.0.1:1", "127.8.9.1:4000", "[::1]:4000"]) {
    assert.equal(peerOf("127.0.0.1", new Headers({ host })).loopback, true, host);
  }
  const strange = ["evil.example", "evil.example:4000", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]"];
  for (const host of [...strange, "127.0.0.1, evil.example", "localhost@evil.example", "evil.example/localhost"]) {
    assert.equal(peerOf("127.0.0.1", new Headers({ host })).loopback, false, host);
  }
  assert.equal(peerOf("127.0.0.1", new Headers()).loopback, false);
});
