import { strict as assert } from "node:assert";
import { clientAddress, parseNetwork, placeOf } from "./proxies.ts";

const trusted = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"].map((text) => parseNetwork(text)!);

Deno.test("[SEC2] X-Forwarded-For is believed of trusted proxies only, and read from its end", () => {
  const cases: [remote: string, forwardedFor: string | null, client: string][] = [
    ["198.51.100.7", "192.0.2.1", "198.51.100.7"],
    ["127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["127.0.0.1", "203.0.113.9, 192.0.2.1", "192.0.2.1"],
    ["127.0.0.1", "203.0.113.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"],
    ["2001:db8:1::5", "2001:db8:2::7", "2001:db8:2::7"],
    ["127.0.0.1", null, "127.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
    ["127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
    ["127.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"],
    ["127.0.0.1", "192.0.2.1:4711", "192.0.2.1"],
    ["127.0.0.1", "203.0.113.9:80, 192.0.2.1:4711 , 10.1.2.3:80", "192.0.2.1"],
    ["127.0.0.1", "[2001:db8:2::7]:4711", "2001:db8:2::7"],
    ["127.0.0.1", "[2001:db8:2::7]", "2001:db8:2::7"],
    ["127.0.0.1", "192.0.2.1, [::1]:80", "::1"],
    ["127.0.0.1", "192.0.2.1, unknown:80", "127.0.0.1"],
    ["127.0.0.1", "192.0.2.1, 198.51.100.7:", "127.0.0.1"],
    ["127.0.0.1", "192.0.2.1, [198.51.100.7", "127.0.0.1"],
  ];
  for (const [remote, forwardedFor, client] of cases) {
    assert.equal(clientAddress(remote, { forwardedFor, trusted }), client, `${remote} for ${forwardedFor}`);
  }
  assert.equal(clientAddress("127.0.0.1", { forwardedFor: "192.0.2.1", trusted: [] }), "127.0.0.1");
});

Deno.test("[SEC2] of IPv6 addresses 64 bits are one place; an IPv4 address is one however it is written", () => {
  assert.equal(placeOf("2001:db8:1:2:3:4:5:6"), placeOf("2001:DB8:1:2::1"));
  assert.notEqual(placeOf("2001:db8:1:2::1"), placeOf("2001:db8:1:3::1"));
  assert.equal(placeOf("::ffff:192.0.2.1"), "192.0.2.1");
  assert.notEqual(placeOf("192.0.2.1"), placeOf("192.0.2.2"));
});

Deno.test("[SEC2] what is neither an address nor a network is none", () => {
  for (const text of ["", "localhost", "10.0.0.0/40", "10.0.0.0/", "::/129"]) {
    assert.equal(parseNetwork(text), null, text);
  }
});
