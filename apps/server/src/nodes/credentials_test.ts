import { strict as assert } from "node:assert";
import type { NodeId } from "@gatz/storage/contract";
import { createTokens } from "../auth/tokens.ts";
import { createCredentials } from "./credentials.ts";

const KEY = new Uint8Array(32).fill(7);
const [ONE, OTHER] = [crypto.randomUUID() as NodeId, crypto.randomUUID() as NodeId];
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

Deno.test("[SEC1] a node is known by the installation's secret, for the node it meant, once a signature", () => {
  const credentials = createCredentials(KEY, { random });
  const header = credentials.issue({ from: ONE, to: OTHER });
  assert.equal(credentials.read(header, ONE), null, "meant for another");
  const strangers = createCredentials(new Uint8Array(32).fill(8), { random });
  assert.equal(strangers.read(header, OTHER), null, "another installation's");
  const [scheme, from, nonce, mac] = header.split(" ");
  const forged = [
    `${scheme} ${OTHER} ${nonce} ${mac}`,
    `${scheme} ${from} ${"A".repeat(22)} ${mac}`,
    `${scheme} ${from} ${nonce} ${"A".repeat(43)}`,
    `${scheme} ${from} ${nonce}`,
    `Bearer ${mac}`,
    "",
  ];
  for (const header of forged) assert.equal(credentials.read(header, OTHER), null, header);
  assert.equal(credentials.read(null, OTHER), null);
  assert.equal(credentials.read(header, OTHER), ONE);
  assert.equal(credentials.read(header, OTHER), null, "overheard, and used again");
  assert.equal(credentials.read(credentials.issue({ from: ONE, to: OTHER }), OTHER), ONE);
});

Deno.test("[SEC1] a user's token, signed with the same secret, opens no link between nodes", () => {
  const token = createTokens(KEY).issue({ id: "s", user: "user_x" as never, home: 0 as never, expiresAt: 10_000 });
  const [, , signature] = token.split(".");
  const nonce = "A".repeat(22);
  assert.equal(createCredentials(KEY, { random }).read(`GatzNode ${ONE} ${nonce} ${signature}`, OTHER), null);
});
