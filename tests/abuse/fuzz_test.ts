/** Mutated calls and frames: a few thousand with a fresh seed; `GATZ_ABUSE=whole`: a million. `GATZ_SEED` repeats a run. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { API_ERRORS } = await import("@gatz/server");
  const { freshId } = await import("@gatz/testing/test_server.ts");
  const { shardNumber, shardOf } = await import("@gatz/domain");
  const { memoryOf, startTarget } = await import("./target.ts");
  const { fuzz } = await import("./fuzz.ts");
  type Target = Awaited<ReturnType<typeof startTarget>>;

  const FRAMES = Deno.env.get("GATZ_ABUSE") === "whole" ? 1_000_000 : 4_000;
  const OUTCOMES = ["accepted", "duplicate", "rejected", "not-now", "unknown", "result"];
  /** MiB that the process may grow by, however many frames there are. */
  const MOST_MIB = 300;

  /** One of each, of somebody who may do none of it: to the discussion of others, or on a shard that is not theirs. */
  const calls = ({ pairs, outsider }: Target): object[] => {
    const { discussion, sender } = pairs[0]!;
    const shard = shardOf(discussion);
    const away = shardNumber((outsider.home + 1) % 4);
    const [msg, evt, grp] = [freshId("msg", shard), freshId("evt", shard), freshId("grp", away)];
    const draft = {
      ...{ stream: discussion, id: msg, type: "new-message", version: 1 },
      body: { text: "x", mentions: [sender.user], attachments: [] },
    };
    const call = (method: string, path: string, json: object) => ({ id: 1, method, params: { path, input: { json } } });
    const mutation = (path: string, json: object) => call("mutation", path, json);
    const query = (path: string, json: object) => call("query", path, json);
    return [
      mutation("messages.send", { id: msg, discussion, text: "hello", mentions: [sender.user], replyTo: msg }),
      mutation("messages.edit", { id: evt, discussion, target: msg, text: "hello", baseRevision: 0 }),
      mutation("messages.delete", { id: evt, discussion, target: msg, reason: "why not" }),
      mutation("messages.react", { id: evt, discussion, target: msg, emoji: "👍", on: true }),
      mutation("discussions.create", { id: evt, stream: freshId("disc", away), group: grp, name: "D", members: [] }),
      mutation("discussions.addMembers", { id: evt, discussion, users: [sender.user], historyFrom: "all" }),
      mutation("discussions.removeMember", { id: evt, discussion, user: sender.user }),
      mutation("discussions.leave", { id: evt, discussion }),
      mutation("groups.create", { id: freshId("evt", away), stream: grp, name: "G", members: [sender.user] }),
      mutation("log.offer", { stream: discussion, drafts: [draft, draft] }),
      query("log.read", { stream: discussion, fromSeq: 1, limit: 10 }),
      query("messages.byDiscussion", { discussion, before: 5, limit: 10 }),
      query("messages.byId", { id: msg }),
      query("discussions.byUser", { before: "x", limit: 10 }),
      query("users.byIds", { ids: [sender.user, outsider.user] }),
      query("users.byHandle", { handle: "alice" }),
      query("users.forDiscussion", { discussion }),
      call("subscription", "live.inbox", { stream: discussion, fromSeq: 1, cursor: "x" }),
      { id: 1, method: "subscription.stop" },
    ];
  };

  Deno.test("[SEC3] [LOG4] fuzzed frames and inputs get typed answers; only what was acked is written, and the server answers on", async () => {
    const seed = Number(Deno.env.get("GATZ_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    console.log(`GATZ_SEED=${seed}`);
    await using target = await startTarget({ pairs: 1, limits: ["lifted-for-load"] });
    const before = { events: eventsIn(await target.heads()), memory: await memoryOf(target.pid) };
    const report = await fuzz({
      ...{ url: target.url, token: target.outsider.token, calls: calls(target), seed, frames: FRAMES },
    });
    const grown = (await memoryOf(target.pid)).most - before.memory.now;
    console.log(`${JSON.stringify(report)}; memory + ${grown.toFixed(0)} MiB`);
    const known = [...OUTCOMES, ...API_ERRORS.map(({ code }) => code)].filter((code) => code !== "Internal");
    assert.deepEqual(Object.keys(report.answers).filter((what) => !known.includes(what)), []);
    for (const what of ["Malformed", "rejected", "NotFound", "UnknownProcedure"]) {
      assert.ok(
        (report.answers[what] ?? 0) > 0,
        `none of them came to ${what}, so the calls were not what they should be`,
      );
    }
    assert.equal(eventsIn(await target.heads()) - before.events, report.answers["accepted"] ?? 0);
    assert.ok(grown < MOST_MIB, `memory grew by ${grown.toFixed(0)} MiB`);
    const { outcome } = await target.pairs[0]!.sender.api.messages.send.mutate({
      ...{
        id: freshId("msg", shardOf(target.pairs[0]!.discussion)),
        discussion: target.pairs[0]!.discussion,
        text: "still",
      },
    });
    assert.equal(outcome.kind, "accepted");
  });

  const eventsIn = (heads: readonly string[]): number => heads.reduce((sum, text) => sum + parseInt(text), 0);
}
