import { strict as assert } from "node:assert";
import { makeId, shardNumber, unixMs } from "@gatz/domain";
import { decodePlace, encodePlace } from "./list_cursor.ts";

const discussion = makeId("disc", { shard: shardNumber(7), unixMs: 1, random: new Uint8Array(8) });

Deno.test("[USR3] the place of a list's next page comes back as it was", () => {
  const place = { lastAt: unixMs(1_795_000_000_123), id: discussion };
  assert.deepEqual(decodePlace("disc", encodePlace(place)), place);
  assert.equal(decodePlace("grp", encodePlace(place)), null);
});

Deno.test("[SEC3] what is no place is refused", () => {
  const texts = [
    "",
    "x",
    "!!",
    btoa("1"),
    btoa(`1 ${discussion}x`),
    btoa(`-1 ${discussion}`),
    btoa(`1e9 ${discussion}`),
  ];
  for (const text of texts) assert.equal(decodePlace("disc", text), null, text);
});
