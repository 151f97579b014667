import fc from "fast-check";
import assert from "node:assert/strict";
import superjson from "superjson";
import { jsonEnvelope } from "./json_envelope.ts";

Deno.test("what one half of superjson writes of JSON this reads, and the other way round", () => {
  // superjson throws at keys of these names.
  const plain = fc.jsonValue().filter((value) => !/"(__proto__|prototype|constructor)":/.test(JSON.stringify(value)));
  const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));
  fc.assert(fc.property(plain.map(sent), (value) => {
    assert.deepEqual(jsonEnvelope.deserialize(sent({ json: superjson.serialize(value).json })), value);
    assert.deepEqual(superjson.deserialize(sent(jsonEnvelope.serialize(value)) as never), value);
  }));
  assert.equal(superjson.deserialize(sent(jsonEnvelope.serialize(undefined)) as never), undefined);
});

Deno.test("what is more than JSON is not taken for something else", () => {
  assert.throws(() => jsonEnvelope.deserialize(superjson.serialize({ at: new Date(0) })), TypeError);
});
