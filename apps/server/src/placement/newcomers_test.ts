import { strict as assert } from "node:assert";
import { type Draft, makeId, position, seq, type ShardNumber, shardNumber, toEvent, unixMs } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { Delivery } from "../live/delivery.ts";
import { watchNewcomers } from "./newcomers.ts";

const shard = shardNumber(1);
let made = 0;
const id = <P extends "evt" | "user" | "grp">(prefix: P) =>
  makeId(prefix, { shard, unixMs: 1, random: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, ++made) });
const [group, owner] = [id("grp"), id("user")];

/** Somebody is brought into the group by its owner. */
function brought(): Delivery {
  const user = id("user");
  const body = { stream: group, seq: seq(1), group, groupSeq: seq(1), by: owner };
  const draft: Draft = { stream: user, id: id("evt"), type: "added-to", version: 1, body };
  const event = toEvent({ ...draft, actor: "system" }, {}, { seq: seq(2), at: unixMs(1) });
  const profile = { handle: "somebody", name: "Somebody", createdAt: unixMs(1), profileSeq: seq(1) };
  return new Delivery(shard, position(1), event, { kind: "user", id: user, seq: seq(2), inbox: {}, ...profile });
}

Deno.test("[ID4] [SHARD4] a large group's newcomers do not take the directory from everybody else", async () => {
  let [asked, most] = [0, 0];
  const placed: ShardNumber[] = [];
  const all = Promise.withResolvers<void>();
  // What of the directory is not called is not there.
  const directory = {
    home: async () => {
      most = Math.max(most, ++asked);
      await new Promise((resolve) => setTimeout(resolve));
      asked--;
      return { home: shard, past: [] };
    },
    setFirstHome: (_: unknown, home: ShardNumber) => {
      if (placed.push(home) === 50) all.resolve();
      return Promise.resolve(true);
    },
  } as unknown as Storage["directory"];
  const owners: Storage["owners"] = () => new Map([[shard, { kind: "here" }]]);
  const told = watchNewcomers({ storage: { directory, owners }, missed: all.reject });
  for (let i = 0; i < 50; i++) told(brought());
  await all.promise;
  assert.ok(most <= 2, `${most} at once`);
});
