import { deepStrictEqual, notStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  deriveId,
  ID_PREFIXES,
  idToUuid,
  idVersion,
  makeId,
  parseId,
  prefixOf,
  shardNumber,
  shardOf,
  uuidToId,
} from "./ids.ts";

// RFC 9562, appendix A.6 (version 7) and B.1 (version 8).
const V7 = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
const V8 = "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0";
// RFC 9562, appendices A.1 to A.5.
const OTHER_VERSIONS = [
  "c232ab00-9414-11ec-b3c8-9f6bdeced846",
  "5df41881-3aed-3515-88a7-2f4a814cf09e",
  "919108f7-52d1-4320-9bac-f847db4148a8",
  "2ed6657d-e927-568b-95e1-2665a8aea6a2",
  "1ec9414c-232a-6b00-b3c8-9f6bdeced846",
];

/** Base 32 of a UUID by arithmetic on one big number: no code in common with ids.ts. */
function typeIdSuffix(uuid: string): string {
  let rest = BigInt("0x" + uuid.replaceAll("-", ""));
  let suffix = "";
  for (let i = 0; i < 26; i++) {
    suffix = "0123456789abcdefghjkmnpqrstvwxyz"[Number(rest & 31n)] + suffix;
    rest >>= 5n;
  }
  return suffix;
}

const uuids = fc.tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.constantFrom(7n, 8n)).map(
  ([bits, version]) => {
    const stamped = (bits & ~(0xfn << 76n) & ~(3n << 62n)) | (version << 76n) | (2n << 62n);
    const hex = stamped.toString(16).padStart(32, "0");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  },
);
const prefixes = fc.constantFrom(...ID_PREFIXES);

Deno.test("[ID1] the vectors of RFC 9562 go to TypeIDs and back", () => {
  for (const [uuid, version, shard] of [[V7, 7, 0xcc3], [V8, 8, 0xe00]] as const) {
    const id = uuidToId("msg", uuid);
    strictEqual(id, "msg_" + typeIdSuffix(uuid));
    strictEqual(idToUuid(id), uuid);
    strictEqual(idVersion(id), version);
    strictEqual(shardOf(id), shard);
    strictEqual(prefixOf(id), "msg");
    deepStrictEqual(parseId("msg", id), { ok: true, id });
  }
});

Deno.test("[ID1] the specification's own example of a TypeID reads as it says", () => {
  // From the TypeID specification: prefix_01h2xcejqtf2nbrexx3vqjhp41 is this UUIDv7.
  strictEqual(uuidToId("user", "0188bac7-4afa-78aa-bc3b-bd1eef28d881"), "user_01h2xcejqtf2nbrexx3vqjhp41");
});

Deno.test("[ID1] UUIDs of other versions are refused", () => {
  for (const uuid of OTHER_VERSIONS) {
    deepStrictEqual(parseId("user", "user_" + typeIdSuffix(uuid)), { ok: false, problem: "WrongVersion" });
  }
  const otherVariant = V7.slice(0, 19) + "d" + V7.slice(20);
  deepStrictEqual(parseId("user", "user_" + typeIdSuffix(otherVariant)), { ok: false, problem: "WrongVersion" });
});

Deno.test("[ID1] every UUID of version 7 or 8 survives the way to a TypeID and back", () => {
  fc.assert(fc.property(uuids, prefixes, (uuid, prefix) => {
    const id = uuidToId(prefix, uuid);
    strictEqual(id, `${prefix}_${typeIdSuffix(uuid)}`);
    strictEqual(idToUuid(id), uuid);
    strictEqual(shardOf(id), parseInt(uuid.slice(15, 18), 16));
    ok(parseId(prefix, id).ok);
  }));
});

Deno.test("[ID1] what is malformed says how", () => {
  const suffix = typeIdSuffix(V7);
  const cases: [string, string][] = [
    ["grp_" + suffix, "WrongPrefix"],
    [suffix, "WrongPrefix"],
    ["user" + suffix, "WrongPrefix"],
    ["USER_" + suffix, "WrongPrefix"],
    ["", "WrongPrefix"],
    ["user_", "WrongLength"],
    ["user_" + suffix + "0", "WrongLength"],
    ["user_" + suffix.slice(1), "WrongLength"],
    ["user_" + suffix.slice(1) + "\u{1f600}", "WrongLength"],
    ["user_" + suffix.toUpperCase(), "WrongCharacter"],
    ["user_" + suffix.slice(0, 25) + "l", "WrongCharacter"],
    ["user_" + suffix.slice(0, 25) + "é", "WrongCharacter"],
    ["user_8" + suffix.slice(1), "WrongCharacter"], // 131 bits
    ["user_" + "0".repeat(26), "WrongVersion"],
  ];
  for (const [text, problem] of cases) deepStrictEqual(parseId("user", text), { ok: false, problem }, text);
});

Deno.test("[ID1] a made id carries its time and shard, and nothing else but what was random", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 4095 }),
    fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
    (shard, unixMs, random) => {
      const id = makeId("evt", { shard: shardNumber(shard), unixMs, random });
      const hex = idToUuid(id).replaceAll("-", "");
      strictEqual(parseInt(hex.slice(0, 12), 16), unixMs);
      strictEqual(shardOf(id), shard);
      strictEqual(idVersion(id), 7);
      strictEqual(hex.slice(18), random.toHex().slice(2));
    },
  ));
});

Deno.test("[ID1] a derived id is the same for the same question, another for any other", () => {
  const shard = shardNumber(9);
  const id = deriveId("evt", shard, "effect", "a", "b");
  strictEqual(id, deriveId("evt", shard, "effect", "a", "b"));
  strictEqual(idVersion(id), 8);
  strictEqual(shardOf(id), 9);
  ok(parseId("evt", id).ok);
  notStrictEqual(id, deriveId("evt", shard, "effect", "a", "c"));
  notStrictEqual(idToUuid(id).slice(-12), idToUuid(deriveId("evt", shard, "effect", "b", "a")).slice(-12));
});

Deno.test("[ID1] a derived id is the SHA-256 of its question, but for version, shard and variant", async () => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("effect\na\nb"));
  const hash = new Uint8Array(digest).toHex();
  const hex = idToUuid(deriveId("evt", shardNumber(0xabc), "effect", "a", "b")).replaceAll("-", "");
  strictEqual(hex.slice(0, 16), hash.slice(0, 12) + "8abc");
  strictEqual(hex.slice(17), hash.slice(17, 32));
});

Deno.test("[ID1] shard numbers go from 0 to 4095", () => {
  for (const n of [-1, 4096, 1.5, NaN]) throws(() => shardNumber(n), RangeError);
  strictEqual(shardNumber(4095), 4095);
});
