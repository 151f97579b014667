import assert from "node:assert/strict";
import type { Fact, GroupId, Proposal, StreamState } from "@gatz/domain";
import { testId } from "../../testing/drafts.ts";
import { type FactReads, gatherFacts } from "./facts.ts";

const MISSING: Fact<StreamState> = { kind: "missing" };
const nothingThere: FactReads = {
  states: (streams) => Promise.resolve(new Map(streams.map((stream) => [stream, MISSING]))),
  accounts: (users) => Promise.resolve(new Map(users.map((user) => [user, { kind: "missing" }]))),
  messagesById: () => Promise.reject(new Error("nobody asks for messages")),
};

Deno.test("[FACT1] the group of a discussion that is missing is not known: its create may be queued in front", async () => {
  const [ann, ben] = [testId("user"), testId("user")] as const;
  const add: Proposal = {
    stream: testId("disc"),
    id: testId("evt"),
    type: "add-members",
    version: 1,
    actor: ann,
    body: { users: [ben], historyFrom: "all" },
  };
  const { groups, users } = await gatherFacts(nothingThere, [add]);
  assert.deepEqual(groups.get(add), { kind: "unavailable" });
  assert.deepEqual(users.get(ben), { kind: "missing" }, "but somebody who is missing is");
});

Deno.test("[FACT1] the group that a create names is missing if it is not there", async () => {
  const create: Proposal = {
    stream: testId("disc"),
    id: testId("evt"),
    type: "create",
    version: 1,
    actor: testId("user"),
    body: { name: "A discussion", members: [], group: testId("grp") },
  };
  const { groups } = await gatherFacts(nothingThere, [create]);
  assert.deepEqual(groups.get(create), { kind: "missing" });
});

Deno.test("[FACT1] of two drafts with the same id each has facts of its own", async () => {
  const [stream, id, actor] = [testId("disc"), testId("evt"), testId("user")] as const;
  const create = (group: GroupId): Proposal => ({
    ...{ stream, id, type: "create", version: 1, actor },
    body: { name: "A discussion", members: [], group },
  });
  const [hidden, own] = [create(testId("grp")), create(testId("grp"))];
  const silent = (hidden.body as { group: GroupId }).group;
  const states: FactReads["states"] = (streams) =>
    Promise.resolve(new Map(streams.map((one) => [one, one === silent ? { kind: "unavailable" } : MISSING])));
  const { groups } = await gatherFacts({ ...nothingThere, states }, [hidden, own]);
  assert.deepEqual([groups.get(hidden)?.kind, groups.get(own)?.kind], ["unavailable", "missing"]);
});
