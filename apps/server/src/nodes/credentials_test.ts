import { strict as assert } from "node:assert";
import type { NodeId } from "@gatz/storage/contract";
import { createTokens } from "../auth/tokens.ts";
import { createCredentials } from "./credentials.ts";

const KEY = new Uint8Array(32).fill(7);
const [ONE, OTHER] = [crypto.randomUUID() as NodeId, crypto.randomUUID() as NodeId];

Deno.test("[SEC1] a node is known by the installation's secret, for the node it meant and for some minutes", () => {
  let now = 1_000_000_000_000;
  const credentials = createCredentials(KEY, { now: () => now });
  const header = credentials.issue({ from: ONE, to: OTHER });
  assert.equal(credentials.read(header, OTHER), ONE);
  assert.equal(credentials.read(header, ONE), null, "meant for another");
  const strangers = createCredentials(new Uint8Array(32).fill(8), { now: () => now });
  assert.equal(strangers.read(header, OTHER), null, "another installation's");
  const [scheme, from, at, mac] = header.split(" ");
  const forged = [
    `${scheme} ${OTHER} ${at} ${mac}`,
    `${scheme} ${from} ${Number(at) + 1} ${mac}`,
    `${scheme} ${from} ${at} ${"A".repeat(43)}`,
    `${scheme} ${from} ${at}`,
    `Bearer ${mac}`,
    "",
  ];
  for (const header of forged) assert.equal(credentials.read(header, OTHER), null, header);
  assert.equal(credentials.read(null, OTHER), null);
  for (const minutes of [-6, 6]) {
    now = Number(at) + minutes * 60_000;
    assert.equal(credentials.read(header, OTHER), null, `${minutes} minutes off`);
  }
});

Deno.test("[SEC1] a user's token, signed with the same secret, opens no link between nodes", () => {
  const now = () => 1_000;
  const token = createTokens(KEY).issue({ id: "s", user: "user_x" as never, home: 0 as never, expiresAt: 10_000 });
  const [, , signature] = token.split(".");
  assert.equal(createCredentials(KEY, { now }).read(`GatzNode ${ONE} 1000 ${signature}`, OTHER), null);
});
