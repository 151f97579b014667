import { incarnation, type Position, position, type ShardNumber, shardNumber } from "@gatz/domain";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { decodeCursor, encodeCursor } from "./cursor.ts";

const positions = fc.uniqueArray(
  fc.tuple(fc.nat({ max: 4095 }), fc.maxSafeNat()),
  { selector: ([shard]) => shard, maxLength: 64 },
).map((pairs) => new Map<ShardNumber, Position>(pairs.map(([shard, at]) => [shardNumber(shard), position(at)])));
const lives = fc.string({ maxLength: 40, unit: "grapheme" }).map(incarnation);

Deno.test("[LIVE1] a cursor is what it was made of", () => {
  fc.assert(fc.property(lives, positions, (incarnation, positions) => {
    const text = encodeCursor({ incarnation, positions });
    const found = decodeCursor(text);
    assert.equal(found?.incarnation, incarnation);
    assert.deepEqual(new Map(found?.positions), new Map([...positions].sort(([a], [b]) => a - b)));
    assert.match(text, /^[A-Za-z0-9_-]+$/);
  }));
});

Deno.test("[LIVE1] a cursor takes at most 8 bytes a shard", () => {
  const below = fc.uniqueArray(fc.nat({ max: 4095 }), { minLength: 1, maxLength: 64 });
  const life = incarnation(crypto.randomUUID());
  const empty = encodeCursor({ incarnation: life, positions: new Map() }).length * 0.75;
  fc.assert(fc.property(below, fc.nat({ max: 2 ** 31 }), (shards, low) => {
    const at = position(2 ** 42 - 1 - low);
    const text = encodeCursor({ incarnation: life, positions: new Map(shards.map((n) => [shardNumber(n), at])) });
    assert.ok(text.length * 0.75 - empty <= 8 * shards.length + 1, `${text.length} for ${shards.length}`);
  }));
});

Deno.test("[LIVE1] whatever text comes as a cursor is read or refused, never a crash", () => {
  const nearly = fc.tuple(lives, positions, fc.nat(), fc.constantFrom("A", "_", "é", "\0", "="))
    .map(([incarnation, positions, at, put]) => {
      const text = encodeCursor({ incarnation, positions });
      const i = at % text.length;
      return text.slice(0, i) + put + text.slice(i + 1);
    });
  fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String(), nearly), (text) => {
    const found = decodeCursor(text);
    if (found === null) return;
    for (const [shard, at] of found.positions) assert.ok(shard < 4096 && Number.isSafeInteger(at));
  }));
  for (const text of ["", "A", "AA", "AQ", "Ag", "AQX_"]) assert.equal(decodeCursor(text), null, text);
});
