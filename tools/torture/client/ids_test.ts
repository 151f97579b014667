import { idToUuid, idVersion, parseId, shardOf as shardSaid } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { newId, shardOf, typeId } from "./ids.ts";

Deno.test("[ID1] an id made from the protocol's description alone is one that gatz takes", () => {
  for (const shard of [0, 7, 255, 4_095]) {
    const made = newId("disc", { shard, unixMs: 1_700_000_000_000, random: new Uint8Array(8).fill(0xff) });
    const parsed = parseId("disc", made);
    assert(parsed.ok, made);
    assert.equal(idVersion(parsed.id), 7);
    assert.equal(shardSaid(parsed.id), shard);
    assert.equal(shardOf(made), shard);
    assert.equal(typeId("disc", idToUuid(parsed.id)), made);
  }
});
