import assert from "node:assert/strict";
import { handleOf } from "./handles.ts";

/** The look-alike rule (USR2), written from its words. */
const skeleton = (handle: string) =>
  handle.replaceAll("_", "").replaceAll("0", "o").replaceAll(/[1i]/g, "l").replaceAll("rn", "m").replaceAll("vv", "w");

const NICKS = [
  "zcat[1]",
  "zcat_1_",
  "ZCAT[1]",
  "|-David-|",
  "__",
  "``",
  "é",
  "日本",
  "JP",
  "jp",
  "a".repeat(40),
  "rn",
  "m",
];

Deno.test("[USR2] any nick has a valid handle", () => {
  for (const nick of NICKS) assert.match(handleOf(nick, "1"), /^[a-z0-9_]{3,20}$/, nick);
});

Deno.test("[USR2] nicks that differ have handles that do not look alike", () => {
  const close = [
    "ann",
    "Ann",
    "ANN",
    "ann_",
    "ann__",
    "a-n-n",
    "arnie",
    "amie",
    "w0w",
    "wow",
    "vvow",
    "bill",
    "b1ll",
    "b1l1",
  ];
  const many = Array.from({ length: 20_000 }, (_, i) => `guest${i}`);
  const nicks = [...NICKS, ...close, ...many];
  assert.equal(new Set(nicks.map((nick) => skeleton(handleOf(nick, "1")))).size, nicks.length);
});

Deno.test("a handle depends on nick and seed alone and shows the nick", () => {
  assert.equal(handleOf("Spaceraver", "1"), handleOf("Spaceraver", "1"));
  assert.notEqual(handleOf("Spaceraver", "1"), handleOf("Spaceraver", "2"));
  assert.match(handleOf("Spaceraver", "1"), /^spaceraver_[2-9a-z]{6}$/);
});
