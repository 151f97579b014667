/** Proposals for the pure tests of storage. @module */
import { type IdPrefix, makeId, type NewMessage, type Proposal, type Register, shardNumber } from "@gatz/domain";

let made = 0;

/** An id that no other of this run is. */
export function testId<P extends IdPrefix>(prefix: P, shard = 0) {
  const random = new Uint8Array(8);
  new DataView(random.buffer).setUint32(4, ++made);
  return makeId(prefix, { shard: shardNumber(shard), unixMs: 1_700_000_000_000, random });
}

export function messageProposal({ shard = 0, text = "hello" } = {}): Proposal<NewMessage> {
  return {
    stream: testId("disc", shard),
    id: testId("msg", shard),
    type: "new-message",
    version: 1,
    actor: testId("user"),
    body: { text, mentions: [], attachments: [] },
  };
}

export function registerProposal(): Proposal<Register> {
  const stream = testId("user");
  const body = { handle: "somebody", name: "Somebody" };
  return { stream, id: testId("evt"), type: "register", version: 1, actor: stream, body };
}
