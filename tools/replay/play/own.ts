/** What followers do for themselves when the day's discussions are over: whom they block, and how far they have read. @module */
import { setTimeout as sleep } from "node:timers/promises";
import { seq, shardOf } from "@gatz/domain";
import type { Following } from "../follow/follower.ts";
import type { Difference } from "../judge/difference.ts";
import { httpApi } from "./connections.ts";
import { ask, deliver } from "./deliver.ts";
import type { Company } from "./group.ts";
import type { Production } from "./production.ts";
import type { Scene } from "./scene.ts";

/** By user, whom they block then. */
export type Blocks = ReadonlyMap<string, ReadonlySet<string>>;

export async function block(production: Production, { day, accounts }: Company): Promise<Blocks> {
  const blocked = await Promise.all(day.blockings.map(async ({ by, user }) => {
    const [blocker, other] = [accounts.get(by), accounts.get(user)];
    if (!blocker || !other) throw new Error(`${by} and ${user} are not of ${day.day}`);
    const id = production.ids.event(`${day.day}/${by} blocks ${user}`, { shard: shardOf(blocker.user), at: day.at });
    const acks = await deliver(`${day.day}: ${by} blocking ${user}`, async () => {
      const call = production.connections.call(blocker, (api) => api.users.block.mutate({ id, user: other.user }));
      return [(await call).outcome];
    });
    production.tally.acked(acks);
    return [blocker.user, new Set([other.user])] as const;
  }));
  return new Map(blocked);
}

/** The feed brings what another device has marked within a beat (LIVE4). */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/** Marks a discussion as read up to its middle, by another device; what the follower's own hears must be the same (READ1). */
export async function markRead(
  following: Following,
  { scene, url }: { scene: Scene; url: string },
): Promise<Difference | null> {
  const { account, notebook } = following;
  const { discussion } = scene;
  const api = httpApi(url, account.token);
  const half = seq(Math.max(1, Math.floor(scene.ledger.head / 2)));
  const before = await ask(`the marks of ${account.nick}`, () => api.reads.get.query({ discussions: [discussion] }));
  // In a second run there is nothing new to hear of.
  if (before.marks[0]?.seq === half) return null;
  const answer = await ask(`${account.nick} marking`, () => api.reads.mark.mutate({ discussion, seq: half }));
  const found = answer.mark.seq;
  const about = `${scene.title} (${discussion}), the read mark of ${account.nick}`;
  for (const until = performance.now() + PATIENCE_MS; notebook.mark(discussion) !== found;) {
    if (performance.now() > until) {
      return { about, path: "by the feed", expected: found, found: notebook.mark(discussion) };
    }
    await sleep(POLL_MS);
  }
  return null;
}
