import type { NodeId } from "@gatz/storage/contract";
import { strict as assert } from "node:assert";
import type { PresenceMessage } from "../../apps/server/src/live/signals/message.ts";
import { People } from "../../apps/server/src/live/signals/people.ts";
import { groupId, userId } from "../../packages/domain/testing/ids.ts";

const [ann, ben, cyd] = [userId(1), userId(2), userId(3)];
const [one, two] = [groupId(1), groupId(2)];
const [here, there] = ["here" as NodeId, "there" as NodeId];

function said(user: PresenceMessage["user"], what: Partial<PresenceMessage> = {}): PresenceMessage {
  return { kind: "presence", user, node: here, status: "online", groups: [one], blocks: [], ...what };
}

Deno.test("[LIVE7] of somebody at two nodes the last word counts, and they are gone when neither believes them there", () => {
  const people = new People();
  people.note(said(ann), 100);
  people.note(said(ann, { node: there, status: "away" }), 200);
  assert.equal(people.statusOf(ann), "away");
  people.note(said(ann), 150);
  assert.equal(people.statusOf(ann), "online");
  assert.deepEqual(people.expired(160), []);
  assert.equal(people.statusOf(ann), "away", "the other node's word is left");
  people.note(said(ann, { node: there, status: "offline" }), 0);
  assert.deepEqual([people.statusOf(ann), people.expired(160)], ["offline", [ann]]);
  people.forget(ann);
  assert.equal(people.size, 0);
});

Deno.test("[LIVE7] [BLK1] companions share a group now, and neither blocks the other", () => {
  const people = new People();
  people.note(said(ann, { groups: [one, two] }), 100);
  people.note(said(ben, { groups: [two] }), 100);
  people.note(said(cyd, { blocks: [ann] }), 100);
  assert.deepEqual([people.companionsOf(ann), people.companionsOf(cyd)], [[ann, ben], [cyd]]);
  people.note(said(cyd), 100);
  assert.deepEqual(people.companionsOf(ann).sort(), [ann, ben, cyd]);
  people.note(said(ben, { groups: [] }), 100);
  assert.deepEqual(people.companionsOf(ann).sort(), [ann, cyd]);
});

Deno.test("[LIVE7] a node that knows nothing yet is told all that is known, as it was said", () => {
  const people = new People();
  const all = [said(ann, { blocks: [ben] }), said(ann, { blocks: [ben], node: there, status: "away" }), said(ben)];
  for (const message of all) people.note(message, 100);
  assert.deepEqual([...people.claims()], all);
});
